/** The ends of a hardening: kept, taken back on demand, or by the guard that outlives who applied it. */
import {createInterface} from 'node:readline';
import {z} from 'zod';
import {parseJson} from '../controller/state-file.ts';
import {readTrial} from '../harden/host/kept.ts';
import {confirmTrial, revertTrial, undoAll} from '../harden/host/trial.ts';
import type {OutcomeJson} from '../harden/plan-schema.ts';
import {exitCodes, type Args, type ExitCode, type Io} from './io.ts';
import {harmed, takenBack} from './harden-words.ts';
import {outputFor, wrongUsage, type Output} from './output.ts';

export function confirmHardening(folder: string, output: Output): ExitCode {
	const done = confirmTrial(folder);
	if (!done.ok) {
		output.problem(harmed(`It could not be confirmed: ${done.error}.`, 'Unless that is mended in time, it is taken back.'));
		return exitCodes.failed;
	}
	switch (done.value) {
		case 'confirmed':
			return said('confirmed', 'Confirmed: it stays until `vks harden --undo`.', output);
		case 'applying':
			output.problem(harmed('It is still being applied: there is nothing to confirm yet.', 'Run it again in a moment.'));
			return exitCodes.failed;
		case 'none':
			output.problem(harmed('Nothing waits to be confirmed: nothing was applied, or it was taken back in the meantime.', 'Look with `vks harden`.'));
			return exitCodes.failed;
	}
}

export async function undoHardening(folder: string, output: Output): Promise<ExitCode> {
	const done = await undoAll(folder);
	if (done.ok) return done.value === 'undone' ? said('undone', 'Undone: this host lets in what it let in before.', output) : said('nothing', 'There is nothing to undo.', output);
	output.problem(harmed(`Not everything could be undone: ${done.error}.`, 'Mend that, and run it again: what is left is kept.'));
	return exitCodes.failed;
}

function said(outcome: OutcomeJson['outcome'], text: string, output: Output): ExitCode {
	if (output.wantsJson) output.json({version: 1, outcome, withinMs: null} satisfies OutcomeJson);
	else output.line(text);
	return exitCodes.fine;
}

const orderSchema = z.strictObject({folder: z.string().startsWith('/'), withinMs: z.number().int().positive()});
const lookEveryMs = 200;
const appliesWithinMs = 30_000;
/** Longer than one waits (kernel/packet-rules.ts). */
const childEndsWithinMs = 6000;

/** Its first line is the order; `beat` is when it stands, and from then on its time runs. The end of the pipe is the end of who applied it. */
export async function guardHardening(args: Args, io: Io): Promise<ExitCode> {
	const {input} = io.pipe();
	if ('isTTY' in input && input.isTTY === true) return wrongUsage('--guard is started by `vks harden --apply`', io, 'harden');
	process.title = 'vks-harden-guard';
	for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
	const heard = {closed: false, kept: false, stands: false, latest: Number.POSITIVE_INFINITY};
	const lines = createInterface({input});
	const closed = new Promise<null>(resolve => lines.once('close', () => {
		heard.closed = true;
		resolve(null);
	}));
	const first = await Promise.race([closed, new Promise<string>(resolve => lines.once('line', resolve))]);
	const order = orderSchema.safeParse(parseJson(first ?? ''));
	if (!order.success) return wrongUsage('--guard is started by `vks harden --apply`, and was not told what to guard', io, 'harden');
	lines.on('line', word => {
		if (word !== 'beat') heard.kept = true;
		else Object.assign(heard, {stands: true, latest: performance.now() + order.data.withinMs});
	});
	// One that is stopped before it stands says nothing, and its pipe stays open.
	heard.latest = performance.now() + order.data.withinMs + appliesWithinMs;
	io.stdout.write('ready\n');
	const over = async (): Promise<'ended' | 'due'> => {
		for (;;) {
			const trial = readTrial(order.data.folder);
			if (heard.kept || (trial.ok && trial.value === null)) return 'ended';
			if (heard.closed || performance.now() >= heard.latest) return 'due';
			await new Promise(resolve => setTimeout(resolve, lookEveryMs));
		}
	};
	const how = await over();
	// Who applied it waits for this process to end, and holds the other end of the pipe meanwhile.
	const end = (code: ExitCode): ExitCode => {
		lines.close();
		input.destroy();
		return code;
	};
	if (how === 'ended') return end(exitCodes.fine);
	// A program that it started may still wait for the lock of iptables, and would write after us.
	if (!heard.stands) await new Promise(resolve => setTimeout(resolve, childEndsWithinMs));
	const trouble = await revertTrial(order.data.folder);
	// Else who applied it says so.
	if (heard.closed && trouble !== null) outputFor(args, io).problem(takenBack('It ended before anybody confirmed', trouble));
	return end(trouble === null || trouble.length === 0 ? exitCodes.fine : exitCodes.failed);
}
