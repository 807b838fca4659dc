/** What something that is asked through the tunnel has answered so far. Pure; times are monotonic. */
import type {VoteView} from '../control/health-schema.ts';

export interface Asked {
	/** It answered since this tunnel came up. Before that its silence says nothing: many servers ignore pings. */
	readonly known: boolean;
	/** Questions since its last answer, and when the first of them was sent; null while none waits. */
	readonly open: {readonly sinceMs: number; readonly count: number} | null;
	readonly answeredAtMs: number | null;
}

/** Longer than any answer takes on a way that works; from then on others are asked too, and more often. */
export const suspectAfterMs = 2000;
/** Silent for so long, and so many questions: that is no packet that was lost. */
export const badAfterMs = 5000;
export const lostInARowMeans = 3;

export const neverAsked: Asked = {known: false, open: null, answeredAtMs: null};

export const asking = (asked: Asked, atMs: number): Asked => ({...asked, open: {sinceMs: asked.open?.sinceMs ?? atMs, count: (asked.open?.count ?? 0) + 1}});

/** An answer to any question, an old one too, shows that there is a way. */
export const answered = (_asked: Asked, atMs: number): Asked => ({known: true, open: null, answeredAtMs: atMs});

/** What was asked before the machine slept, or before the daemon stood still, has no answer to wait for. */
export const forgotten = (asked: Asked): Asked => ({...asked, open: null});

export const silentMs = ({open}: Asked, nowMs: number): number => (open === null ? 0 : Math.max(0, nowMs - open.sinceMs));

export function verdictOf(asked: Asked, nowMs: number): VoteView['verdict'] {
	if (!asked.known) return 'none';
	const ms = silentMs(asked, nowMs);
	if (ms >= badAfterMs && (asked.open?.count ?? 0) >= lostInARowMeans) return 'bad';
	return ms >= suspectAfterMs ? 'suspect' : 'good';
}
