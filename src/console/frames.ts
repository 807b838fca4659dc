/**
 * Lets the screen see the store at most every so often: a flood of drops must not become a flood of frames. A key does not
 * wait for what data did, only for the key before it: at most ten frames a second, and none when nothing changed.
 */
import type {Store} from './store.ts';
import type {ViewState} from './view.ts';

const settleMs = 20;
const keyEveryMs = 100;

export interface Frames {
	readonly get: () => ViewState;
	readonly subscribe: (listener: () => void) => () => void;
	/** Shows the newest state now: to a window that has another size. */
	readonly flush: () => void;
	/** Shows the newest state to whoever pressed a key: now, or once the last such frame is old enough. */
	readonly answer: () => void;
	readonly stop: () => void;
}

export interface Timing {
	readonly nowMs: () => number;
	/** Calls back after a while; returns what cancels that. */
	readonly after: (ms: number, callback: () => void) => () => void;
}

export interface Pace {
	readonly everyMs: number;
	/** Whether a new state by itself is worth a frame; a key always is. */
	readonly isWorth?: (shown: ViewState, next: ViewState) => boolean;
}

export function createFrames(store: Pick<Store, 'get' | 'subscribe'>, {everyMs, isWorth = () => true}: Pace, timing: Timing): Frames {
	const listeners = new Set<() => void>();
	let shown = store.get();
	let shownAtMs = Number.NEGATIVE_INFINITY;
	let answeredAtMs = Number.NEGATIVE_INFINITY;
	let cancel: (() => void) | null = null;
	let answering = false;
	const flush = (): void => {
		cancel?.();
		cancel = null;
		answering = false;
		if (shown === store.get()) return;
		shown = store.get();
		shownAtMs = timing.nowMs();
		for (const listener of listeners) listener();
	};
	const answer = (): void => {
		if (answering || shown === store.get()) return;
		const waitMs = answeredAtMs + keyEveryMs - timing.nowMs();
		const now = (): void => {
			answeredAtMs = timing.nowMs();
			flush();
		};
		if (waitMs <= 0) return now();
		cancel?.();
		cancel = timing.after(waitMs, now);
		answering = true;
	};
	const unsubscribe = store.subscribe(() => {
		if (cancel !== null || !isWorth(shown, store.get())) return;
		// A reading comes in parts (snapshot, drops, journal): a moment's wait makes one frame of them.
		cancel = timing.after(Math.max(settleMs, shownAtMs + everyMs - timing.nowMs()), flush);
	});
	return {
		get: () => shown,
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		flush,
		answer,
		stop() {
			cancel?.();
			unsubscribe();
		},
	};
}
