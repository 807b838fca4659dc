/** What counts as data behind a handshake. When it is over although clocks are set is in clock-jump.test.ts. */
import {expect, test} from 'vitest';
import {verify, type LiveTunnel} from '../../../src/controller/dial.ts';
import {ok} from '../../../src/result.ts';
import {manualClock} from '../../fakes/manual-clock.ts';

/** Shakes hands at once; then what it got grows by this much at each look, by nothing where the list has ended. */
function tunnelThatGets(steps: (look: number) => number): LiveTunnel {
	let [look, rxBytes] = [0, 92];
	return {
		use: {resolvers: ['10.64.0.1'], addresses: []},
		tunnel: {
			server: {id: 'a'}, onExit: () => undefined,
			facts: async () => {
				rxBytes += steps(look++);
				return ok({handshakeAtMs: 1_800_000_000_000, rxBytes, txBytes: 0, endpoint: null, keepaliveSeconds: null});
			},
		},
	} as unknown as LiveTunnel;
}

/** A message of WireGuard's that carries nothing counts 32 bytes; the shortest answer of a resolver more than twice as much. */
test.each<[string, (look: number) => number, boolean]>([
	['an answer', look => (look === 3 ? 96 : 0), true],
	['nothing', () => 0, false],
	['a keepalive, ten seconds after something was sent to a server that passes nothing on', look => (look === 90 ? 32 : 0), false],
	['several, one after another', look => (look % 40 === 10 ? 32 : 0), false],
	['an answer after a keepalive', look => (look === 30 ? 32 : look === 60 ? 96 : 0), true],
])('%s behind a handshake: verified is %3$s', async (_, steps, good) => {
	const clock = manualClock(1_800_000_000_000);
	const found = await verify(tunnelThatGets(steps), {clock, signal: new AbortController().signal, ask: async () => undefined});
	expect(found.ok ? '' : found.error.problem.what).toBe(good ? '' : 'a answered the handshake, but no data came back.');
});
