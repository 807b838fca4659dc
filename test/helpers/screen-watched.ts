/** What a recording of a minute does not have: a tunnel that was watched for a while, and a header with everything in it. */
import type {Snapshot} from '../../src/control/schema.ts';
import type {Fixture} from './screen-view.ts';

const withSnapshot = (base: Fixture, change: Partial<Snapshot>): Fixture => ({...base, snapshot: {...base.snapshot, ...change}});

/** A tunnel that was watched for a while: histories a recording of a minute does not have, and a handshake of the asked age. */
export function watched(base: Fixture, handshakeSeconds: number): Fixture {
	const {tunnel, atMs} = base.snapshot;
	if (tunnel === null) throw new Error('the recording has a tunnel');
	const bad = handshakeSeconds >= 190;
	const rtt = Array.from({length: 60}, (_, index) => (index === 31 || index === 32 ? null : 18 + ((index * 7) % 11) + (index > 50 ? 9 : 0)));
	return withSnapshot(base, {
		tunnel: {
			...tunnel,
			connectedAtMs: atMs - 620_000,
			epoch: 3,
			handshakeAtMs: atMs - handshakeSeconds * 1000,
			keyFileChangedAtMs: atMs - 40 * 86_400_000,
			votes: [
				{source: 'answers', verdict: bad ? 'suspect' : 'good', value: bad ? 11 : 1, detail: bad ? 'what was sent 11 s ago is not answered yet' : 'bytes came in 1 s ago', history: `${'g'.repeat(35)}gssbgggggggg${'g'.repeat(12)}${bad ? 's' : 'g'}`},
				{source: 'handshake', verdict: bad ? 'bad' : 'good', value: handshakeSeconds, detail: bad ? `the last handshake is ${handshakeSeconds} s old` : `the last handshake was ${handshakeSeconds} s ago`, history: `${'g'.repeat(59)}${bad ? 'b' : 'g'}`},
				{source: 'dns', verdict: 'good', value: 32, detail: 'the tunnel\'s resolver answered in 32 ms', history: `${'g'.repeat(30)}ssss${'g'.repeat(26)}`},
			],
			rtt: {notAsked: null, everyMs: 10_000, history: rtt},
		},
		reconnects: {
			count: 2, lastReason: 'nothing was heard for 19 s although we sent',
			list: [
				{atMs: atMs - 3_600_000, from: 'ch-zrh-1', to: 'se-sto-1', reason: 'the operator switched to se-sto-1', tookMs: 412},
				{atMs: atMs - 620_000, from: 'se-sto-1', to: 'se-sto-1', reason: 'nothing was heard for 19 s although we sent', tookMs: 1840},
			],
		},
	});
}

/** A problem, an exception, drops and repairs, beside the recording's drill, all at once. */
export function busy(base: Fixture): Fixture {
	const {atMs, drops} = base.snapshot;
	const exception = {id: 3, protocol: 'tcp' as const, range: '192.168.1.20/32', port: 5432, direction: 'out' as const, uid: null, by: 'alice', reason: 'restore the backup', text: 'tcp to 192.168.1.20:5432', open: true, grantedForMs: 900_000, endsAtMs: atMs + 847_000, packets: 1234};
	return withSnapshot(base, {
		drops: {...drops, perSecond: 12},
		exceptions: [exception],
		tamper: {count: 2, last: 'rule refuse-dns was missing', lastAtMs: atMs - 40_000},
		problems: [{code: 'servers', severity: 'warning', what: 'nl-ams-2.conf has 3 problems.', stillBlocking: true, next: 'Replace it with the file the provider gave.'}],
	});
}
