/**
 * Repairs are made within milliseconds, unless somebody undoes them as fast: then less and less often, so that the fight costs
 * no core, while the other layers hold and the proof says drifted. Pure.
 */

import {fightOpening} from '../fight-words.ts';

export interface Brake {
	/** When repairs were made, of the last seconds. */
	readonly recentMs: readonly number[];
	readonly heldUntilMs: number;
	/** How often in a row it was held. */
	readonly step: number;
	/** How often anything was repaired at all. */
	readonly total: number;
}

/** So that one each second is none, and a machine that is slow at repairing still notices a fight. */
const windowMs = 16_000;
/** More than any storm of events that one change makes, and than a person types. */
const freeRepairs = 20;
/** Who still fights after a pause is believed sooner. */
const repairsAfterPause = 3;
const longestMs = 8000;
const forgivenAfterMs = 30_000;

export const releasedBrake: Brake = {recentMs: [], heldUntilMs: 0, step: 0, total: 0};

/** A clock that was set back must not make a pause long. */
export const isHeld = ({heldUntilMs}: Brake, nowMs: number): boolean => nowMs < heldUntilMs && heldUntilMs - nowMs <= longestMs;

/** How long the pause is that this repair brought about; null when it brought none. `free` is how many within the window bring none. */
export function afterRepair(brake: Brake, nowMs: number, free = freeRepairs): {readonly brake: Brake; readonly pauseMs: number | null} {
	const step = nowMs - brake.heldUntilMs > forgivenAfterMs ? 0 : brake.step;
	const recentMs = [...brake.recentMs.filter(at => nowMs - at < windowMs && at >= brake.heldUntilMs), nowMs];
	const total = brake.total + 1;
	if (recentMs.length < (step === 0 ? free : repairsAfterPause)) return {brake: {...brake, recentMs, step, total}, pauseMs: null};
	const pauseMs = Math.min(longestMs, 1000 * 2 ** step);
	return {brake: {recentMs: [], heldUntilMs: nowMs + pauseMs, step: step + 1, total}, pauseMs};
}

/** For the journal: what the pause is for. */
export const describePause = (what: string, culprit: string | null, pauseMs: number): string =>
	`${fightOpening} ${what} is changed as fast as it is repaired, last by ${culprit ?? 'unknown'}. Trying again in ${pauseMs / 1000} s; the other layers hold meanwhile.`;
