/** VKS_EGRESS: one user reaches the names that are listed, at their ports, and nothing else. Needs root, and nginx with its stream module. */
import {existsSync} from 'node:fs';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {DropView, Snapshot} from '../../src/control/schema.ts';
import type {Lab} from '../../lab/lab.ts';
import {waitUntil} from '../../lab/processes.ts';
import {raiseLab} from '../../lab/raise.ts';
import {isConnected, startDaemon, type Daemon} from '../helpers/daemon.ts';
import {speakAs} from '../helpers/speak-as.ts';
import {namedHosts, standNames, type NamedWorld} from '../helpers/named-world.ts';

const {resolver, api, wild, other, spare} = namedHosts;
const governed = 1000;
const free = 1001;

/** As scripts/system-packages.mjs looks for it. */
const hasProxy = existsSync('/usr/lib/nginx/modules/ngx_stream_module.so');

describe.skipIf(!hasProxy)('VKS_EGRESS', () => {
	let lab: Lab;
	let daemon: Daemon;
	let world: NamedWorld;
	const names = {'api.test.example': [api], 'a.wild.example': [wild], 'b.a.wild.example': [wild], 'evil.example': [other], 'lan.wild.example': ['192.168.1.1', '127.0.0.1']};

	const as = (uid: number, ...words: readonly string[]): Promise<string> => speakAs(lab, uid, ...words);
	const ask = (name: string, type = 'A', from = resolver, uid = governed): Promise<string> => as(uid, 'ask', from, name, type);
	const device = (): string => lab.description.environment['VKS_INTERFACE'] ?? '';
	const counted = (rule: string): number => daemon.snapshot().rules.find(({id}) => id === rule || id === `${rule}-${device()}`)?.packets ?? 0;
	/** That this very rule refused it. */
	const refusedBy = async (rule: string, act: () => Promise<string>): Promise<string> => {
		const before = counted(rule);
		const said = await act();
		await daemon.until(`${rule} counted`, () => counted(rule) > before);
		return said;
	};
	/** One of now: the newest that came, and the one on its way, may be from before what was just done. */
	const fresh = async (): Promise<Snapshot> => {
		const {seq} = daemon.snapshot();
		return daemon.until('a newer snapshot', now => now.seq > seq + 1);
	};
	const journalled = (text: string): Promise<boolean> => waitUntil(() => daemon.journal().some(entry => entry.text.includes(text)));

	beforeAll(async () => {
		lab = await raiseLab({});
		world = await standNames(lab, names);
		daemon = await startDaemon(lab, {watchDrops: true, environment: {
			VKS_SERVER: 'se-sto-1', VKS_DRILL_EVERY: 'off', VKS_EXIT_URL: 'off', VKS_DNS: resolver,
			VKS_EGRESS: `uid ${governed} api.test.example; uid ${governed} *.wild.example 80 443`,
		}});
		await daemon.until('it was connected', isConnected);
		await waitUntil(async () => (await ask('api.test.example')) === JSON.stringify([api]));
	});
	afterAll(async () => {
		await lab.down();
	});

	test('who is not governed goes as before: what is refused below is refused by the setting', async () => {
		expect(await as(free, 'tls', other, '443', 'evil.example')).toMatch(/^203\.0\.113\.73 evil\.example 198\.51\.100\.77$/);
		expect(await as(free, 'http', other, '80', 'evil.example')).toContain('203.0.113.73 evil.example 198.51.100.77');
		expect(await as(free, 'tls', api, '8443', 'api.test.example')).toContain(api);
		expect(await ask('evil.example', 'A', resolver, free)).toBe(JSON.stringify([other]));
	});

	test('the right name is reached, through the tunnel, and the proof holds', async () => {
		expect(await as(governed, 'tls', api, '443', 'api.test.example')).toBe(`${api} api.test.example 198.51.100.77`);
		expect(await ask('a.wild.example')).toBe(JSON.stringify([wild]));
		expect(await as(governed, 'tls', wild, '443', 'a.wild.example')).toBe(`${wild} a.wild.example 198.51.100.77`);
		expect(await as(governed, 'http', wild, '80', 'a.wild.example')).toContain(`${wild} a.wild.example 198.51.100.77`);
		expect(daemon.snapshot().proof.kind).toBe('proven');
	});

	test('a wrong name and no name are closed, and told', async () => {
		expect(await as(governed, 'tls', api, '443', 'evil.example')).not.toContain('203.0.113');
		expect(await journalled('to port 443: it bears evil.example')).toBe(true);
		expect(await as(governed, 'tls', api, '443')).not.toContain('203.0.113');
		expect(await journalled('to port 443: it bears no name')).toBe(true);
		expect(await as(governed, 'tls', wild, '443', 'b.a.wild.example')).not.toContain('203.0.113');
	});

	test('the right name at another address that is held reaches its own host, and at any other none', async () => {
		expect(await as(governed, 'tls', wild, '443', 'api.test.example')).toBe(`${api} api.test.example 198.51.100.77`);
		expect(await refusedBy('refuse-egress-address-1000', () => as(governed, 'tls', spare, '443', 'api.test.example'))).toBe('EHOSTUNREACH');
	});

	test('plain HTTP goes by the host it names, in each request', async () => {
		const forged = await as(governed, 'http', wild, '80', 'a.wild.example', 'evil.example');
		expect(forged).toContain(`${wild} a.wild.example`);
		expect(forged).toContain('403 Forbidden');
		expect(forged).not.toContain('evil.example 198');
		expect(await as(governed, 'http', wild, '80', 'http://a.wild.example/')).toContain(`${wild} a.wild.example`);
		expect(await journalled('to port 80: it bears evil.example')).toBe(true);
	});

	test.each<[string, string, readonly string[]]>([
		['another port of a name', 'refuse-egress-1000', ['tls', api, '8443', 'api.test.example']],
		['HTTP to a name that has TLS alone', 'refuse-egress-address-1000', ['http', api, '80', 'api.test.example']],
		['an address without a name', 'refuse-egress-address-1000', ['tls', other, '443']],
		['QUIC', 'refuse-egress-quic-1000', ['udp', api, '443']],
		['any other datagram', 'refuse-egress-1000', ['udp', api, '123']],
		['another resolver', 'refuse-egress-dns-1000', ['ask', '203.0.113.54', 'api.test.example']],
		['DNS over TLS', 'refuse-egress-dns-1000', ['tls', resolver, '853', 'api.test.example']],
		['the proxy itself', 'refuse-egress-listener', ['tls', '127.0.0.1', '18403', 'api.test.example']],
		['our resolver itself', 'refuse-egress-resolver', ['udp', '127.0.0.1', '18401']],
	])('%s is refused by %s', async (_what, rule, words) => {
		expect(await refusedBy(rule, () => as(governed, ...words))).toMatch(/^(?:EHOSTUNREACH|EPERM|EACCES|ECONNREFUSED|ETIMEOUT|sent)$/);
	});

	test('a name that is not listed does not exist, and is not asked for outside', async () => {
		expect(await ask('evil.example')).toBe('ENOTFOUND');
		expect(await ask('c2VjcmV0.b.a.wild.example')).toBe('ENOTFOUND');
		expect(await ask('a.wild.example', 'TXT')).toBe('ENODATA');
		expect(await ask('lan.wild.example')).toBe('ENODATA');
		expect(await journalled('Refused a look-up of uid 1000: evil.example')).toBe(true);
		expect(world.asked()).not.toMatch(/c2VjcmV0/);
	});

	test('a name whose address changes is reached where it is, also while it changes with each look-up', async () => {
		const at = [api, spare];
		for (const turn of [1, 2, 3, 4, 5, 6]) {
			const [now = api] = [at[turn % 2]];
			world.zone({...names, 'api.test.example': [now]});
			expect(await ask('api.test.example')).toBe(JSON.stringify([now]));
			expect(await waitUntil(async () => (await as(governed, 'tls', now, '443', 'api.test.example')) === `${now} api.test.example 198.51.100.77`)).toBe(true);
		}
		world.zone(names);
	});

	test('explain knows which addresses may be connected to at this moment', async () => {
		const asked = async (address: string, port: string): Promise<string> => (await lab.exec('client', [...lab.description.commands.vks.slice(3), 'explain', 'tcp', `${address}:${port}`, '--uid', String(governed)])).stdout;
		expect(await ask('api.test.example')).toBe(JSON.stringify([api]));
		await fresh();
		expect(await asked(api, '443')).toContain('egress-diverted');
		expect(await asked(other, '443')).toContain('refuse-egress-address-1000');
		expect(await asked(other, '443')).toContain('A name that VKS_EGRESS lists');
	});

	test('a refused name is among the drops, with whose it was and what would list it, and in the status with its count', async () => {
		const before = (await fresh()).egress;
		const seen = (name: string, how: string): readonly DropView[] => daemon.drops().filter(({destination, named}) => destination === name && named?.how === how);
		for (let count = 0; count < 3; count++) expect(await ask('tracker.example')).toBe('ENOTFOUND');
		expect(await as(governed, 'tls', api, '443', 'tracker.example')).not.toContain('203.0.113');
		expect(await waitUntil(() => seen('tracker.example', 'connection').length > 0)).toBe(true);
		expect(seen('tracker.example', 'connection').at(-1)).toMatchObject({ruleId: 'refuse-egress-name-1000', protocol: 'tcp', direction: 'out', outInterface: device(), destinationPort: 443, uid: governed, named: {entry: 'uid 1000 tracker.example 443'}});
		expect(seen('tracker.example', 'look-up')[0]).toMatchObject({protocol: 'udp', destinationPort: null, uid: governed, named: {entry: 'uid 1000 tracker.example 443'}});
		expect(seen('tracker.example', 'look-up').reduce((sum, {named}) => sum + (named?.times ?? 0), 0)).toBe(3);
		const now = await daemon.until('it was counted', ({egress}) => (egress?.connections ?? 0) > (before?.connections ?? 0));
		expect([now.egress?.lookUps, now.egress?.entries]).toEqual([(before?.lookUps ?? 0) + 3, ['uid 1000 api.test.example 443', 'uid 1000 *.wild.example 80 443']]);
		expect(now.egress?.names.slice(0, 2)).toMatchObject([{name: 'tracker.example', how: 'connection', port: 443, count: 1}, {name: 'tracker.example', how: 'look-up', port: null, count: 3}]);
	});

	test('whose process asked for it is said, as soon as owners are looked up again', async () => {
		const isNamed = (): boolean => daemon.drops().some(({destination, owner}) => destination === 'owner.example' && owner?.process?.includes('node') === true);
		expect(await waitUntil(async () => (await ask('owner.example')) === 'ENOTFOUND' && isNamed())).toBe(true);
	});

	test('who tunnels through names is counted whole, fills neither drops nor memory, and nothing of it is asked outside', async () => {
		const before = (await fresh()).egress?.lookUps ?? 0;
		expect(await as(governed, 'ask-many', resolver, 'tunnelled.example', '3000')).toBe('3000 ENOTFOUND');
		const {egress} = await daemon.until('each was counted', ({egress: counted}) => (counted?.lookUps ?? 0) >= before + 3000);
		expect([egress?.lookUps, egress?.names.length]).toEqual([before + 3000, 20]);
		expect(daemon.drops().filter(({destination}) => destination.endsWith('.tunnelled.example')).length).toBeLessThan(3000);
		expect(world.asked()).not.toContain('tunnelled');
	});

	test('thousands of look-ups and hundreds of connections: each is answered, and none of a listed name is told as refused', async () => {
		const before = (await fresh()).egress?.connections ?? 0;
		const said = await as(governed, 'visit-many', api, 'api.test.example', resolver);
		expect(said).toMatch(/^2000 answers, 300 connections, \d+ asked again$/);
		// Those during which the machine stood still; one in a hundred is lost where answers meet another's tracked entry (docs/decisions/0026).
		expect(Number(/(\d+) asked/.exec(said)?.[1])).toBeLessThan(10);
		expect((await fresh()).egress?.connections).toBe(before);
		expect(daemon.snapshot().proof.kind).toBe('proven');
	});

	test('without the proxy it is refused, and told; then it is there again', async () => {
		const own = (await lab.exec('client', ['sh', '-c', 'for p in $(pgrep -u 64530 -x nginx); do [ "$(readlink /proc/$p/ns/net)" = "$(readlink /proc/self/ns/net)" ] && echo $p; done'])).stdout.trim().split('\n');
		expect(own.filter(pid => /^\d+$/.test(pid)).length).toBeGreaterThan(1);
		// It would be there again within a second.
		process.kill(daemon.process.pid, 'SIGSTOP');
		await lab.exec('client', ['kill', '-9', ...own], {mustSucceed: true});
		expect(await as(governed, 'tls', api, '443', 'api.test.example')).toBe('ECONNREFUSED');
		process.kill(daemon.process.pid, 'SIGCONT');
		expect(await journalled('ended unasked')).toBe(true);
		expect(await waitUntil(async () => (await as(governed, 'tls', api, '443', 'api.test.example')).startsWith(api))).toBe(true);
	});

	test('in lockdown nothing of it passes', async () => {
		await daemon.command({do: 'lockdown', reason: 'a test'});
		expect(await as(governed, 'tls', api, '443', 'api.test.example')).not.toContain('203.0.113');
		expect(await ask('api.test.example')).not.toContain('203.0.113');
		await daemon.command({do: 'lift', word: 'lift'});
		await daemon.until('it was connected again', isConnected);
		expect(await waitUntil(async () => (await ask('api.test.example')) === JSON.stringify([api]))).toBe(true);
		expect(await as(governed, 'tls', api, '443', 'api.test.example')).toContain(api);
	});
});
