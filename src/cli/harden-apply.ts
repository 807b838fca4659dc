/** `vks harden --apply`: a guard beside it first, then the changes, read back and judged anew; then it waits to be confirmed. */
import {formatCountdown} from '../console/format.ts';
import {processName} from '../harden/host/process-name.ts';
import {readKept, readTrial} from '../harden/host/kept.ts';
import {applyAll, beginTrial, confirmTrial, revertTrial, standing, takeBackAfter} from '../harden/host/trial.ts';
import type {Plan} from '../harden/plan.ts';
import type {OutcomeJson} from '../harden/plan-schema.ts';
import {startWatcher, type Watcher} from '../kernel/trial/watcher.ts';
import type {Result} from '../result.ts';
import {exitCodes, type ExitCode} from './io.ts';
import {harmed, takenBack} from './harden-words.ts';
import type {Output} from './output.ts';

interface Applying {
	readonly folder: string;
	/** Null: nobody is waited for. */
	readonly withinMs: number | null;
	/** Plans once more, by what stands then. */
	again(): Promise<Result<Plan, string>>;
}

/** So long after the guard was to have done it. */
const graceMs = 15_000;
const lookEveryMs = 200;

export async function applyPlan(plan: Plan, {folder, withinMs, again}: Applying, output: Output): Promise<ExitCode> {
	// Who stops it now stops what is half done, and is heard when it is whole.
	const stopped = stopAsked();
	const trial = beginTrial(folder, plan, processName(process.pid));
	if (!trial.ok) return failed(`It could not be written down how to take it back (${trial.error}). Nothing was changed.`, output);
	const [, program = ''] = process.argv;
	const guard = await startWatcher([process.execPath, ...process.execArgv, program, 'harden', '--guard'], JSON.stringify({folder, withinMs: withinMs ?? graceMs}));
	if (!guard.ok) {
		await revertTrial(folder);
		output.problem({...guard.error, next: 'Free memory and process ids, and try again.'});
		return exitCodes.failed;
	}
	const giveUp = async (why: string, code: ExitCode): Promise<ExitCode> => {
		const trouble = await revertTrial(folder);
		output.problem(takenBack(why, trouble ?? await takeBackAfter(trial.value)));
		guard.value.tell('done');
		return code;
	};
	// What was planned before this trial stood may not be what there is now.
	const same = await again();
	if (!same.ok || JSON.stringify(same.value.changes) !== JSON.stringify(plan.changes)) return giveUp('Something changed while it was planned', exitCodes.failed);
	const applied = await applyAll(folder, trial.value, plan);
	if (!applied.ok) return giveUp(`It could not all be applied (${applied.error})`, exitCodes.failed);
	const rest = await again();
	if (!rest.ok || rest.value.changes.length > 0) return giveUp(`What was applied does not close what was found (${rest.ok ? rest.value.changes.map(({where}) => where).join(', ') : rest.error})`, exitCodes.failed);
	const stands = standing(folder, trial.value);
	if (!stands.ok) return giveUp(stands.error, exitCodes.failed);
	if (withinMs === null) return keep(folder, guard.value, output);
	guard.value.tell('beat');
	output.complain(`vks: applied, and read back. All of it is taken back in ${formatCountdown(withinMs)}, unless you run \`vks harden --confirm\`: from a login of its own, which shows that you still get in.`);
	told('applied', withinMs, output);
	const ended = await ending(folder, trial.value.id, guard.value, stopped, withinMs);
	if (ended === 'confirmed') return confirmed(output);
	if (ended === 'reverted') output.problem(takenBack('Nobody confirmed', whatIsLeft(folder)));
	else await giveUp(ended === 'stopped' ? 'It was stopped before anybody confirmed' : 'Nobody confirmed', exitCodes.reverted);
	told('reverted', null, output);
	return exitCodes.reverted;
}

/** The guard is a child that holds nobody up: without a timer this process would be over before it. */
async function heldFor(ended: Promise<void>): Promise<void> {
	const timer = setInterval(() => undefined, graceMs);
	await ended;
	clearInterval(timer);
}

function stopAsked(): Promise<void> {
	// Stopped it would be neither confirmed nor ended.
	process.on('SIGTSTP', () => undefined);
	return new Promise(resolve => {
		for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
	});
}

type Ending = 'confirmed' | 'reverted' | 'stopped' | 'unguarded';

/** The trial's file is gone when somebody ended it: the guard, or who confirmed. */
async function ending(folder: string, id: string, guard: Watcher, stopped: Promise<void>, withinMs: number): Promise<Ending> {
	const told = {stopped: false};
	void stopped.then(() => (told.stopped = true));
	const latest = performance.now() + withinMs + graceMs;
	for (;;) {
		const trial = readTrial(folder);
		if (trial.ok && trial.value?.id !== id) {
			// A confirmation tells the guard nothing: it looks itself.
			await heldFor(guard.ended);
			return isConfirmed(folder, id) ? 'confirmed' : 'reverted';
		}
		if (told.stopped) return 'stopped';
		if (performance.now() >= latest) return 'unguarded';
		await new Promise(resolve => setTimeout(resolve, lookEveryMs));
	}
}

function isConfirmed(folder: string, id: string): boolean {
	const [kept, begun] = [readKept(folder), readTrial(folder, 'confirming')];
	return (kept.ok && kept.value?.trial === id) || (begun.ok && begun.value?.id === id);
}

function whatIsLeft(folder: string): readonly string[] {
	const begun = readTrial(folder, 'reverting');
	if (!begun.ok) return [begun.error];
	return begun.value === null ? [] : begun.value.revert.map(step => (step.kind === 'packets' ? `rules of ${step.family === 4 ? 'iptables' : 'ip6tables'}-${step.backend}` : step.kind === 'file' ? step.path : 'table inet vks_host'));
}

async function keep(folder: string, guard: Watcher, output: Output): Promise<ExitCode> {
	const done = confirmTrial(folder);
	guard.tell('kept');
	await heldFor(guard.ended);
	return done.ok && done.value === 'confirmed' ? confirmed(output) : failed(done.ok ? 'It was taken back by somebody else.' : `${done.error}.`, output);
}

function confirmed(output: Output): ExitCode {
	if (!output.wantsJson) output.line('Applied, read back and kept; `vks harden --undo` takes it back.');
	told('confirmed', null, output);
	return exitCodes.fine;
}

function failed(what: string, output: Output): ExitCode {
	output.problem(harmed(what, 'Mend that, and apply it again.'));
	return exitCodes.failed;
}

function told(outcome: OutcomeJson['outcome'], withinMs: number | null, output: Output): void {
	if (output.wantsJson) output.json({version: 1, outcome, withinMs} satisfies OutcomeJson);
}
