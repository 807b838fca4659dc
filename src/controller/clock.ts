/** Time and chance as arguments, so that tests need neither to wait nor to hope. */
import {uptime} from 'node:os';

export interface Clock {
	/** Unix milliseconds. */
	now(): number;
	/** Milliseconds since some moment before, which no change of the wall clock moves; it stands still while the machine sleeps, as the kernel's timeouts do. */
	monotonic(): number;
	/** The same with the machine's sleep counted in (CLOCK_BOOTTIME), to hundredths of a second: the two drift apart by how long it slept. */
	boottime(): number;
	/** At least 0, below 1. */
	random(): number;
	/** Resolves after the time or as soon as the signal aborts, whichever is first; never rejects. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
	/** Calls back repeatedly until the returned function is called. */
	every(ms: number, callback: () => void): () => void;
	after(ms: number, callback: () => void): () => void;
}

export function systemClock(): Clock {
	return {
		now: () => Date.now(),
		monotonic: () => performance.now(),
		// libuv reads /proc/uptime, which the kernel tells by ktime_get_boottime (fs/proc/uptime.c).
		boottime: () => uptime() * 1000,
		random: () => Math.random(),
		sleep: (ms, signal) => new Promise(resolve => {
			if (signal?.aborted) return resolve();
			const finish = () => {
				clearTimeout(timer);
				signal?.removeEventListener('abort', finish);
				resolve();
			};
			const timer = setTimeout(finish, ms);
			signal?.addEventListener('abort', finish);
		}),
		every: (ms, callback) => {
			const timer = setInterval(callback, ms);
			return () => clearInterval(timer);
		},
		after: (ms, callback) => {
			const timer = setTimeout(callback, ms);
			return () => clearTimeout(timer);
		},
	};
}

/** Doubles from one second to half a minute, with jitter so that many clients of one server do not return together. */
export function backoffMs(attempt: number, random: number): number {
	const base = Math.min(30_000, 1000 * 2 ** Math.min(attempt - 1, 5));
	return Math.round(base * (0.75 + random / 2));
}
