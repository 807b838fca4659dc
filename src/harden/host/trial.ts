/** How a hardening begins and ends: applied on trial, confirmed, taken back. Each is done by whoever gets to it first, once. */
import {randomUUID} from 'node:crypto';
import {fail, ok, type Result} from '../../result.ts';
import {noChoices, type Choices} from '../choices.ts';
import type {Plan} from '../plan.ts';
import type {Step} from '../step.ts';
import {execute} from './execute.ts';
import {claim, forgetKept, forgetTrial, readKept, readTrial, writeKept, writeTrial, type HardenTrial} from './kept.ts';

/** What was decided before, for who says nothing now. */
export function choicesKept(folder: string): Result<Choices, string> {
	const kept = readKept(folder);
	return kept.ok ? ok(kept.value?.choices ?? noChoices) : kept;
}

/** Written down before anything is changed: whoever finds it can take back what was done by then. */
export function beginTrial(folder: string, {changes, choices}: Plan, process: string): Result<HardenTrial, string> {
	const before = readKept(folder);
	if (!before.ok) return before;
	const revert = changes.map(({undo}) => undo).toReversed();
	const id = randomUUID();
	const trial: HardenTrial = {version: 1, id, stage: 'applying', process, revert, kept: {version: 1, trial: id, choices, undo: [...revert, ...(before.value?.undo ?? [])]}};
	const written = writeTrial(folder, trial);
	return written.ok ? ok(trial) : written;
}

/** Up to the first that fails. */
export async function applyAll({changes}: Plan): Promise<Result<void, string>> {
	for (const {apply} of changes) {
		const done = await execute(apply, 'exactly');
		if (!done.ok) return done;
	}
	return ok(undefined);
}

export const standing = (folder: string, trial: HardenTrial): Result<void, string> => writeTrial(folder, {...trial, stage: 'standing'});

/** All of them, whatever fails; what failed, in words. */
async function takeBack(steps: readonly Step[]): Promise<readonly string[]> {
	const trouble: string[] = [];
	for (const step of steps) {
		const done = await execute(step, 'what fits');
		if (!done.ok) trouble.push(done.error);
	}
	return trouble;
}

/** Null where somebody else ended the trial. What failed, else. */
export async function revertTrial(folder: string): Promise<readonly string[] | null> {
	const claimed = claim(folder, 'reverting');
	if (!claimed.ok) return [claimed.error];
	return claimed.value ? finishRevert(folder) : null;
}

async function finishRevert(folder: string): Promise<readonly string[]> {
	const trial = readTrial(folder, 'reverting');
	if (!trial.ok) return [trial.error];
	const trouble = await takeBack(trial.value?.revert ?? []);
	if (trouble.length === 0) forgetTrial(folder, 'reverting');
	// Who did it beside us leaves nothing to do, and was in the way.
	const rest = readTrial(folder, 'reverting');
	return rest.ok && rest.value === null ? [] : trouble;
}

export function confirmTrial(folder: string): Result<'confirmed' | 'none' | 'applying', string> {
	const trial = readTrial(folder);
	if (!trial.ok) return trial;
	if (trial.value === null) return ok('none');
	if (trial.value.stage === 'applying') return ok('applying');
	const claimed = claim(folder, 'confirming');
	if (!claimed.ok) return claimed;
	if (!claimed.value) return ok('none');
	const finished = finishConfirm(folder);
	return finished.ok ? ok('confirmed') : finished;
}

function finishConfirm(folder: string): Result<void, string> {
	const trial = readTrial(folder, 'confirming');
	if (!trial.ok) return trial;
	const kept = trial.value === null ? ok(undefined) : writeKept(folder, trial.value.kept);
	if (kept.ok) forgetTrial(folder, 'confirming');
	return kept;
}

/** What somebody began and was killed in is finished; a trial whose process is gone is taken back. False where one is under way. */
export async function settle(folder: string, isAlive: (process: string) => boolean): Promise<Result<boolean, string>> {
	const confirmed = finishConfirm(folder);
	if (!confirmed.ok) return confirmed;
	const left = await finishRevert(folder);
	if (left.length > 0) return fail(left.join('; '));
	const trial = readTrial(folder);
	if (!trial.ok) return trial;
	if (trial.value === null) return ok(true);
	if (isAlive(trial.value.process)) return ok(false);
	const reverted = await revertTrial(folder);
	return reverted === null || reverted.length === 0 ? ok(true) : fail(reverted.join('; '));
}

/** What is left of it where something failed; then it is kept, to be tried again. */
export async function undoAll(folder: string, isAlive: (process: string) => boolean): Promise<Result<'undone' | 'none', string>> {
	const begun = readTrial(folder);
	if (!begun.ok) return begun;
	// It would go on after it was taken back.
	if (begun.value?.stage === 'applying' && isAlive(begun.value.process)) return fail('it is being applied at this moment');
	const [confirmed, left] = [finishConfirm(folder), await finishRevert(folder)];
	if (!confirmed.ok) return confirmed;
	if (left.length > 0) return fail(left.join('; '));
	const onTrial = await revertTrial(folder);
	if (onTrial !== null && onTrial.length > 0) return fail(onTrial.join('; '));
	const kept = readKept(folder);
	if (!kept.ok) return kept;
	if (kept.value === null) return ok(onTrial === null ? 'none' : 'undone');
	const trouble = await takeBack(kept.value.undo);
	if (trouble.length > 0) return fail(trouble.join('; '));
	forgetKept(folder);
	return ok('undone');
}
