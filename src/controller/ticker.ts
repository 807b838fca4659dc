/** The daemon's pulse. */
import type {Clock} from './clock.ts';

/** Longer than a shared machine stalls as a rule. */
const gapMs = 5000;

/**
 * A tick that takes long delays the next one and is never overlapped by it. `missed` is told for how long there was none: whoever
 * stops the process, or the machine that sleeps, stops the clock's callbacks, and slow work does not.
 */
export function everySecond(clock: Pick<Clock, 'every' | 'boottime'>, work: () => Promise<void>, missed: (ms: number) => void): () => void {
	let busy = false;
	let lastMs = clock.boottime();
	return clock.every(1000, () => {
		const sinceMs = clock.boottime() - lastMs;
		lastMs += sinceMs;
		if (sinceMs >= gapMs) missed(sinceMs);
		if (busy) return;
		busy = true;
		void work().finally(() => {
			busy = false;
		});
	});
}

export const nothingRead = (ms: number): string => `Nothing was read back for ${Math.round(ms / 1000)} s: the daemon was stopped or the machine slept.`;
