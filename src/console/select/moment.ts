/** Which moment the panels draw: the live one, or the one that was frozen. The header never asks here. */
import {formatAge, formatClock} from '../format.ts';
import type {Frozen, Moment, ViewState} from '../view.ts';

export function shownMoment(state: ViewState): Moment {
	return state.frozen ?? state.live;
}

/** The time ages in panels count to: a frozen panel's ages stand still too. */
export function shownNowMs(state: ViewState): number {
	return state.frozen?.atMs ?? state.nowMs;
}

/** `FROZEN 12s`, `THEN 14:03:12 (-3m12s)`. */
export function frozenWord({nowMs, offsetMinutes}: Pick<ViewState, 'nowMs' | 'offsetMinutes'>, {then, atMs}: Frozen): string {
	const age = formatAge(nowMs - atMs);
	return then === null ? `FROZEN ${age}` : `THEN ${formatClock(atMs, offsetMinutes)} (-${age})`;
}
