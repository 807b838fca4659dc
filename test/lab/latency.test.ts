/** Measuring how far servers are sends pings to their endpoints and nothing else, when it is asked and allowed: seen from outside. Needs root. */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {serverPlan} from '../../lab/plan.ts';
import {waitUntil} from '../../lab/processes.ts';
import {nodeExecutable, repositoryFolder} from '../../lab/program.ts';
import type {Seen} from '../../lab/witness/witness.ts';
import type {Outcome} from '../../src/control/schema.ts';
import {isConnected, startDaemon} from '../helpers/daemon.ts';
import {endScene, raiseScene, type Scene} from '../helpers/leak-scene.ts';

/** Nobody is there. */
const silent = '203.0.113.99';
const [s1, s2] = [serverPlan('s1').endpoint, serverPlan('s2').endpoint];
describe('how far servers are', () => {
	let scene: Scene;
	beforeAll(async () => {
		scene = await raiseScene({}, {environment: {VKS_LATENCY: 'yes'}});
	});
	afterAll(async () => {
		await scene.daemon.kill();
		await endScene(scene);
	});

	const seenWhile = async (work: () => Promise<unknown>): Promise<Seen> => {
		const start = await scene.witness.mark();
		await work();
		return scene.witness.since(start);
	};
	const measure = (...servers: readonly string[]): Promise<Outcome> => scene.daemon.command({do: 'measure', servers: [...servers]});
	/** As root, with the tunnel's mark: what the opening lets pass while it stands. */
	const ping = (host: string, ...more: readonly string[]): readonly string[] => [nodeExecutable(), '--disable-warning=ExperimentalWarning', join(repositoryFolder, 'test/helpers/ping-once.ts'), host, '51820', ...more];
	const pings = async (): Promise<void> => {
		for (const host of [s1.ipv4, s2.ipv4]) await scene.lab.exec('client', ping(host));
	};
	const outside = ({outside: {samples}}: Seen): readonly string[] => [...new Set(samples.map(({protocol, dst}) => `${protocol} ${dst}`))].toSorted();
	const nothing = {count: 0, samples: []};

	test('pings exactly the endpoints of the servers, and tells how far each is', async () => {
		const outcomes: Outcome[] = [];
		const seen = await seenWhile(async () => outcomes.push(await measure()));
		expect(outcomes).toMatchObject([{ok: true, message: expect.stringMatching(/^4 of 4 servers answered, the nearest is .*9 pings left outside the tunnel to 3 hosts\.$/) as unknown}]);
		expect(outside(seen)).toEqual([`icmp ${s2.ipv4}`, `icmp ${s1.ipv4}`, `icmpv6 ${s1.ipv6}`].toSorted());
		expect(seen.outside.count).toBe(9);
		const {servers, exceptions} = await scene.daemon.until('it was shown and proven', snapshot => isConnected(snapshot) && snapshot.servers.some(({latency}) => latency?.how === 'echo'));
		for (const {id, problem, latency} of servers) if (problem === null) expect([id, latency?.how, (latency?.ms ?? -1) >= 0 && (latency?.ms ?? 1e9) < 1000]).toEqual([id, 'echo', true]);
		expect(exceptions).toEqual([]);
	});

	test('is closed again when it is over: the same pings no longer leave', async () => {
		expect((await seenWhile(() => pings())).outside).toEqual(nothing);
		expect(scene.daemon.snapshot().rules.filter(({id}) => id.startsWith('latency-'))).toEqual([]);
	});

	test('pings those that are named and no other', async () => {
		const seen = await seenWhile(async () => expect(await measure('ch-zrh-1')).toMatchObject({ok: true}));
		expect([outside(seen), seen.outside.count]).toEqual([[`icmp ${s2.ipv4}`], 3]);
	});

	test('drops nothing of its own, and the policy is proven when it is over', async () => {
		const before = scene.daemon.snapshot().rules.filter(({id}) => id.startsWith('refuse')).reduce((sum, {packets}) => sum + packets, 0);
		expect(await measure('ch-zrh-1')).toMatchObject({ok: true});
		const after = await scene.daemon.until('it was proven', isConnected);
		// Neighbour discovery and the like of the machine itself are refused all the time; pings would be ICMP by us.
		expect(after.rules.filter(({id}) => id.startsWith('refuse')).reduce((sum, {packets}) => sum + packets, 0) - before).toBeLessThan(3);
	});

	test('in lockdown nobody is pinged', async () => {
		await scene.daemon.command({do: 'lockdown', reason: 'a trial'});
		const seen = await seenWhile(async () => {
			expect(await measure()).toMatchObject({ok: false, problem: {code: 'locked-down'}});
			await pings();
		});
		expect(seen.outside).toEqual(nothing);
		await scene.daemon.command({do: 'lift', word: 'lift'});
		await scene.daemon.until('it was connected', isConnected);
	});

	test('killed while it measures, the kernel ends the opening: pings that left until then no longer do', async () => {
		const {servers} = scene.lab.description.folders;
		const stockholm = readFileSync(join(servers, 'se-sto-1.conf'), 'utf8');
		writeFileSync(join(servers, 'silent.conf'), stockholm.replace(/^Endpoint.*$/m, `Endpoint = ${silent}:51820`), {mode: 0o600});
		const stands = async (): Promise<boolean> => (await scene.lab.exec('client', ['nft', 'list', 'chain', 'inet', 'vks', 'output'])).stdout.includes('latency-');
		// The same pings are what the other trials count none of. They go on from before it opens, and more of them leave than
		// its own three.
		const asking = scene.lab.spawn('client', ping(silent, 'on'));
		const start = await scene.witness.mark();
		const measuring = measure('silent').catch(() => undefined);
		expect(await waitUntil(async () => (await scene.witness.since(start)).outside.count > 6), 'more than its own left').toBe(true);
		await scene.daemon.kill();
		const refused = (): number => readFileSync(asking.log, 'utf8').split('\n').length;
		const tenAreRefused = async (): Promise<void> => {
			const before = refused();
			expect(await waitUntil(() => refused() >= before + 10), 'they go on').toBe(true);
		};
		expect(await waitUntil(async () => (await seenWhile(tenAreRefused)).outside.count === 0)).toBe(true);
		// It was the kernel: what would open it still stands.
		expect(await stands()).toBe(true);
		await asking.stop();
		await measuring;
		scene.daemon = await startDaemon(scene.lab, {environment: {VKS_SERVER: 'se-sto-1', VKS_LATENCY: 'yes'}});
		await scene.daemon.until('it was connected', isConnected);
		expect(await stands()).toBe(false);
	});

	test('without VKS_LATENCY it is refused, and nothing leaves', async () => {
		await scene.daemon.kill();
		scene.daemon = await startDaemon(scene.lab, {environment: {VKS_SERVER: 'se-sto-1'}});
		await scene.daemon.until('it was connected', isConnected);
		const seen = await seenWhile(async () => {
			expect(await measure()).toMatchObject({ok: false, problem: {next: expect.stringContaining('VKS_LATENCY=yes') as unknown}});
			await pings();
		});
		expect(seen.outside).toEqual(nothing);
		// What was found before is remembered.
		expect(scene.daemon.snapshot().servers.find(({id}) => id === 'ch-zrh-1')?.latency?.how).toBe('echo');
	});
});
