/** One at a time; of what was wanted meanwhile the last is done after it. Resolves when all is done. */
export function lastOf<T>(act: (wanted: T, isLast: () => boolean) => Promise<void>): (wanted: T) => Promise<void> {
	let next: {readonly wanted: T} | null = null;
	let running: Promise<void> | null = null;
	const isLast = (): boolean => next === null;
	const run = async (): Promise<void> => {
		for (let now = next; now !== null; now = next) {
			next = null;
			await act(now.wanted, isLast);
		}
		running = null;
	};
	return wanted => {
		next = {wanted};
		return running ??= run();
	};
}
