/** The long mode: inputs spread over the targets, a watchdog for each, and what memory each kept. */
import {Worker} from 'node:worker_threads';
import {targets} from './targets.ts';
import type {FuzzTarget} from './target.ts';
import {reportSchema, type BatchReport, type Job} from './worker.ts';

export interface LongRun {
	readonly inputs: number;
	readonly seed: number;
	readonly only: string | null;
	/** The file a thread starts with; it calls `work` there. */
	readonly program: URL;
	readonly print: (line: string) => void;
}

const batch = 2000;
/** A batch takes a second or two; a parser that takes the square of its input's length takes longer than this. */
const silentMs = 60_000;
/** What a target may keep between its first batch and its last. Caches of patterns and schemas are warm by then. */
const mostGrowth = 8 * 1024 * 1024;

const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

const grown = ({first, last}: OneResult, field: 'heapBytes' | 'rssBytes'): string => `${megabytes(first?.[field] ?? 0)} → ${megabytes(last?.[field] ?? 0)}`;

export async function fuzz({inputs, seed, only, program, print}: LongRun): Promise<number> {
	const chosen = targets.filter(({name}) => only === null || name === only);
	if (chosen.length === 0) {
		print(`no target is called ${only ?? ''}: there are ${targets.map(({name}) => name).join(', ')}`);
		return 2;
	}
	print(`${inputs} inputs over ${chosen.length} targets, seed ${seed}`);
	const shares = chosen.reduce((sum, {share}) => sum + share, 0);
	const startedAt = performance.now();
	let total = 0;
	let failures = 0;
	for (const target of chosen) {
		const share = Math.ceil((inputs * target.share) / shares);
		const result = await runOne(target, {name: target.name, inputs: share, seed, batch}, program);
		total += result.done;
		if (result.failure !== null) failures += 1;
		print(`${result.failure === null ? 'fine  ' : 'FAILED'}  ${target.name.padEnd(38)} ${String(result.done).padStart(8)} inputs  ${(result.ms / 1000).toFixed(1).padStart(6)} s  heap ${grown(result, 'heapBytes')}, RSS ${grown(result, 'rssBytes')}`);
		if (result.failure !== null) print(result.failure);
	}
	print(`${total} inputs in ${((performance.now() - startedAt) / 1000).toFixed(0)} s, ${failures} of ${chosen.length} targets failed, seed ${seed}`);
	return failures === 0 ? 0 : 1;
}

interface OneResult {
	readonly done: number;
	readonly failure: string | null;
	readonly ms: number;
	/** After the first batch and after the last. */
	readonly first: BatchReport | null;
	readonly last: BatchReport | null;
}

function runOne({name}: FuzzTarget, job: Job, program: URL): Promise<OneResult> {
	const startedAt = performance.now();
	return new Promise(resolve => {
		const worker = new Worker(program, {workerData: job});
		let first: BatchReport | null = null;
		let last: BatchReport | null = null;
		let watchdog: NodeJS.Timeout | undefined;
		const finish = (failure: string | null): void => {
			clearTimeout(watchdog);
			const kept = (last?.heapBytes ?? 0) - (first?.heapBytes ?? 0);
			const leak = failure === null && kept > mostGrowth ? `${name}, seed ${job.seed}: kept ${megabytes(kept)} more at the end than after the first batch` : failure;
			void worker.terminate().then(() => resolve({done: last?.done ?? 0, failure: leak, ms: performance.now() - startedAt, first, last}));
		};
		const watch = (): void => {
			clearTimeout(watchdog);
			watchdog = setTimeout(() => finish(`${name} hangs: no batch of ${batch} was done within ${silentMs} ms; its seed is ${job.seed + (last?.done ?? 0)}`), silentMs);
		};
		watch();
		worker.on('message', (message: unknown) => {
			const report = reportSchema.parse(message);
			first ??= report;
			last = report;
			if (report.failure !== null || report.done >= job.inputs) finish(report.failure);
			else watch();
		});
		worker.on('error', error => finish(`${name} ended its thread: ${String(error)}`));
	});
}
