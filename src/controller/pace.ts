/** Lets a few calls through at once and then one for each interval, the last one never lost: for work that events ask for. */
import type {Clock} from './clock.ts';

export function paced(clock: Pick<Clock, 'now' | 'after'>, {burst, everyMs}: {readonly burst: number; readonly everyMs: number}, work: () => void): () => void {
	let tokens = burst;
	let filledAtMs = clock.now();
	let waiting = false;
	const attempt = (): void => {
		const now = clock.now();
		// A clock that was set back must not stop the work.
		const passed = now < filledAtMs ? burst : Math.floor((now - filledAtMs) / everyMs);
		if (passed > 0) [tokens, filledAtMs] = [Math.min(burst, tokens + passed), now];
		if (tokens > 0) {
			tokens -= 1;
			work();
			return;
		}
		waiting = true;
		clock.after(everyMs, () => {
			waiting = false;
			attempt();
		});
	};
	return () => {
		if (!waiting) attempt();
	};
}
