import {dropLine} from '../../../src/cli/drops.ts';
import type {DropView} from '../../../src/control/schema.ts';
import {expect, test} from 'vitest';
import {statusSchema} from '../../../src/control/status-schema.ts';
import {sampleDrop, sampleEntry} from '../../fakes/fake-controller.ts';
import {noonMs, sampleSnapshot} from '../../fakes/snapshot.ts';
import {shell} from './harness.ts';

const {proof, state} = sampleSnapshot();

test('status says what was read back, and how long ago', async () => {
	const {vks} = await shell();
	const {code, out, err} = await vks('status');
	expect({code, err}).toEqual({code: 0, err: ''});
	expect(out).toMatchInlineSnapshot(`
		"CONNECTED  PROVEN 0.4s
		Verified: a handshake, and bytes received.

		  since   2026-03-01T11:50:00.000Z (10m00s)
		  proof   ruleset, ownership, routing, backstop, sysctl read back; ruleset a1b2c3d4e5f60718
		  server  lab-one at 203.0.113.10:51820
		  tunnel  wg0 (wireguard), handshake 34s ago, 12 MB received, 1.2 MB sent
		  exit    198.51.100.7, Lisbon, PT
		  health  answers good: bytes came in 2 s ago
		          handshake good: the last handshake was 34 s ago
		          dns suspect: the tunnel's resolver did not answer the last question
		  link    MTU 1420, keepalive 25s
		  key     its file has not changed for 41d; it may be older
		  epoch   1; 11 connections from before it forgotten
		  next    lab-two, when asked
		  drops   17 refused, 2 in the last second
		  drill   none yet
		  daemon  vks 0.1.0, pid 41, up 1h00m

		layer     state  detail
		firewall  held   31 rules as intended
		routing   held   no default route through eth0
		egress    held   backstop on eth0
		ipv6      held   tunnelled
		dns       held   only 10.8.0.1 on wg0
		"
	`);
});

test('while a tunnel carries, a problem says what passes nowhere, and not that traffic is blocked', async () => {
	const snapshot = sampleSnapshot({problems: [{code: 'dns', severity: 'warning', what: 'resolv.conf could not be written.', stillBlocking: true, next: 'Make it writable.'}]});
	const {vks} = await shell({snapshot: () => snapshot});
	const {out} = await vks('status');
	expect(out).toContain('  Nothing passes outside the tunnel. Make it writable.');
	expect(out).not.toContain('still blocked');
});

test('status names the cause, the missing layer, the problem and the next step', async () => {
	const snapshot = sampleSnapshot({
		tunnel: null,
		state: {...state, kind: 'blocked', cause: 'no-handshake', detail: 'Next attempt in 4 s.'},
		proof: {...proof, kind: 'drifted', detail: ['missing: dns-refuse']},
		layers: [{name: 'dns', state: 'missing', detail: 'the rule is gone', repairs: 3}],
		problems: [{code: 'no-handshake', severity: 'error', what: 'The server does not answer.', stillBlocking: true, next: 'Try another with `vks switch`.'}],
		unsafeNetwork: ['8.8.8.0/24'],
	});
	const {vks} = await shell({snapshot: () => snapshot});
	const {code, out} = await vks('status');
	expect(code).toBe(3);
	for (const part of ['BLOCKED no-handshake  DRIFTED 0.4s', 'missing: dns-refuse', 'dns    missing  repaired 3x; the rule is gone', 'Traffic is still blocked. Try another', '8.8.8.0/24: open because']) {
		expect(out).toContain(part);
	}
});

test.each([
	['proven', noonMs - 900, 0],
	['proven', noonMs - 3500, 3],
	['proven', null, 3],
	['drifted', noonMs - 100, 3],
	['unknown', noonMs - 100, 3],
	['failed-to-block', noonMs - 100, 3],
] as const)('status of %s read back at %s exits with %s, and prints valid JSON', async (kind, checkedAtMs, expected) => {
	const {vks} = await shell({snapshot: () => sampleSnapshot({proof: {...proof, kind, checkedAtMs}})});
	const {code, out} = await vks('status', '--json');
	expect(code).toBe(expected);
	expect(statusSchema.safeParse(JSON.parse(out)).success).toBe(true);
});

test.each([
	['connected', 'proven', noonMs - 400, 0, 0],
	['degraded', 'proven', noonMs - 400, 0, 0],
	['blocked', 'proven', noonMs - 400, 1, 0],
	['lockdown', 'proven', noonMs - 400, 1, 0],
	['switching', 'proven', noonMs - 400, 1, 0],
	['switching', 'proven', noonMs - 400, 0, 0, 'lab-one'],
	['switching', 'drifted', noonMs - 400, 3, 3, 'lab-one'],
	['connected', 'proven', noonMs - 400, 1, 0, null],
	['connected', 'proven', noonMs - 3500, 3, 3],
	['connected', 'proven', null, 3, 3],
	['connected', 'drifted', noonMs - 400, 3, 3],
	['blocked', 'unknown', noonMs - 400, 3, 3],
	['blocked', 'failed-to-block', noonMs - 400, 3, 3],
] as const)('check of %s and %s read back at %s exits with %s, and asked for the policy alone with %s', async (kind, proofKind, checkedAtMs, expected, enforced, carries?: string | null) => {
	const snapshot = sampleSnapshot({state: {...state, kind, ...(carries === undefined ? {} : {carries}), cause: null, detail: 'Said in a sentence.'}, proof: {...proof, kind: proofKind, checkedAtMs}});
	const {vks} = await shell({snapshot: () => snapshot});
	const {code, out, err} = await vks('check');
	expect({code, err, lines: out.trimEnd().split('\n').length}).toEqual({code: expected, err: '', lines: 1});
	expect(out).toContain(`${kind.toUpperCase()}  `);
	expect(out).toContain('Said in a sentence.');
	expect((await vks('check', '--enforced')).code).toBe(enforced);
	expect(JSON.parse((await vks('check', '--json')).out)).toMatchObject({version: 1, healthy: expected === 0, state: kind});
});

test('check where no daemon answers is not healthy, and says so once', async () => {
	const {vks, closeServer} = await shell();
	await closeServer();
	for (const argv of [['check'], ['check', '--enforced']]) expect(await vks(...argv)).toMatchObject({code: 1, out: '', err: expect.stringContaining('no-daemon')});
});

test('no daemon is exit code 1 and a next step, on standard error, and JSON when that was asked for', async () => {
	const {vks, closeServer} = await shell();
	await closeServer();
	expect(await vks('status')).toMatchObject({code: 1, out: '', err: expect.stringContaining('`vks run`')});
	const asJson = await vks('rules', '--json');
	expect(asJson.out).toBe('');
	expect(JSON.parse(asJson.err)).toMatchObject({version: 1, problem: {code: 'no-daemon'}});
});

test('--socket wins over the run folder', async () => {
	const {vks, runFolder} = await shell({env: {VKS_RUN_FOLDER: '/nonexistent'}});
	expect((await vks('--socket', `${runFolder}/view.sock`, 'status')).code).toBe(0);
	expect((await vks('status')).code).toBe(1);
});

test('rules and servers are tables, and JSON with ISO times', async () => {
	const {vks} = await shell();
	expect((await vks('rules')).out).toMatch(/^inet {3}output {2}refuse-output {4}reject +17 +1\.0 kB +nothing else leaves$/m);
	expect(JSON.parse((await vks('rules', '--json')).out)).toMatchObject({version: 1, rules: [{id: 'tunnel-endpoint', lastHit: '2026-03-01T11:59:59.900Z'}, {lastHit: null}]});
	expect((await vks('servers')).out).toMatch(/^\* +1 {2}lab-one {2}Lisbon {2}PT {7}203\.0\.113\.10:51820 +23 ms {2}3m00s ago {2}12 % {2}41d {2}yes +connected 10m00s ago$/m);
	expect(JSON.parse((await vks('servers', '--json')).out)).toMatchObject({version: 1, servers: [{id: 'lab-one', current: true}, {id: 'lab-two'}]});
});

test('what was known of the sender stands behind the uid', () => {
	const line = (owner: NonNullable<DropView['owner']>): string => dropLine({...sampleDrop, owner}).split('  ').at(-1) ?? '';
	expect(line({user: 'radarr'})).toBe('uid 1000 (radarr)');
	expect(line({user: 'radarr', process: 'Radarr', pid: 77, container: 'docker ab12cd34ef56'})).toBe('uid 1000 (radarr), Radarr, pid 77, docker ab12cd34ef56');
});

test('drops lists what was refused, and follows', async () => {
	const {vks, vksUntil, controller} = await shell();
	const line = '2026-03-01T11:59:58.000Z  refuse-output  out to eth0  tcp 172.17.0.2:40000 -> 192.0.2.1:443  uid 1000\n';
	expect(await vks('drops')).toEqual({code: 0, out: line, err: ''});
	expect(JSON.parse((await vks('drops', '--json')).out)).toMatchObject({version: 1, lost: 0, records: [{at: '2026-03-01T11:59:58.000Z', ruleId: 'refuse-output'}]});
	const followed = await vksUntil(3, ['drops', '-f'], () => controller.publish({type: 'drops', records: [sampleDrop], lost: 4}));
	expect(followed).toEqual({code: 0, out: `${line}${line}4 more were refused and not recorded\n`, err: ''});
});

test('events follows the journal, and reports a change of state or proof once', async () => {
	const {vksUntil, controller} = await shell();
	const changed = sampleSnapshot({seq: 9, proof: {...proof, kind: 'drifted'}});
	const {code, out} = await vksUntil(4, ['events', '--json'], () => {
		controller.publish({type: 'snapshot', snapshot: sampleSnapshot({seq: 8})});
		controller.publish({type: 'snapshot', snapshot: changed});
		controller.publish({type: 'journal', entries: [{...sampleEntry, seq: 2, text: 'put back'}]});
	});
	expect(code).toBe(0);
	expect(out.trim().split('\n').map(line => JSON.parse(line) as object)).toMatchObject([
		{type: 'journal', text: 'started'},
		{type: 'state', state: 'connected', proof: {kind: 'proven'}},
		{type: 'state', proof: {kind: 'drifted'}},
		{type: 'journal', text: 'put back'},
	]);
});

test('a follower says so when the daemon goes', async () => {
	const {vksUntil, closeServer} = await shell();
	expect(await vksUntil(99, ['events'], () => void closeServer())).toMatchObject({code: 1, err: expect.stringContaining('closed the connection')});
});

test('a frame of a kind that nobody knows has no addresses, and none are drawn', () => {
	const frame = dropLine({...sampleDrop, protocol: 'other', source: '', destination: '', sourcePort: null, destinationPort: null});
	expect(frame).toContain('  frame of an unknown kind');
	expect(frame).not.toContain('->');
	expect(dropLine({...sampleDrop, protocol: 'other', source: '', destination: '', etherType: 0x88cc})).toContain('  frame of type 0x88cc');
});
