/** What a benchmark is told beside its signal. */
export interface BenchOptions {
	/** Half an hour, where minutes show a trend only. */
	readonly long: boolean;
}
