/** How long the tunnel's resolver took to answer, over time. Pure. */
import {pushBounded} from './rates.ts';

export interface Rtt {
	/** Why nothing is asked; null where something is. */
	readonly notAsked: string | null;
	readonly everyMs: number | null;
	/** Milliseconds, the newest last; null where no answer came. */
	readonly history: readonly (number | null)[];
}

const kept = 60;

export const freshRtt = (notAsked: string | null = null, everyMs: number | null = null): Rtt => ({notAsked, everyMs: notAsked === null ? everyMs : null, history: []});

/** Tenths of a millisecond are more than a look-up is exact to. */
export const recordRtt = (rtt: Rtt, ms: number | null): Rtt => ({...rtt, history: pushBounded(rtt.history, ms === null ? null : Math.round(ms * 10) / 10, kept)});
