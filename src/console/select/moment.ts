/** Which moment the panels draw: the live one, or the one that was frozen. The header never asks here. */
import type {Moment, ViewState} from '../view.ts';

export function shownMoment(state: ViewState): Moment {
	return state.frozen ?? state.live;
}

/** The time ages in panels count to: a frozen panel's ages stand still too. */
export function shownNowMs(state: ViewState): number {
	return state.frozen?.atMs ?? state.nowMs;
}
