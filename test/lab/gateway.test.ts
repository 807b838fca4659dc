/** Hosts routed through vks (`VKS_GATEWAY`): they reach the tunnel, and nothing of theirs leaves by the uplink, whatever happens. Needs root. */
import {readFileSync} from 'node:fs';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Lab} from '../../lab/lab.ts';
import {waitUntil, type Running} from '../../lab/processes.ts';
import {nodeExecutable, nodeProgram} from '../../lab/program.ts';
import {raiseLab} from '../../lab/raise.ts';
import {isConnected, startDaemon} from '../helpers/daemon.ts';
import {firstHeard} from '../helpers/eventually.ts';
import {anotherEpoch, endScene, raiseScene, type Scene, type Trial} from '../helpers/leak-scene.ts';
import type {Seen} from '../../lab/witness/witness.ts';
import {wireguardIn} from '../helpers/tunnel-usage.ts';

const peer = '172.30.7.3';
const [client6, peer6] = ['fd00:30::2', 'fd00:30::3'];

/** The peer sends everything by the client, over both address families. */
async function routeThroughClient(lab: Lab): Promise<void> {
	const must = (role: 'peer' | 'client', ...words: string[]) => lab.exec(role, ['ip', ...words], {mustSucceed: true});
	await must('client', 'address', 'add', `${client6}/64`, 'dev', 'eth0', 'nodad');
	await must('peer', 'address', 'add', `${peer6}/64`, 'dev', 'eth0', 'nodad');
	await must('peer', 'route', 'replace', 'default', 'via', lab.description.addresses.client.ipv4);
	await must('peer', '-6', 'route', 'replace', 'default', 'via', client6, 'src', peer6);
}

/** Leak-test streams of the peer: a connection that was opened before, new ones, datagrams, look-ups and echoes. */
async function streamsFromPeer(lab: Lab): Promise<Running> {
	const running = lab.spawn('peer', [...nodeProgram('flood.ts', '--rate', '10')]);
	if (!(await waitUntil(() => readFileSync(running.log, 'utf8').includes('"ready"')))) throw new Error(`the peer's streams did not begin: ${readFileSync(running.log, 'utf8')}`);
	return running;
}

/**
 * For the witness answers on their way to the peer are outside, for they bear a stranger's source. They are known by their
 * destination; every packet that was counted must be among the samples (which are read later, so there may be more), or one
 * of another kind could hide.
 */
async function expectOnlyAnswersOutside(see: () => Promise<Seen>): Promise<void> {
	// The capture comes a moment after the counter: every packet that was counted is looked at.
	let {outside} = await see();
	expect(await waitUntil(async () => {
		({outside} = await see());
		return outside.samples.length >= outside.count;
	})).toBe(true);
	expect(outside.samples.filter(({dst}) => dst !== peer && dst !== peer6)).toEqual([]);
}

const settings = {VKS_GATEWAY: `eth0 ${peer}; eth0 fd00:30::/64`, VKS_INBOUND_PORTS: '8080/tcp'};

const exitOfPeer = async (lab: Lab, host = lab.description.addresses.internet.ipv4): Promise<string> =>
	(await lab.exec('peer', ['curl', '-s', '-m', '2', `http://${host.includes(':') ? `[${host}]` : host}/ip`])).stdout.trim();

/** The same, once somebody answered. */
const exitSeen = (lab: Lab, host?: string): Promise<string> => firstHeard(() => exitOfPeer(lab, host));

test('the witness sees what a client without vks forwards', async () => {
	const lab = await raiseLab();
	try {
		await routeThroughClient(lab);
		await lab.exec('client', ['sysctl', '-q', '-w', 'net.ipv4.ip_forward=1', '-w', 'net.ipv4.conf.all.send_redirects=0', '-w', 'net.ipv4.conf.eth0.send_redirects=0'], {mustSucceed: true});
		const witness = await lab.observe();
		const start = await witness.mark();
		const streams = await streamsFromPeer(lab);
		const seen = await waitUntil(async () => (await witness.since(start)).outside.count > 50);
		await streams.stop('SIGKILL');
		expect(seen).toBe(true);
		const {outside} = await witness.stop();
		expect(outside.samples.some(({src}) => src === peer)).toBe(true);
	} finally {
		await lab.down();
	}
});

describe('a host behind vks', () => {
	let scene: Scene;
	beforeAll(async () => {
		scene = await raiseScene({}, {environment: settings});
		await routeThroughClient(scene.lab);
		expect(await exitSeen(scene.lab)).not.toBe('');
	});
	afterAll(() => endScene(scene));

	test('reaches the exit by IPv4 and IPv6, with forwarding switched on by vks', async () => {
		const {servers, addresses} = scene.lab.description;
		expect(await exitSeen(scene.lab)).toBe(servers[0]?.exit.ipv4);
		expect(await exitSeen(scene.lab, addresses.internet.ipv6)).toBe(servers[0]?.exit.ipv6);
		expect((await scene.lab.exec('client', ['sysctl', '-n', 'net.ipv4.ip_forward'])).stdout.trim()).toBe('1');
		expect(scene.daemon.snapshot().problems).toEqual([]);
	});

	test('reaches the exit also from the number of a published port', async () => {
		const {servers, addresses} = scene.lab.description;
		const {stdout} = await scene.lab.exec('peer', ['curl', '-s', '-m', '30', '--local-port', '8080', `http://${addresses.internet.ipv4}/ip`]);
		expect(stdout.trim()).toBe(servers[0]?.exit.ipv4);
	});

	test('asks the tunnel\'s resolver and no other, and is told so', async () => {
		const look = async (server: string, seconds = 1): Promise<string> => (await scene.lab.exec('peer', ['dig', '+short', `+time=${seconds}`, '+tries=1', `@${server}`, 'exit.vks.test'])).stdout.trim();
		const {internet, resolver} = scene.lab.description.addresses;
		expect(await look(scene.lab.description.servers[0]?.gateway.ipv4 ?? '', 30)).toBe(internet.ipv4);
		expect(await look(resolver.ipv4)).not.toContain(internet.ipv4);
		const refused = await scene.lab.exec('peer', ['curl', '-s', '-m', '30', '-w', '%{time_total}', `http://${resolver.ipv4}:53/`]);
		// Refused aloud: EHOSTUNREACH at once, and no time-out (28).
		expect(refused.exitCode).toBe(7);
	});

	test('gets segments that fit the tunnel', async () => {
		const {ipv4} = scene.lab.description.addresses.internet;
		const holder = scene.lab.spawn('peer', [nodeExecutable(), '-e', `require('node:net').connect(7, '${ipv4}').on('connect', function () { this.write('x'.repeat(5000)); }).resume()`]);
		const sizes = async (role: 'peer' | 'internet'): Promise<readonly number[]> =>
			[...(await scene.lab.exec(role, ['ss', '-tinH', role === 'peer' ? 'dport' : 'sport', '=', ':7'])).stdout.matchAll(/\bmss:(\d+)/g)].map(([, size]) => Number(size));
		expect(await waitUntil(async () => (await sizes('peer')).length === 1 && (await sizes('internet')).length === 1)).toBe(true);
		// 1420 less 40, and 12 of timestamps; the peer's own link would give 1448.
		expect([await sizes('peer'), await sizes('internet')]).toEqual([[1368], [1368]]);
		await holder.stop('SIGKILL');
	});

	test('another host of the link is not routed, and nobody reaches the tunnel\'s address', async () => {
		const {lab} = scene;
		const via = ['via', lab.description.addresses.client.ipv4];
		await lab.exec('lan', ['ip', 'route', 'add', '203.0.113.0/24', ...via], {mustSucceed: true});
		await lab.exec('lan', ['ip', 'route', 'add', '10.64.0.0/16', ...via], {mustSucceed: true});
		const hits = async (id: string): Promise<number> => {
			const {stdout} = await lab.exec('client', ['nft', '-j', 'list', 'counter', 'inet', 'vks', `c_${id}`]);
			return Number(/"packets": ?(\d+)/.exec(stdout)?.[1] ?? Number.NaN);
		};
		const before = [await hits('refuse-forward'), await hits('refuse-tunnel-address-v4')];
		const targets = [`http://${lab.description.addresses.internet.ipv4}/ip`, 'http://10.64.1.2/'];
		// Once more where the machine stood still for that second, and none was sent.
		expect(await waitUntil(async () => {
			for (const url of targets) expect((await lab.exec('lan', ['curl', '-s', '-m', '1', url])).exitCode).toBe(28);
			const after = [await hits('refuse-forward'), await hits('refuse-tunnel-address-v4')];
			return after.every((count, index) => count > (before[index] ?? Number.NaN));
		})).toBe(true);
	});

	const tunnel = () => scene.lab.description.interfaces.tunnel;
	const ip = (...words: string[]) => scene.lab.exec('client', ['ip', ...words], {mustSucceed: true});
	test.for<[string, () => Promise<unknown>, Trial['shows']?]>([
		['the tunnel is set down', () => ip('link', 'set', tunnel(), 'down'), anotherEpoch],
		['the tunnel is deleted', () => ip('link', 'delete', tunnel()), anotherEpoch],
		['the tunnel loses its process', async () => wireguardIn(scene.lab.description.namespaces.client).forEach(({pid}) => process.kill(pid, 'SIGKILL')), anotherEpoch],
		['the uplink goes down and comes up', async () => {
			await scene.lab.uplinkDown();
			await scene.daemon.until('the outage was seen', ({state}) => state.kind === 'blocked' && state.cause === 'no-uplink');
			await scene.lab.uplinkUp({routes: true});
			await ip('address', 'replace', `${client6}/64`, 'dev', 'eth0', 'nodad');
		}],
		['main gets a default route', () => ip('route', 'replace', 'default', 'via', scene.lab.description.addresses.gateway.ipv4, 'dev', 'eth0')],
		['the server is switched', () => scene.daemon.command({do: 'switch', server: 'ch-zrh-1'}), ({state}) => state.server === 'ch-zrh-1'],
		['the server is switched back', () => scene.daemon.command({do: 'switch', server: 'se-sto-1'}), ({state}) => state.server === 'se-sto-1'],
		['the daemon is killed and another starts', async () => {
			await scene.daemon.kill();
			await ip('link', 'set', tunnel(), 'down');
			scene.daemon = await startDaemon(scene.lab, {environment: {VKS_SERVER: 'se-sto-1', ...settings}});
		}],
		['vks is locked down and lifted', async () => {
			await scene.daemon.command({do: 'lockdown', reason: 'a trial'});
			const locked = await scene.witness.mark();
			// Its streams go on; each of these asks and is refused.
			expect(await exitOfPeer(scene.lab)).toBe('');
			expect((await scene.witness.since(locked)).endpoint.count).toBe(0);
			await scene.daemon.command({do: 'lift', word: 'lift'});
		}, anotherEpoch],
	])('nothing of it leaves outside when %s', async ([, fault, shows = () => true]) => {
		const {lab} = scene;
		const witness = await lab.observe();
		const before = await scene.daemon.until('the trial could begin', isConnected);
		const start = await witness.mark();
		const streams = await streamsFromPeer(lab);
		try {
			expect(await waitUntil(async () => (await witness.since(start)).endpoint.count > 40)).toBe(true);
			await fault();
			const faultedAtMs = Date.now();
			await scene.daemon.until('the connection was back', now => isConnected(now) && (now.proof.checkedAtMs ?? 0) >= faultedAtMs && shows(now, before));
			const {server} = scene.daemon.snapshot().state;
			const city = server?.startsWith('ch') ? 'Zurich' : 'Stockholm';
			expect(await waitUntil(async () => (await exitOfPeer(lab)) === lab.description.servers.find(each => each.city === city)?.exit.ipv4)).toBe(true);
			await expectOnlyAnswersOutside(() => witness.since(start));
		} finally {
			await streams.stop('SIGKILL');
			await witness.stop();
		}
	});
});
