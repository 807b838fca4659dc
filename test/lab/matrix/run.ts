/**
 * Sends the matrix, in the lab's client: every cell is one real packet, and what became of it is read from the counters of
 * all rules and at the other end of each interface. Writes one JSON report. Run by `../matrix.test.ts`.
 */
import {firewallKeeper, type FirewallKeeper} from '../../../src/controller/firewall-keeper.ts';
import {loadKoffi} from '../../../src/kernel/ffi/koffi.ts';
import type {Kernel} from '../../../src/kernel/kernel.ts';
import {openLinuxKernel} from '../../../src/kernel/linux.ts';
import type {Ruleset} from '../../../src/policy/policy.ts';
import type {World} from '../../../src/policy/way.ts';
import {valueOf} from '../../contract/expect-result.ts';
import type {Cell} from './cell.ts';
import {cellsOf} from './cells.ts';
import {openCounters, type Counts} from './counters.ts';
import {enact, prepareClient} from './enact.ts';
import {expectedOf} from './expected.ts';
import {openFarEnd} from './far-end.ts';
import {judge, type Mismatch, type Observation} from './judge.ts';
import {linksHere} from './links.ts';
import {compared, observe, type Bench} from './observe.ts';
import {scenes, type SceneOf} from './scenes.ts';
import {openSender} from './senders.ts';
import {openSockets} from './sockets.ts';
import {noDevices} from '../../helpers/no-devices.ts';

export interface SceneReport {
	readonly scene: string;
	readonly cells: number;
	readonly milliseconds: number;
	readonly repeated: number;
	/** How many were sent, by who sent them and what became of them. */
	readonly tally: Readonly<Record<string, number>>;
	readonly mismatches: readonly Mismatch[];
	/** Rules that no cell met. */
	readonly unmet: readonly string[];
	/** For each rule that cells met: whether they noticed when the kernel did not have it. */
	readonly removed: Readonly<Record<string, boolean>>;
}

/** The kernel has packets of its own (listener reports, errors): what differs is sent again before it is believed. */
async function trial(bench: Bench, world: World, {scene, cell, last, again = 2}: {readonly scene: string; readonly cell: Cell; readonly last: Counts | null; readonly again?: number}) {
	const ids = compared(world.ruleset, cell);
	const whole = expectedOf(world, cell);
	const way = {...whole, counted: whole.counted.filter(id => ids.has(id))};
	const settled = (now: Observation): boolean => judge(scene, cell, way, now) === null;
	let before = last;
	for (let repeated = 0; ; repeated += 1) {
		const {after, ...seen} = await observe(bench, {ruleset: world.ruleset, last: before}, cell, settled);
		const wrong = judge(scene, cell, way, seen);
		if (wrong === null || repeated === again) return {way, wrong, repeated, last: wrong === null ? after : null};
		before = null;
	}
}

async function runScene(bench: Bench, scene: SceneOf, {kernel, keeper}: Client): Promise<SceneReport> {
	const began = performance.now();
	const world = await enact(scene, kernel, keeper);
	const mismatches: Mismatch[] = [];
	const tally: Record<string, number> = {};
	const met = new Map<string, Cell[]>();
	let repeated = 0;
	let last: Counts | null = null;
	const cells = cellsOf(scene.name, world.ruleset);
	for (const cell of cells) {
		const result = await trial(bench, world, {scene: scene.name, cell, last});
		last = result.last;
		repeated += result.repeated;
		if (result.wrong !== null) mismatches.push(result.wrong);
		const key = `${cell.way === 'in' ? 'arriving' : `${cell.sender} ${cell.way}`}: ${result.way.verdict}`;
		tally[key] = (tally[key] ?? 0) + 1;
		for (const id of result.way.counted) met.set(id, [...(met.get(id) ?? []), cell]);
	}
	const unmet = world.ruleset.chains.flatMap(({rules}) => rules.map(({id}) => id)).filter(id => !met.has(id));
	const removed = scene.remove ? await removeEach({bench, scene: scene.name, world, keeper}, met) : {};
	return {scene: scene.name, cells: cells.length, milliseconds: Math.round(performance.now() - began), repeated, tally, mismatches, unmet, removed};
}

/** The kernel without one rule, the evaluation with it: a matrix that notices nothing proves nothing. */
async function removeEach({bench, scene, world, keeper}: {readonly bench: Bench; readonly scene: string; readonly world: World; readonly keeper: FirewallKeeper}, met: ReadonlyMap<string, readonly Cell[]>): Promise<Record<string, boolean>> {
	const removed: Record<string, boolean> = {};
	for (const [id, cells] of met) {
		const without: Ruleset = {...world.ruleset, chains: world.ruleset.chains.map(chain => ({...chain, rules: chain.rules.filter(rule => rule.id !== id)}))};
		valueOf(await keeper.enforce(without));
		removed[id] = false;
		for (const cell of cells.slice(0, 2)) {
			removed[id] ||= (await trial(bench, world, {scene, cell, last: null, again: 0})).wrong !== null;
		}
	}
	return removed;
}

interface Client {
	readonly kernel: Kernel;
	readonly keeper: FirewallKeeper;
}

if (import.meta.main) {
	const [isp = '', client = '', only = ''] = process.argv.slice(2);
	// Takes its settings before anything is loaded with it.
	await loadKoffi();
	const farEnd = openFarEnd(openSockets(), isp, client);
	prepareClient();
	const kernel = valueOf(await openLinuxKernel({backend: 'libnftables', devices: noDevices}));
	const keeper = firewallKeeper(kernel.firewall);
	const links = linksHere();
	const [root, app, netRaw] = [await openSender('root', links), await openSender('app', links), await openSender('net-raw', links)];
	const bench: Bench = {farEnd, links, senders: {root, app, 'net-raw': netRaw}, counters: await openCounters()};
	const reports: SceneReport[] = [];
	for (const scene of scenes.filter(({name}) => only === '' || name === only)) reports.push(await runScene(bench, scene, {kernel, keeper}));
	await Promise.all([root, app, netRaw].map(sender => sender.close()));
	bench.counters.close();
	kernel.close();
	const credentials = {root: root.credentials, app: app.credentials, 'net-raw': netRaw.credentials};
	process.stdout.write(`${JSON.stringify({credentials, reports})}\n`);
}
