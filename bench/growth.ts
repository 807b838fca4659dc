/** How fast something grows that swings: by all that was measured, not by its ends. Pure. */

export interface Reading {
	readonly atMs: number;
	readonly value: number;
}

/** The slope of the line that fits best, by the hour; what came in the first so many milliseconds is left out. */
export function perHour(readings: readonly Reading[], settledAfterMs: number): number {
	const begins = (readings[0]?.atMs ?? 0) + settledAfterMs;
	const settled = readings.filter(({atMs}) => atMs >= begins);
	const mean = (of: (reading: Reading) => number): number => settled.reduce((sum, reading) => sum + of(reading), 0) / settled.length;
	const [atMs, value] = [mean(reading => reading.atMs), mean(reading => reading.value)];
	const [covariance, variance] = [mean(reading => (reading.atMs - atMs) * (reading.value - value)), mean(reading => (reading.atMs - atMs) ** 2)];
	return (covariance / variance) * 3_600_000;
}
