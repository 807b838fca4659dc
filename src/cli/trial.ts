/** A start on trial, from its option to its end: what was before is read, and the watcher stands, before anything is changed. */
import {readBefore, isClosedAlready} from '../controller/before.ts';
import {systemClock} from '../controller/clock.ts';
import {createTrial, type Trial} from '../controller/trial.ts';
import type {Config} from '../config/config.ts';
import type {Kernel} from '../kernel/kernel.ts';
import {openRoutingCopy} from '../kernel/trial/routing-copy.ts';
import {startWatcher} from '../kernel/trial/watcher.ts';
import type {Problem} from '../problem.ts';
import {ok, type Result} from '../result.ts';
import {formatCountdown} from '../console/format.ts';
import {exitCodes, type Args, type ExitCode} from './io.ts';
import type {Output} from './output.ts';
import {openAndTakeBack, takenBack} from './taking-back.ts';
import {onHostMs, trialLength as lengthOf} from './trial-length.ts';

export interface RunningTrial {
	readonly trial: Trial;
	/** Takes everything back unless somebody confirmed, and says so; the exit code that follows. */
	conclude(code: ExitCode, output: Output): Promise<ExitCode>;
}

/** On the host's own network somebody may be locked out. */
export const trialLength = (args: Args, onHost: boolean): number | null | undefined => lengthOf(args, onHost ? onHostMs : null);

/** Null where a vks before this one holds the namespace closed: there is nothing open to go back to. */
export async function beginTrial(kernel: Kernel, config: Config, withinMs: number, output: Output): Promise<Result<RunningTrial | null, Problem>> {
	const closed = isClosedAlready(kernel);
	if (!closed.ok) return closed;
	if (closed.value) {
		output.complain('vks: tables of vks stand here already, so that this start changes nothing that could be taken back: there is nothing to confirm.');
		return ok(null);
	}
	const copy = await openRoutingCopy();
	if (!copy.ok) return copy;
	const before = readBefore(kernel, copy.value, config);
	copy.value.close();
	if (!before.ok) return before;
	const [, program = ''] = process.argv;
	const watcher = await startWatcher([process.execPath, ...process.execArgv, program, 'revert'], JSON.stringify({before: before.value, withinMs}));
	if (!watcher.ok) return watcher;
	output.complain(`vks: this start is not confirmed: everything opens again in ${formatCountdown(withinMs)}, unless you run \`vks confirm\`.`);
	const trial = createTrial({clock: systemClock(), watcher: watcher.value, withinMs});
	return ok({trial, conclude: async (code, out) => {
		const late = trial.isOver();
		if (!trial.end()) return code;
		const left = await openAndTakeBack(before.value);
		out.problem(takenBack(late ? `Nobody confirmed within ${formatCountdown(withinMs)}` : 'vks ended before anybody confirmed', left));
		// What is left, the watcher tries once more.
		if (left.length === 0) watcher.value.tell('done');
		return code === exitCodes.fine ? exitCodes.reverted : code;
	}});
}
