/** VKS_EGRESS for everybody, root too: who is behind vks reaches the names that are listed, and vks itself goes on asking. Needs root, and nginx. */
import {existsSync} from 'node:fs';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Lab} from '../../lab/lab.ts';
import {waitUntil} from '../../lab/processes.ts';
import {raiseLab} from '../../lab/raise.ts';
import type {Mark, Witness} from '../../lab/witness/witness.ts';
import type {Snapshot} from '../../src/control/schema.ts';
import {isConnected, startDaemon, switchOver, type Daemon} from '../helpers/daemon.ts';
import {speakAs} from '../helpers/speak-as.ts';
import {namedHosts, standNames, type NamedWorld} from '../helpers/named-world.ts';

const {resolver, api, api6, wild, other} = namedHosts;
const viaStockholm = '198.51.100.77';
const viaZurich = '192.0.2.99';
/** As scripts/system-packages.mjs looks for it. */
const hasProxy = existsSync('/usr/lib/nginx/modules/ngx_stream_module.so');

describe.skipIf(!hasProxy)('VKS_EGRESS for everybody', () => {
	let lab: Lab;
	let daemon: Daemon;
	let witness: Witness;
	let world: NamedWorld;
	let began: Mark;
	const as = (uid: number, ...words: readonly string[]): Promise<string> => speakAs(lab, uid, ...words);
	const device = (): string => daemon.snapshot().tunnel?.interface ?? '';
	const counted = (rule: string): number => daemon.snapshot().rules.filter(({id}) => id === rule || id === `${rule}-${device()}`).reduce((sum, {packets}) => sum + packets, 0);
	const refusedBy = async (rule: string, act: () => Promise<string>): Promise<string> => {
		const before = counted(rule);
		const said = await act();
		await daemon.until(`${rule} counted`, () => counted(rule) > before);
		return said;
	};
	const vote = ({tunnel}: Snapshot, source: string): string | undefined => tunnel?.votes.find(each => each.source === source)?.verdict;

	beforeAll(async () => {
		lab = await raiseLab({});
		witness = await lab.observe();
		world = await standNames(lab, {'api.test.example': [api, api6], 'a.wild.example': [wild], 'evil.example': [other], 'six.wild.example': [api6], 'hooks.test.example': [wild]});
		const open = await witness.mark();
		await as(0, 'tls', other, '443', 'evil.example');
		expect((await witness.since(open)).outside.count, 'the witness sees what goes round vks').toBeGreaterThan(0);
		began = await witness.mark();
		daemon = await startDaemon(lab, {environment: {
			VKS_SERVER: 'se-sto-1', VKS_DNS: resolver, VKS_EXIT_URL: lab.description.exitUrl, VKS_NOTIFY_URL: 'http://hooks.test.example/secret',
			VKS_EGRESS: 'api.test.example; *.wild.example 80 443; uid 1000 evil.example',
		}});
		await daemon.until('it was connected', isConnected);
		await waitUntil(async () => (await as(33, 'ask', resolver, 'api.test.example')) === JSON.stringify([api]));
	});
	afterAll(async () => {
		await witness.stop();
		await lab.down();
	});

	test.each([0, 33, 1000])('uid %i reaches a name that is listed, and not another', async uid => {
		expect(await as(uid, 'ask', resolver, 'api.test.example')).toBe(JSON.stringify([api]));
		expect(await waitUntil(async () => (await as(uid, 'tls', api, '443', 'api.test.example')) === `${api} api.test.example ${viaStockholm}`)).toBe(true);
		expect(await as(uid, 'tls', api, '443', 'wrong.example')).not.toContain('203.0.113');
	});

	test('what one user may reach besides, nobody else does, and nobody has the mark of vks by wishing', async () => {
		expect(await as(1000, 'ask', resolver, 'evil.example')).toBe(JSON.stringify([other]));
		expect(await as(1000, 'tls', other, '443', 'evil.example')).toBe(`${other} evil.example ${viaStockholm}`);
		for (const uid of [0, 33]) {
			expect(await as(uid, 'ask', resolver, 'evil.example')).toBe('ENOTFOUND');
			expect(await refusedBy('refuse-egress-address-all', () => as(uid, 'tls', other, '443', 'evil.example'))).toBe('EHOSTUNREACH');
			expect(await refusedBy('refuse-egress-quic-all', () => as(uid, 'udp', other, '443'))).toMatch(/EHOSTUNREACH|EPERM|sent/);
			expect(await refusedBy('refuse-egress-dns-all', () => as(uid, 'ask', '203.0.113.54', 'api.test.example'))).not.toContain('203.0.113');
			expect(await refusedBy('refuse-egress-all', () => as(uid, 'udp', other, '123'))).toMatch(/EHOSTUNREACH|EPERM|sent/);
		}
	});

	test('vks knows its exit, its resolver and targets answer it, and a leak test passes', async () => {
		await daemon.until('the exit was known', ({tunnel}) => tunnel?.exit?.address === viaStockholm);
		await daemon.until('the resolver and the targets answered', snapshot => vote(snapshot, 'dns') === 'good' && (snapshot.tunnel?.rtt.history ?? []).some(ms => ms !== null));
		expect(daemon.snapshot().tunnel?.votes.filter(({verdict}) => verdict === 'bad')).toEqual([]);
		expect((await daemon.command({do: 'drill'})).drill).toMatchObject({kind: 'passed'});
		expect(daemon.snapshot().reconnects.count).toBe(0);
	});

	test('over IPv6 too', async () => {
		expect(await as(33, 'ask', resolver, 'api.test.example', 'AAAA')).toBe(JSON.stringify([api6]));
		expect(await as(33, 'tls', api6, '443', 'api.test.example')).toMatch(/^(?:203\.0\.113\.71|2001:db8:113::71) api\.test\.example /);
		expect(await as(33, 'tls', api6, '443', 'evil.example')).not.toContain('evil.example ');
		expect(await refusedBy('refuse-egress-address-all', () => as(33, 'tls', lab.description.addresses.internet.ipv6, '443', 'api.test.example'))).toBe('EACCES');
		expect(await refusedBy('refuse-egress-all', () => as(33, 'tls', api6, '8443', 'api.test.example'))).toBe('EACCES');
	});

	test('over IPv6 HTTP goes by the host it names, and QUIC nowhere', async () => {
		expect(await as(33, 'ask', resolver, 'six.wild.example', 'AAAA')).toBe(JSON.stringify([api6]));
		expect(await as(33, 'http', api6, '80', 'six.wild.example')).toContain(`${api6} six.wild.example `);
		const forged = await as(33, 'http', api6, '80', 'six.wild.example', 'evil.example');
		expect(forged).toContain('403 Forbidden');
		expect(forged).not.toContain(' evil.example ');
		expect(await refusedBy('refuse-egress-address-all', () => as(33, 'http', lab.description.addresses.internet.ipv6, '80', 'six.wild.example'))).toBe('EACCES');
		expect(await refusedBy('refuse-egress-quic-all', () => as(33, 'udp', api6, '443'))).toMatch(/EHOSTUNREACH|EACCES|EPERM|sent/);
	});

	test('a switch carries it over to another server, and a reconnect brings it back; who is told of changes hears of them', async () => {
		await switchOver(daemon, 'ch-zrh-1');
		await daemon.until('the other server carried', snapshot => isConnected(snapshot) && snapshot.tunnel?.server === 'ch-zrh-1' && snapshot.tunnel.exit?.address === viaZurich);
		expect(await waitUntil(async () => (await as(33, 'tls', api, '443', 'api.test.example')) === `${api} api.test.example ${viaZurich}`)).toBe(true);
		expect(await refusedBy('refuse-egress-address-all', () => as(33, 'tls', other, '443', 'evil.example'))).toBe('EHOSTUNREACH');
		expect(await daemon.command({do: 'reconnect'})).toMatchObject({ok: true});
		await daemon.until('it was connected again', isConnected);
		expect(await waitUntil(async () => (await as(33, 'ask', resolver, 'api.test.example')) === JSON.stringify([api]) && (await as(33, 'tls', api, '443', 'api.test.example')).startsWith(api))).toBe(true);
		expect(await waitUntil(() => world.asked().includes('POST hooks.test.example')), daemon.log()).toBe(true);
	});

	test('nothing of all that left outside the tunnel', async () => {
		const {outside} = await witness.since(began);
		expect(outside.samples).toEqual([]);
		expect(outside.count).toBe(0);
	});
});
