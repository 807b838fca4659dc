import {expect, test} from 'vitest';
import {stateKindSchema, type ProofView, type StateKind} from '../../../src/control/schema.ts';
import {statusLines} from '../../../src/cli/status-text.ts';
import {statusOf} from '../../../src/control/status.ts';
import {statusSchema} from '../../../src/control/status-schema.ts';
import {noonMs, sampleSnapshot} from '../../fakes/snapshot.ts';

const {state, proof} = sampleSnapshot();
const statusWith = (change: Partial<ProofView>, nowMs = noonMs) => statusOf(sampleSnapshot({proof: {...proof, ...change}}), nowMs);

test('the status of a daemon that is well', () => {
	const status = statusOf(sampleSnapshot(), noonMs);
	expect(statusSchema.parse(status)).toEqual(status);
	expect(status).toMatchObject({
		version: 1,
		at: '2026-03-01T12:00:00.000Z',
		state: 'connected',
		cause: null,
		since: '2026-03-01T11:50:00.000Z',
		proof: {kind: 'proven', ageSeconds: 0.4, rulesetHash: 'a1b2c3d4e5f60718', detail: []},
		tunnel: {driver: 'wireguard', interface: 'wg0', server: 'lab-one', exit: {address: '198.51.100.7', city: 'Lisbon'}, handshakeAgeSeconds: 34, rxBytes: 12_345_678},
		drops: {total: 17, perSecond: 2},
	});
});

test('without tunnel, exit, handshake and read-back there are nulls, and the schema knows them', () => {
	const bare = statusOf(sampleSnapshot({tunnel: null, proof: {...proof, kind: 'unknown', checkedAtMs: null, rulesetHash: null, covers: []}}), noonMs);
	expect(statusSchema.parse(bare)).toMatchObject({tunnel: null, proof: {kind: 'unknown', ageSeconds: null}});
	const {tunnel} = sampleSnapshot();
	if (tunnel === null) throw new Error('the sample has a tunnel');
	const early = statusOf(sampleSnapshot({tunnel: {...tunnel, exit: null, handshakeAtMs: null}}), noonMs);
	expect(statusSchema.parse(early).tunnel).toMatchObject({exit: null, handshakeAgeSeconds: null});
});

const shown: Readonly<Record<StateKind, string>> = {
	blocked: 'blocked',
	bootstrapping: 'connecting',
	connecting: 'connecting',
	verifying: 'connecting',
	connected: 'connected',
	degraded: 'degraded',
	switching: 'switching',
	lockdown: 'lockdown',
};

test.each(stateKindSchema.options)('the state %s is one of the six', kind => {
	const status = statusOf(sampleSnapshot({state: {...state, kind}}), noonMs);
	expect(statusSchema.parse(status).state).toBe(shown[kind]);
});

test.each([
	['proven', 400, 'proven'],
	['proven', 3000, 'proven'],
	['proven', 3001, 'unknown'],
	['proven', -3001, 'unknown'],
	['proven', null, 'unknown'],
	['drifted', 1000, 'drifted'],
	['drifted', 60_000, 'unknown'],
	['unknown', 10, 'unknown'],
	['failed-to-block', 60_000, 'failed-to-block'],
] as const)('%s, read back %s ms ago, is %s', (kind, ageMs, expected) => {
	const status = statusWith({kind, checkedAtMs: ageMs === null ? null : noonMs - ageMs});
	expect(status.proof.kind).toBe(expected);
	expect(statusSchema.safeParse(status).success).toBe(true);
});

test('a stale proof says what it was and how old it is', () => {
	expect(statusWith({kind: 'drifted', detail: ['missing: dns-refuse'], checkedAtMs: noonMs - 7000}).proof).toMatchObject({
		kind: 'unknown',
		ageSeconds: 7,
		detail: ['the last read-back is 7 s old (drifted)', 'missing: dns-refuse'],
	});
});

test('what speaks for the tunnel, the key file and the last reconnect are in the status', () => {
	const status = statusOf(sampleSnapshot({reconnects: {count: 3, lastReason: 'dead', list: [{atMs: noonMs - 60_000, from: 'a', to: 'b', reason: 'dead', tookMs: 1840}]}}), noonMs);
	expect(statusSchema.parse(status)).toEqual(status);
	expect(status.tunnel).toMatchObject({rttMs: null, mtu: 1420, keepaliveSeconds: 25, keyFileChangedAt: '2026-01-20T12:00:00.000Z'});
	expect(status.tunnel?.votes.map(({source, verdict}) => `${source} ${verdict}`)).toEqual(['answers good', 'handshake good', 'dns suspect']);
	expect(status.tunnel?.votes[0]).not.toHaveProperty('history');
	expect(status.reconnects).toEqual({count: 3, last: {at: '2026-03-01T11:59:00.000Z', from: 'a', to: 'b', reason: 'dead', tookSeconds: 1.8}});
});

test('a provider\'s list has its age in it, and none where it was never read', () => {
	const catalogue = {host: 'api.nordvpn.com', readAtMs: noonMs - 3_600_000, skipped: 2};
	const status = statusOf(sampleSnapshot({catalogue}), noonMs);
	expect(statusSchema.parse(status).catalogue).toEqual({host: 'api.nordvpn.com', readAt: new Date(noonMs - 3_600_000).toISOString(), ageSeconds: 3600, skipped: 2});
	expect(statusLines(status).join('\n')).toContain('list    api.nordvpn.com, read 1h00m ago; 2 entries of it cannot be used');
	expect(statusOf(sampleSnapshot({catalogue: {...catalogue, readAtMs: null}}), noonMs).catalogue).toMatchObject({readAt: null, ageSeconds: null});
});
