/** A clock that a test drives: sleeping passes time at once, and ticks come when asked for. */
import type {Clock} from '../../src/controller/clock.ts';

export interface ManualClock extends Clock {
	/** Lets every `every` callback run once, a second later. */
	tick(): void;
	pass(ms: number): void;
	/** The machine sleeps, and nothing runs: the wall clock goes on, the monotonic one stands still. */
	sleepMachine(ms: number): void;
	/** Somebody sets the wall clock; no time passes. */
	setWall(ms: number): void;
	/** Until what it gives back is called, who sleeps goes on sleeping: a deadline must not be met while a test looks. */
	holdTime(): () => void;
}

export function manualClock(startMs: number): ManualClock {
	// Another origin than the wall clock's, so that nothing confuses the two.
	let nowMs = 1000;
	let wallOffsetMs = startMs - nowMs;
	let sleptMs = 0;
	let held = 0;
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
		boottime: () => nowMs + sleptMs,
		random: () => 0.5,
		async sleep(ms, signal) {
			// A turn of the event loop, so that what happens meanwhile can happen. Nobody wakes while time is held: many count their own sleeps.
			do await new Promise(resolve => setImmediate(resolve));
			while (held > 0 && signal?.aborted !== true);
			if (held === 0) pass(ms);
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
		sleepMachine(ms) {
			wallOffsetMs += ms;
			sleptMs += ms;
		},
		setWall: ms => void (wallOffsetMs = ms - nowMs),
		holdTime() {
			held += 1;
			let released = false;
			return () => {
				if (!released) held -= 1;
				released = true;
			};
		},
	};
}
