/** Figures of merit over repeated rounds. Pure. */

export interface Summary {
	readonly n: number;
	readonly min: number;
	readonly median: number;
	/** Nine rounds in ten were no worse. */
	readonly p90: number;
	readonly max: number;
}

export function summarise(values: readonly number[]): Summary {
	const sorted = values.toSorted((a, b) => a - b);
	const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
	const middle = sorted.length / 2;
	const median = sorted.length % 2 === 1 ? at(0.5) : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
	return {n: sorted.length, min: at(0), median, p90: at(0.9), max: at(1)};
}
