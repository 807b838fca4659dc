/** Somebody sets the clock, forward or back: nothing waits for a day. What health makes of it is in evidence.test.ts. */
import {describe, expect, it} from 'vitest';
import type {Clock} from '../../../src/controller/clock.ts';
import {verify, type LiveTunnel} from '../../../src/controller/dial.ts';
import {ok} from '../../../src/result.ts';
import {manualClock} from '../../fakes/manual-clock.ts';

const dayMs = 86_400_000;

/** What verification asks of a tunnel; nothing else of it is touched. */
const tunnelThat = (facts: () => {handshakeAtMs: number | null; rxBytes: number}): LiveTunnel =>
	({
		use: {resolvers: [], addresses: []},
		tunnel: {server: {id: 'a'}, onExit: () => undefined, facts: async () => ok({...facts(), txBytes: 0, endpoint: null, keepaliveSeconds: null})},
	}) as unknown as LiveTunnel;

describe('verification', () => {
	const {signal} = new AbortController();

	it('ends although the clock is set back all the time', async () => {
		let nowMs = 0;
		const clock: Clock = {...manualClock(0), now: () => (nowMs -= dayMs)};
		const result = await verify(tunnelThat(() => ({handshakeAtMs: null, rxBytes: 0})), {clock, signal});
		expect(result.ok ? '' : result.error.cause).toBe('no-handshake');
	});

	it('takes a new handshake for one, although its time is a day ago', async () => {
		const clock = manualClock(2 * dayMs);
		let round = 0;
		const tunnel = tunnelThat(() => {
			round += 1;
			return round < 3 ? {handshakeAtMs: null, rxBytes: 0} : {handshakeAtMs: dayMs, rxBytes: round * 100};
		});
		expect((await verify(tunnel, {clock, signal})).ok).toBe(true);
	});

	it('takes an old one, from before it began and long ago, for none', async () => {
		const clock = manualClock(2 * dayMs);
		let rxBytes = 0;
		const result = await verify(tunnelThat(() => ({handshakeAtMs: dayMs, rxBytes: (rxBytes += 100)})), {clock, signal});
		expect(result.ok).toBe(false);
	});
});
