/** What a switch is to applications, in every way that it ends: nothing lost, nothing outside, and back where it fails. Needs root. */
import {setTimeout as sleep} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {waitUntil} from '../../lab/processes.ts';
import {raiseLab} from '../../lab/raise.ts';
import type {StreamKind, StreamReport} from '../../lab/stream.ts';
import type {Outcome} from '../../src/control/schema.ts';
import {isConnected, startDaemon} from '../helpers/daemon.ts';
import {endScene, expectNothingOutside, runTrial, type Scene, type Trial} from '../helpers/leak-scene.ts';
import {reportTrials} from '../helpers/leak-report.ts';
import {oddExitUrl, startOddExit, tellExit} from '../helpers/odd-exit.ts';
import {wireguardIn} from '../helpers/tunnel-usage.ts';

const report = reportTrials();
afterAll(() => report.print());

describe('a switch from WireGuard to WireGuard', () => {
	let scene: Scene;
	let environment: Readonly<Record<string, string>> = {};
	const daemon = () => scene.daemon;
	const switchTo = (server: string): Promise<Outcome> => daemon().command({do: 'switch', server});
	const onto = async (server: string): Promise<void> => {
		if (daemon().snapshot().state.server !== server) expect(await switchTo(server)).toMatchObject({ok: true});
		await daemon().until(`${server} carried`, now => isConnected(now) && now.state.server === server);
	};
	const trial = (name: string, what: Trial): Promise<void> => runTrial(scene, report, name, what);

	beforeAll(async () => {
		const lab = await raiseLab();
		const [, second] = lab.description.servers;
		const witness = await lab.observe();
		try {
			await startOddExit(lab, second?.exit.ipv4 ?? '');
			// First of all without vks: a witness that missed these would miss what a switch lets out.
			const start = await witness.mark();
			const stream = await lab.stream({kind: 'unbound', rate: 200});
			const {echoed} = await stream.stop();
			const seen = await witness.since(start);
			expect(seen.outside.count).toBeGreaterThanOrEqual(echoed);
			expect(() => expectNothingOutside(seen)).toThrow();
			environment = {VKS_EXIT_URL: oddExitUrl(lab)};
			scene = {lab, witness, daemon: await startDaemon(lab, {environment: {...environment, VKS_SERVER: 'se-sto-1'}})};
			await daemon().until('it was connected', isConnected);
		} catch (error) {
			await lab.down();
			throw error;
		}
	});
	afterAll(() => endScene(scene));

	const tunnels = async (): Promise<readonly string[]> => {
		const {stdout} = await scene.lab.exec('client', ['ip', '-j', 'link']);
		const {tunnel} = scene.lab.description.interfaces;
		return (JSON.parse(stdout) as readonly {readonly ifname: string}[]).flatMap(({ifname}) => ([tunnel, `${tunnel}b`].includes(ifname) ? [ifname] : []));
	};

	/** What became of each stream's datagrams while something was done; nothing of them may have left outside. */
	const streamed = async (kinds: readonly StreamKind[], work: () => Promise<unknown>, rate = 1000): Promise<readonly StreamReport[]> => {
		const {lab, witness} = scene;
		const start = await witness.mark();
		const source = daemon().snapshot().tunnel?.addresses[0] ?? '';
		const streams = await Promise.all(kinds.map(kind => lab.stream({kind, rate: rate / kinds.length, source})));
		try {
			await work();
			// Its rows come after what they would show.
			await sleep(300);
			const reports = await Promise.all(streams.map(stream => stream.stop()));
			expectNothingOutside(await witness.since(start));
			for (const {kind, sent, lost, refused, longestGapMs} of reports) report.note(`  ${kind}: ${sent} sent, ${lost} lost, ${refused} refused, ${Math.round(longestGapMs)} ms without an echo at most`);
			return reports;
		} finally {
			for (const stream of streams) await stream.process.stop('SIGKILL');
		}
	};

	/** Queues of a machine that stands still run over, whoever switches: then, and then only, it is tried again. */
	const leastLost = async (kinds: readonly StreamKind[], work: () => Promise<unknown>, rate?: number): Promise<readonly StreamReport[]> => {
		for (let again = 2; ; again--) {
			await onto('se-sto-1');
			const reports = await streamed(kinds, work, rate);
			if (again === 0 || reports.every(({lost, stoodStillMs}) => lost === 0 || stoodStillMs < 100)) return reports;
			report.note(`  once more: it stood still for ${Math.round(Math.max(...reports.map(({stoodStillMs}) => stoodStillMs)))} ms`);
		}
	};

	test('with the same address inside loses nothing of a thousand datagrams a second, whatever their socket', async () => {
		const reports = await leastLost(['unbound', 'connected', 'bound'], () => onto('ch-zrh-2'));
		expect(reports.map(({kind, lost, refused}) => ({kind, lost, refused}))).toEqual([{kind: 'unbound', lost: 0, refused: 0}, {kind: 'connected', lost: 0, refused: 0}, {kind: 'bound', lost: 0, refused: 0}]);
	});

	test('with another address loses nothing of a socket that is not bound, and refuses one that is: none is lost in silence', async () => {
		const [unbound, bound] = await leastLost(['unbound', 'bound'], () => onto('ch-zrh-1'));
		expect([unbound?.lost, unbound?.refused]).toEqual([0, 0]);
		expect(bound?.lost).toBe(0);
		expect(bound?.refused).toBeGreaterThan(0);
		expect(bound?.codes.filter(code => !['EPERM', 'EINVAL', 'ENETUNREACH', 'EHOSTUNREACH'].includes(code))).toEqual([]);
	});

	test.each<[string, string, (now: Scene) => unknown, string]>([
		['whose exit does not say who the world sees', 'exit silent', ({lab}) => tellExit(lab, 'silent'), 'ch-zrh-2 passes data, but 203.0.113.80 did not say through it which address the world sees.'],
		['through which the world sees an address of our own', 'own exit', ({lab}) => tellExit(lab, lab.description.addresses.client.ipv4), 'Through ch-zrh-2 the world sees 172.30.7.2, which is an address of a link outside the tunnel.'],
		['that does not answer', 'unreachable', ({lab}) => lab.blackhole('s2'), 'ch-zrh-2 did not answer the handshake within 16 s.'],
	])('to a server %s comes to nothing: the old tunnel goes on carrying, and the outcome says why', async (_, name, sabotage, what) => {
		await onto('se-sto-1');
		const before = daemon().snapshot();
		await sabotage(scene);
		report.note(`${name}:`);
		const [unbound] = await leastLost(['unbound'], async () => {
			expect(await switchTo('ch-zrh-2')).toMatchObject({ok: false, message: 'Could not switch to ch-zrh-2; still on se-sto-1.', problem: {what, stillBlocking: true}});
		}, 200);
		expect([unbound?.lost, unbound?.refused]).toEqual([0, 0]);
		const after = await daemon().until('it was proven again', isConnected);
		expect(after).toMatchObject({state: {kind: 'connected', server: 'se-sto-1'}, healing: {target: 'se-sto-1'}, tunnel: {epoch: before.tunnel?.epoch, interface: before.tunnel?.interface}});
		expect(await tunnels()).toEqual([before.tunnel?.interface]);
		tellExit(scene.lab, 'honest');
	});

	/** The second server does not answer, so that a switch to it stays where it is until something else comes. */
	const midSwitch = async (): Promise<{readonly outcome: Promise<Outcome>}> => {
		await scene.lab.blackhole('s2');
		const outcome = switchTo('ch-zrh-2');
		// A daemon that is killed answers nobody.
		outcome.catch(() => undefined);
		await daemon().until('it switched', now => now.state.kind === 'switching');
		expect(await waitUntil(async () => (await tunnels()).length === 2), 'two tunnels stand').toBe(true);
		return {outcome};
	};

	test('whose uplink goes in mid-switch is given up, and what carried carries again when it is back', () =>
		trial('the uplink goes and comes in mid-switch', {
			fault: async () => {
				const {outcome} = await midSwitch();
				await scene.lab.uplinkDown();
				expect(await outcome).toMatchObject({ok: false, message: expect.stringContaining('Could not switch to ch-zrh-2. Blocked: The uplink is down') as string});
				await scene.lab.uplinkUp({routes: true});
			},
			shows: (now, before) => now.state.server === 'se-sto-1' && now.healing.target === 'se-sto-1' && now.tunnel?.epoch === before.tunnel?.epoch,
		}));

	test('that a lockdown meets is over at once, and neither tunnel is left', () =>
		trial('a lockdown in mid-switch', {
			fault: async () => {
				const {outcome} = await midSwitch();
				expect(await daemon().command({do: 'lockdown', reason: 'a trial'})).toMatchObject({ok: true});
				const {stdout} = await scene.lab.exec('client', ['nft', 'list', 'chain', 'inet', 'vks', 'output']);
				expect(stdout).not.toMatch(/tunnel-out|endpoint-out|dns-out|exit-out/);
				expect(await outcome).toMatchObject({ok: false, problem: {code: 'superseded'}});
				expect(await waitUntil(async () => (await tunnels()).length === 0), 'both tunnels are gone').toBe(true);
				await scene.lab.restore('s2');
				await daemon().command({do: 'lift', word: 'lift'});
			},
			shows: now => now.state.server === 'ch-zrh-2',
		}));

	test('in which the daemon is killed while the new tunnel is verified: the next one removes both, and connects', async () => {
		await onto('se-sto-1');
		await trial('killed beside', {
			fault: async () => {
				await midSwitch();
				await daemon().kill();
				expect(await tunnels()).toHaveLength(2);
				await scene.lab.restore('s2');
				scene.daemon = await startDaemon(scene.lab, {environment: {...environment, VKS_FIREWALL_BACKEND: 'nft'}});
			},
		});
		expect(await tunnels()).toHaveLength(1);
	});

	test('in which the daemon is killed while both may carry: the next one removes both, and connects', async () => {
		let [attempts, reached] = [0, false];
		await trial('killed with both', {
			fault: async () => {
				// Its transaction is a process of its own here, and takes long enough to be met.
				while (!reached && ++attempts <= 5) {
					const to = daemon().snapshot().state.server === 'se-sto-1' ? 'ch-zrh-2' : 'se-sto-1';
					const [since, killed] = [daemon().journal().length, daemon()];
					const said = (text: string): boolean => killed.journal().slice(since).some(entry => entry.text.includes(text));
					switchTo(to).catch(() => undefined);
					await waitUntil(() => said('it is verified and takes over'));
					await killed.kill();
					reached = !said(`Connected to ${to}.`);
					report.note(`killed with both, attempt ${attempts}: ${reached ? 'while both might carry' : 'too late'}; ${(await tunnels()).length} tunnels left`);
					scene.daemon = await startDaemon(scene.lab, {environment: {...environment, VKS_FIREWALL_BACKEND: 'nft'}});
					await daemon().until('it was connected', isConnected);
				}
			},
		});
		expect(reached, 'one of five was killed in time').toBe(true);
		expect(await tunnels()).toHaveLength(1);
		expect(wireguardIn(scene.lab.description.namespaces.client).length).toBeLessThanOrEqual(1);
	});
});
