/** A snapshot of a daemon that is well, for tests to change. */
import type {Snapshot} from '../../src/control/schema.ts';

/** Noon of a day in 2026. */
export const noonMs = Date.UTC(2026, 2, 1, 12, 0, 0);

export const sampleException: Snapshot['exceptions'][number] = {
	id: 3, protocol: 'tcp', range: '192.168.1.20/32', port: 5432, direction: 'out', uid: null, by: 'alice', reason: 'restore the backup',
	text: 'tcp to 192.168.1.20:5432', open: true, grantedForMs: 900_000, endsAtMs: noonMs + 847_000, packets: 1234,
};

export function sampleSnapshot(change: Partial<Snapshot> = {}): Snapshot {
	return {
		seq: 7,
		atMs: noonMs,
		daemon: {version: '0.1.0', pid: 41, startedAtMs: noonMs - 3_600_000},
		state: {kind: 'connected', sinceMs: noonMs - 600_000, server: 'lab-one', from: null, cause: null, detail: 'Verified: a handshake, and bytes received.', attempt: 0, nextAttemptAtMs: null},
		proof: {kind: 'proven', checkedAtMs: noonMs - 400, rulesetHash: 'a1b2c3d4e5f60718', detail: [], covers: ['ruleset', 'ownership', 'routing', 'backstop', 'sysctl'], generation: 12},
		layers: [
			{name: 'firewall', state: 'held', detail: '31 rules as intended', repairs: 0},
			{name: 'routing', state: 'held', detail: 'no default route through eth0', repairs: 0},
			{name: 'egress', state: 'held', detail: 'backstop on eth0', repairs: 0},
			{name: 'ipv6', state: 'held', detail: 'tunnelled', repairs: 0},
			{name: 'dns', state: 'held', detail: 'only 10.8.0.1 on wg0', repairs: 0},
		],
		tunnel: {
			driver: 'wireguard',
			implementation: 'kernel',
			interface: 'wg0',
			server: 'lab-one',
			endpoint: '203.0.113.10:51820',
			addresses: ['10.8.0.2/32', 'fd08::2/128'],
			resolvers: ['10.8.0.1'],
			mtu: 1420,
			keepaliveSeconds: 25,
			exit: {address: '198.51.100.7', city: 'Lisbon', country: 'PT', checkedAtMs: noonMs - 60_000},
			handshakeAtMs: noonMs - 34_000,
			rxBytes: 12_345_678,
			txBytes: 1_234_567,
			rxBytesPerSecond: 2048,
			txBytesPerSecond: 512,
			rxHistory: [0, 1024, 2048],
			txHistory: [0, 256, 512],
			epoch: 1,
			forgotten: 11,
			connectedAtMs: noonMs - 600_000,
			votes: [
				{source: 'answers', verdict: 'good', value: 2, detail: 'bytes came in 2 s ago', history: 'ggggg'},
				{source: 'handshake', verdict: 'good', value: 34, detail: 'the last handshake was 34 s ago', history: 'ggggg'},
				{source: 'dns', verdict: 'suspect', value: null, detail: 'the tunnel\'s resolver did not answer the last question', history: 'gggss'},
			],
			rtt: {notAsked: null, everyMs: 10_000, history: [12, 11.5, null]},
			keyFileChangedAtMs: noonMs - 40 * 86_400_000,
		},
		uplink: {name: 'eth0', addresses: ['172.17.0.2/16'], gateway: '172.17.0.1', up: true},
		rules: [
			{id: 'tunnel-endpoint', table: 'inet', chain: 'output', verdict: 'accept', text: 'ip daddr 203.0.113.10 udp dport 51820 meta mark 0x1 accept', reason: 'the handshake itself', setting: 'tunnel', packets: 1200, bytes: 180_000, packetsPerSecond: 3, lastHitMs: noonMs - 100},
			{id: 'refuse-output', table: 'inet', chain: 'output', verdict: 'reject', text: 'counter reject', reason: 'nothing else leaves', setting: 'default', packets: 17, bytes: 1020, packetsPerSecond: 0, lastHitMs: null},
		],
		drops: {total: 17, perSecond: 2, lostRecords: 0, recordedPerSecond: 2},
		servers: [
			{id: 'lab-one', city: 'Lisbon', country: 'PT', endpoint: '203.0.113.10:51820', current: true, problem: null, notes: [], lastResult: 'connected', last: {outcome: 'connected', atMs: noonMs - 600_000, code: null, what: null}, latency: {ms: 23.4, atMs: noonMs - 180_000, how: 'echo'}, load: 12, favourite: true, rank: 1, key: {sinceMs: noonMs - 41 * 86_400_000, how: 'file', untilMs: null}},
			{id: 'lab-two', city: 'Oslo', country: 'NO', endpoint: '203.0.113.20:51820', current: false, problem: null, notes: ['PostUp refused'], lastResult: null, last: null, latency: null, load: null, favourite: false, rank: 2, key: null},
		],
		problems: [],
		unsafeNetwork: [],
		tamper: {count: 0, last: null, lastAtMs: null},
		healing: {rung: 'none', detail: '', target: 'lab-one', standIn: null},
		reconnects: {count: 0, lastReason: null, list: []},
		exceptions: [],
		rotation: {everyMs: null, by: 'rank', next: 'lab-two', atMs: null, waitsFor: null},
		forwardedPort: {kind: 'off'},
		catalogue: null,
		lastDrill: null,
		...change,
	};
}
