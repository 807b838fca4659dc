/** Counters become rates. Pure; a counter that went back (a table made anew) counts as no traffic, not as negative. */

export interface Sample {
	readonly atMs: number;
	readonly value: number;
}

export function perSecond(before: Sample | null, now: Sample): number {
	if (before === null || now.atMs <= before.atMs || now.value < before.value) return 0;
	return Math.round(((now.value - before.value) * 1000) / (now.atMs - before.atMs));
}

/** The last `limit` values, the newest last. */
export function pushBounded<T>(list: readonly T[], value: T, limit: number): readonly T[] {
	return [...list.slice(list.length - limit + 1 > 0 ? list.length - limit + 1 : 0), value];
}
