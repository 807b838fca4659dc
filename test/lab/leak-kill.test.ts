/** Nothing leaves outside the tunnel when the controller is killed, connected or at any step of its start. Needs root. */
import {setTimeout as sleep} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Lab} from '../../lab/lab.ts';
import type {Flood} from '../../lab/load.ts';
import {waitUntil, type Running} from '../../lab/processes.ts';
import {raiseLab} from '../../lab/raise.ts';
import type {Witness} from '../../lab/witness/witness.ts';
import {isConnected, spawnDaemon, startDaemon} from '../helpers/daemon.ts';
import {askExit, endScene, expectNothingOutside, keepSendingRawFrames, raiseScene, runTrial, sendRawFrames, type Scene} from '../helpers/leak-scene.ts';
import {reportTrials} from '../helpers/leak-report.ts';
import {killAfter, loadBootTable, makeCold, watchCommits} from '../helpers/start-steps.ts';

const report = reportTrials();
afterAll(() => report.print());

describe.for(['libnftables', 'nft'])('a controller on %s that is killed while connected', backend => {
	const environment = {VKS_FIREWALL_BACKEND: backend};
	let scene: Scene;
	beforeAll(async () => {
		scene = await raiseScene({}, {environment});
	});
	afterAll(() => endScene(scene));
	const inClient = (...argv: string[]) => scene.lab.exec('client', argv, {mustSucceed: true});

	test.for<[string, () => Promise<unknown>]>([
		['nothing else happens', async () => undefined],
		['the ruleset is flushed', () => inClient('nft', 'flush', 'ruleset')],
		['the tunnel is deleted', () => inClient('ip', 'link', 'delete', scene.lab.description.interfaces.tunnel)],
		['the uplink is renamed', () => scene.lab.renameUplink('eth7')],
		['the uplink goes down and up with routes', async () => {
			await scene.lab.uplinkDown();
			await scene.lab.uplinkUp({routes: true});
		}],
		['a second uplink is plugged in', () => scene.lab.plugSecondUplink()],
	])('leaks nothing until it runs again, although meanwhile %s', ([name, meanwhile]) =>
		runTrial(scene, report, `${backend}: killed, ${name}`, {
			fault: async () => {
				await scene.daemon.kill();
				await meanwhile();
				// A window without a controller, to look through.
				await sleep(700);
				scene.daemon = await startDaemon(scene.lab, {environment});
			},
		}));

	test('a lockdown outlives it', async () => {
		await scene.daemon.command({do: 'lockdown', reason: 'a trial'});
		await scene.daemon.kill();
		scene.daemon = await startDaemon(scene.lab, {environment});
		await scene.daemon.until('it was proven', ({proof}) => proof.kind === 'proven');
		expect(scene.daemon.snapshot().state.kind).toBe('lockdown');
		await scene.daemon.command({do: 'lift', word: 'lift'});
		await scene.daemon.until('it was lifted', isConnected);
	});

	test('what was undone by hand without it is seen by the witness, and put right by the next one', async () => {
		const {lab, witness} = scene;
		const flood = await lab.flood({streams: ['udp']});
		try {
			await scene.daemon.kill();
			const start = await witness.mark();
			await inClient('nft', 'flush', 'ruleset');
			await inClient('ip', 'route', 'replace', 'default', 'via', lab.description.addresses.gateway.ipv4, 'dev', lab.uplink());
			await inClient('ip', 'rule', 'add', 'pref', '50', 'lookup', 'main');
			expect(await waitUntil(async () => (await witness.since(start)).outside.count > 20)).toBe(true);
			const broken = await witness.since(start);
			expect(() => expectNothingOutside(broken)).toThrow();
			scene.daemon = await startDaemon(lab, {environment});
			await scene.daemon.until('it was connected', isConnected);
			const again = await witness.mark();
			await sendRawFrames(lab);
			await sleep(200);
			expectNothingOutside(await witness.since(again));
		} finally {
			await flood.process.stop('SIGKILL');
		}
	});
});

describe('a controller that is killed while it starts, behind the boot table', () => {
	let lab: Lab;
	let witness: Witness;
	let flood: Flood;
	let rawFrames: Running;
	beforeAll(async () => {
		lab = await raiseLab();
		witness = await lab.observe();
		// Opened with nothing in the way, so that its connection would go on if anything let it.
		flood = await lab.flood();
		await loadBootTable(lab);
		rawFrames = await keepSendingRawFrames(lab);
	});
	afterAll(async () => {
		await rawFrames.stop('SIGKILL');
		await flood.stop();
		await witness.stop();
		await lab.down();
	});

	/** The steps at which something left, each with what left. */
	const leaksAt = async (steps: readonly number[], act: (step: number) => Promise<void>): Promise<readonly string[]> => {
		const leaks: string[] = [];
		for (const step of steps) {
			const start = await witness.mark();
			await act(step);
			const {outside} = await witness.since(start);
			if (outside.count > 0) leaks.push(`${outside.count} at ${step}: ${JSON.stringify(outside.samples.slice(0, 3))}`);
		}
		return leaks;
	};

	/** Its commits on a start from nothing until it is connected, and how long that took. */
	const measureStart = async (environment: Readonly<Record<string, string>> = {}): Promise<{readonly spanMs: number}> => {
		await makeCold(lab);
		const startedAtMs = Date.now();
		const daemon = await startDaemon(lab, {environment});
		await daemon.until('it was connected', isConnected);
		const spanMs = Date.now() - startedAtMs;
		await daemon.kill();
		return {spanMs};
	};

	test('leaks nothing, killed at each of its commits from nothing to connected', {timeout: 480_000}, async () => {
		const commits = await watchCommits(lab);
		let last = 0;
		const leaks = await leaksAt(Array.from({length: 40}, (_, index) => index + 1), async commit => {
			// A commit that never came: the daemon had all it wanted.
			if (last < commit - 1) return;
			// Once more where none came: a start may be slower than that, and this one is not the last for it.
			for (let tries = 0; tries < 3 && last < commit; tries++) {
				await makeCold(lab);
				const running = spawnDaemon(lab);
				if (await commits.reached(running, commit, 4_000)) last = commit;
				await running.stop('SIGKILL');
			}
		});
		await commits.stop();
		report.note(`killed at each of ${last} commits of a start from nothing: ${leaks.length} leaks`);
		expect(leaks).toEqual([]);
		expect(last).toBeGreaterThan(8);
	});

	test.for([
		['from nothing', true, 'libnftables', 10],
		['over what the last one left', false, 'libnftables', 5],
		['from nothing, without ownership', true, 'nft', 25],
	] as const)('leaks nothing, killed after more and more milliseconds %s', {timeout: 480_000}, async ([name, cold, backend, stepMs]) => {
		const environment = {VKS_FIREWALL_BACKEND: backend};
		const {spanMs} = await measureStart(environment);
		const delays = Array.from({length: Math.ceil(Math.min(spanMs, 1_000) / stepMs)}, (_, index) => index * stepMs);
		const leaks = await leaksAt(delays, async delayMs => {
			if (cold) await makeCold(lab);
			await killAfter(lab, delayMs, {environment});
		});
		report.note(`killed ${delays.length} times, every ${stepMs} ms of ${spanMs} ms, ${name}: ${leaks.length} leaks`);
		expect(leaks).toEqual([]);
	});

	test('and then starts and connects as if nothing had been', async () => {
		const daemon = await startDaemon(lab);
		const start = await witness.mark();
		await daemon.until('it was connected', isConnected);
		const {server} = daemon.snapshot().state;
		expect(server === null ? '' : await askExit(lab)).toBe(lab.description.servers.find(({name}) => name === (server?.startsWith('se') ? 's1' : 's2'))?.exit.ipv4);
		await sendRawFrames(lab);
		expectNothingOutside(await witness.since(start));
		expect(await daemon.stop()).toBe(0);
	});
});
