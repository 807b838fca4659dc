/** A clock that a test drives: sleeping passes time at once, and ticks come when asked for. */
import type {Clock} from '../../src/controller/clock.ts';

export interface ManualClock extends Clock {
	/** Lets every `every` callback run once, a second later. */
	tick(): void;
	pass(ms: number): void;
	/** Somebody sets the wall clock; no time passes. */
	setWall(ms: number): void;
}

export function manualClock(startMs: number): ManualClock {
	// Another origin than the wall clock's, so that nothing confuses the two.
	let nowMs = 1000;
	let wallOffsetMs = startMs - nowMs;
	const repeating = new Set<() => void>();
	const pending = new Set<{readonly atMs: number; readonly callback: () => void}>();
	const pass = (ms: number): void => {
		nowMs += ms;
		for (const timer of [...pending]) {
			if (timer.atMs > nowMs) continue;
			pending.delete(timer);
			timer.callback();
		}
	};
	return {
		now: () => nowMs + wallOffsetMs,
		monotonic: () => nowMs,
		random: () => 0.5,
		async sleep(ms) {
			// A turn of the event loop, so that what happens meanwhile can happen.
			await new Promise(resolve => setImmediate(resolve));
			pass(ms);
		},
		every(_ms, callback) {
			repeating.add(callback);
			return () => repeating.delete(callback);
		},
		after(ms, callback) {
			const timer = {atMs: nowMs + ms, callback};
			pending.add(timer);
			return () => pending.delete(timer);
		},
		tick() {
			pass(1000);
			for (const callback of [...repeating]) callback();
		},
		pass,
		setWall: ms => void (wallOffsetMs = ms - nowMs),
	};
}
