/** The thread of one target: works through its inputs in batches and reports each, so that silence means a hang. */
import {parentPort, workerData} from 'node:worker_threads';
import {z} from 'zod';
import {collectGarbage} from '../helpers/collect-garbage.ts';
import {targets} from './targets.ts';

export const jobSchema = z.object({name: z.string(), inputs: z.number(), seed: z.number(), batch: z.number()});
export type Job = z.output<typeof jobSchema>;

export const reportSchema = z.object({done: z.number(), heapBytes: z.number(), rssBytes: z.number(), failure: z.string().nullable()});
export type BatchReport = z.output<typeof reportSchema>;

export function work(): void {
	const {name, inputs, seed, batch} = jobSchema.parse(workerData);
	const found = targets.find(target => target.name === name);
	if (found === undefined) throw new Error(`no target is called ${name}`);
	for (let done = 0; done < inputs; ) {
		const size = Math.min(batch, inputs - done);
		const failure = found.run({inputs: size, seed: (seed + done) % 0x7fff_ffff});
		done += size;
		if (done === size || done >= inputs) collectGarbage();
		const {heapUsed: heapBytes, rss: rssBytes} = process.memoryUsage();
		const report: BatchReport = {done, heapBytes, rssBytes, failure};
		parentPort?.postMessage(report);
		if (failure !== null) return;
	}
}
