/** Throws faults at a daemon under traffic and holds what follows against what must be; stops at the first thing that is not so. */
import {setTimeout as sleep} from 'node:timers/promises';
import {usageOf} from '../bench/usage.ts';
import {isAlive} from '../lab/processes.ts';
import type {Mark} from '../lab/witness/witness.ts';
import type {JournalEntry} from '../src/control/schema.ts';
import {isConnected} from '../test/helpers/daemon.ts';
import {readUsage, usedSince} from '../test/helpers/tunnel-usage.ts';
import type {Fault} from './fault.ts';
import {journalled, type Done} from './journalled.ts';
import {stepOf, type Step} from './plan.ts';
import type {ChaosReport, Failure, StepResult} from './report.ts';
import {raiseStage, type Stage} from './stage.ts';
import {trafficPasses} from './traffic.ts';

export interface ChaosOptions {
	readonly seed: string;
	readonly faults: readonly Fault[];
	readonly forMs: number;
	/** These steps of the seed's sequence; all from 1 on until the time is up when absent. */
	readonly steps?: readonly number[];
	readonly environment?: Readonly<Record<string, string>>;
	/** The command line's other options, for the report. */
	readonly again?: string;
	readonly signal: AbortSignal;
	readonly progress?: (text: string) => void;
}

/** Far above what was measured (5 s), far below what an operator would put up with. */
const recoverWithinMs = 45_000;
const bounds = {daemonCores: 0.9, tunnelCores: 0.9, txBytesPerSecond: 1_000_000, residentMb: 250} as const;

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
	const {seed, signal, progress = () => undefined} = options;
	const stage = await raiseStage(options);
	const begun = performance.now();
	const results: StepResult[] = [];
	let failure: Failure | null = null;
	try {
		const start = await stage.witness.mark();
		const owned = stage.owned();
		for (const number of numbers(options.steps)) {
			if (failure !== null || signal.aborted || performance.now() - begun > options.forMs) break;
			const step = stepOf(seed, number, options.faults, owned);
			progress(`step ${number}, ${Math.round((performance.now() - begun) / 1000)} s, 0 outside: ${step.faults.map(({name}) => name).join(' + ')}`);
			const outcome = await carryOut(stage, step, start);
			if ('why' in outcome) failure = signal.aborted ? null : outcome;
			else results.push(outcome);
		}
		const {outside, endpoint, droppedByKernel} = await stage.witness.stop();
		const before = start.counts;
		return {
			seed, options: options.again ?? '', lab: stage.lab.description.id, failure, steps: results, seconds: (performance.now() - begun) / 1000, unguarded: stage.unguarded, interrupted: signal.aborted,
			packets: {outside: outside.count - before.outside, endpoint: endpoint.count - before.endpoint, captureLost: droppedByKernel},
		};
	} finally {
		await stage.end();
	}
}

function* numbers(steps: readonly number[] | undefined): Generator<number> {
	if (steps !== undefined) return yield* steps;
	for (let number = 1; ; number += 1) yield number;
}

async function carryOut(stage: Stage, step: Step, start: Mark): Promise<StepResult | Failure> {
	const entriesBefore = stage.journal().length;
	const fresh = (): readonly JournalEntry[] => stage.journal().slice(entriesBefore);
	const excepted = stage.daemon().snapshot().exceptions.length > 0;
	const stepStart = await stage.witness.mark();
	const usage = await readUsage({lab: stage.lab, daemon: stage.daemon()});
	const killed = step.faults.some(({endsOwner}) => endsOwner);
	const done: Done[] = [];
	const why: string[] = [];
	let recoveryMs = 0;
	let doneAtMs = performance.now();
	await stage.traffic.only(step.pauses);
	try {
		for (const fault of step.faults) {
			done.push({fault, applied: await fault.apply(stage, step.dice)});
			doneAtMs = performance.now();
			await sleep(step.dice.between(0, 300));
		}
		if (done.some(({applied}) => applied.undo)) await sleep(step.dice.between(100, 2_000));
		for (const {applied: {undo}} of done.toReversed()) {
			if (undo === undefined) continue;
			await undo();
			doneAtMs = performance.now();
		}
		recoveryMs = await recovered(stage, doneAtMs);
	} catch (error) {
		why.push(error instanceof Error ? error.message : String(error));
	}
	stage.traffic.check();
	if (why.length === 0) {
		await stage.traffic.only(null);
		if (!(await trafficPasses(stage.witness, 60_000))) why.push('CONNECTED and PROVEN, and nothing passes through the tunnel');
	}
	const {outside, captured} = await stage.witness.since(start);
	if (outside.count > 0 || captured.outside > 0) why.unshift(`${outside.count} packets left outside the tunnel (the capture has ${captured.outside})`);
	const {permitted} = await stage.witness.since(stepStart);
	// A host on the link, which routing alone does not refuse.
	const mayHaveOpened = excepted || step.pauses === 'bound' || step.faults.some(({touches}) => touches === 'openings');
	if (permitted.count > 0 && !mayHaveOpened) why.push(`${permitted.count} packets left that only an exception opens, and none stood`);
	const faults = journalled(done, fresh(), killed);
	why.push(...faults.filter(({journalled}) => journalled === false).map(({name}) => `nothing in the journal says that this happened: ${name}`));
	const alive = isAlive(stage.daemon().process);
	const used = alive ? await usedSince({lab: stage.lab, daemon: stage.daemon()}, usage) : {daemonCores: 0, tunnelCores: 0, txBytesPerSecond: 0};
	const residentMb = alive ? usageOf(stage.daemon().process.pid).residentMb : 0;
	why.push(...exceeded({...used, residentMb}));
	if (why.length === 0) return {number: step.number, faults, recoveryMs, used, residentMb};
	return {
		step: step.number,
		faults: step.faults.map(fault => {
			const applied = done.find(one => one.fault === fault)?.applied;
			return `${fault.name} (${applied === undefined ? 'not done' : [applied.effect, applied.detail].filter(Boolean).join(': ')})`;
		}),
		why,
		frames: outside.samples.slice(0, 20).map(({protocol, src, dst, port}) => `${protocol} ${src} → ${dst}${port === null ? '' : ` port ${port}`}`),
		journal: fresh().slice(-40).map(({atMs, kind, text}) => `${new Date(atMs).toISOString().slice(11, 23)} ${kind}: ${text}`),
	};
}

/** Resolves with how long it took since the last thing was done; throws what there was instead. */
async function recovered(stage: Stage, doneAtMs: number): Promise<number> {
	const daemon = stage.daemon();
	const seq = isAlive(daemon.process) ? daemon.snapshot().seq : 0;
	const sinceMs = stage.now();
	await daemon.until('it was connected and proven', now => now.seq > seq && isConnected(now) && Math.abs(now.atMs - stage.now()) < 10_000 && (now.proof.checkedAtMs ?? 0) >= sinceMs, recoverWithinMs);
	return Math.round(performance.now() - doneAtMs);
}

const exceeded = (used: Readonly<Record<keyof typeof bounds, number>>): readonly string[] =>
	(Object.keys(bounds) as (keyof typeof bounds)[]).flatMap(key => (used[key] > bounds[key] ? [`${key} ${used[key]}, more than ${bounds[key]}`] : []));
