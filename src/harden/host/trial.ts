/** How a hardening begins and ends: applied on trial, confirmed, taken back. Each is done by whoever gets to it first, once. */
import {randomUUID} from 'node:crypto';
import {fail, ok, type Result} from '../../result.ts';
import {noChoices, type Choices} from '../choices.ts';
import type {Plan} from '../plan.ts';
import type {Step} from '../step.ts';
import {execute} from './execute.ts';
import {claim, createTrial, forgetKept, forgetTrial, readKept, readTrial, writeBegun, writeKept, writeTrial, type HardenTrial} from './kept.ts';
import {isAlive, isStopped} from './process-name.ts';

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
	// After a start of the host the same is done again, and undone once.
	const earlier = new Set((before.value?.undo ?? []).map(step => JSON.stringify(step)));
	const id = randomUUID();
	const trial: HardenTrial = {version: 1, id, stage: 'applying', process, revert, kept: {version: 1, trial: id, choices, undo: [...revert.filter(step => !earlier.has(JSON.stringify(step))), ...(before.value?.undo ?? [])]}};
	const created = createTrial(folder, trial);
	return !created.ok ? created : created.value ? ok(trial) : fail('another hardening is under way');
}

/** Up to the first that fails, or until somebody takes it back. */
export async function applyAll(folder: string, {id}: HardenTrial, {changes}: Plan): Promise<Result<void, string>> {
	for (const {apply} of changes) {
		const now = readTrial(folder);
		if (now.ok && now.value?.id !== id) return fail('it was taken back meanwhile');
		const done = await execute(apply, 'exactly');
		if (!done.ok) return done;
	}
	return ok(undefined);
}

export function standing(folder: string, trial: HardenTrial): Result<void, string> {
	const now = readTrial(folder);
	// Who took it back meanwhile has ended it.
	return now.ok && now.value?.id !== trial.id ? fail('it was taken back meanwhile') : writeTrial(folder, {...trial, stage: 'standing'});
}

/** For who went on while somebody else took it back: what it did since then. */
export const takeBackAfter = async ({revert}: HardenTrial): Promise<readonly string[]> => (await takeBack(revert)).trouble;

interface Taken {
	readonly trouble: readonly string[];
	/** What is to be tried again. A file that somebody else changed is theirs now: it is told of once. */
	readonly left: readonly Step[];
}

/** All of them, whatever fails. */
async function takeBack(steps: readonly Step[]): Promise<Taken> {
	const trouble: string[] = [];
	const left: Step[] = [];
	for (const step of steps) {
		const done = await execute(step, 'what fits');
		if (done.ok) continue;
		trouble.push(done.error);
		if (step.kind !== 'file') left.push(step);
	}
	return {trouble, left};
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
	const {trouble, left} = await takeBack(trial.value?.revert ?? []);
	if (left.length === 0) forgetTrial(folder, 'reverting');
	else if (trial.value !== null && left.length < trial.value.revert.length) writeBegun(folder, {...trial.value, revert: left});
	// Who did it beside us leaves nothing to do, and was in the way.
	const rest = readTrial(folder, 'reverting');
	return left.length > 0 && rest.ok && rest.value === null ? [] : trouble;
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
export async function settle(folder: string): Promise<Result<boolean, string>> {
	const confirmed = finishConfirm(folder);
	if (!confirmed.ok) return confirmed;
	const left = await finishRevert(folder);
	const stuck = readTrial(folder, 'reverting');
	if (!stuck.ok || stuck.value !== null) return fail(left.join('; '));
	const trial = readTrial(folder);
	if (!trial.ok) return trial;
	if (trial.value === null) return ok(true);
	if (isAlive(trial.value.process)) return ok(false);
	const reverted = await revertTrial(folder);
	return reverted === null || reverted.length === 0 ? ok(true) : fail(reverted.join('; '));
}

/** What is left of it where something failed; then it is kept, to be tried again. */
export async function undoAll(folder: string): Promise<Result<'undone' | 'none', string>> {
	const begun = readTrial(folder);
	if (!begun.ok) return begun;
	// It would go on after it was taken back.
	if (begun.value?.stage === 'applying' && isAlive(begun.value.process) && !isStopped(begun.value.process)) return fail('it is being applied at this moment');
	const [confirmed, left] = [finishConfirm(folder), await finishRevert(folder)];
	if (!confirmed.ok) return confirmed;
	if (left.length > 0) return fail(left.join('; '));
	const onTrial = await revertTrial(folder);
	if (onTrial !== null && onTrial.length > 0) return fail(onTrial.join('; '));
	const kept = readKept(folder);
	if (!kept.ok) return kept;
	if (kept.value === null) return ok(onTrial === null ? 'none' : 'undone');
	const {trouble, left: rest} = await takeBack(kept.value.undo);
	if (rest.length === 0) forgetKept(folder);
	else writeKept(folder, {...kept.value, undo: rest});
	return trouble.length > 0 ? fail(trouble.join('; ')) : ok('undone');
}
