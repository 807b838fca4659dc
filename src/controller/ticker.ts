/** The daemon's pulse. */
import type {Clock} from './clock.ts';

/** A tick that takes long delays the next one and is never overlapped by it. */
export function everySecond(clock: Clock, work: () => Promise<void>): () => void {
	let busy = false;
	return clock.every(1000, () => {
		if (busy) return;
		busy = true;
		void work().finally(() => {
			busy = false;
		});
	});
}
