/** Lets the screen see the store at most every so often: a flood of drops must not become a flood of frames. Keys do not wait. */
import type {Store} from './store.ts';
import type {ViewState} from './view.ts';

const settleMs = 20;

export interface Frames {
	readonly get: () => ViewState;
	readonly subscribe: (listener: () => void) => () => void;
	/** Shows the newest state now. */
	readonly flush: () => void;
	readonly stop: () => void;
}

export interface Timing {
	readonly nowMs: () => number;
	/** Calls back after a while; returns what cancels that. */
	readonly after: (ms: number, callback: () => void) => () => void;
}

export function createFrames(store: Pick<Store, 'get' | 'subscribe'>, everyMs: number, timing: Timing): Frames {
	const listeners = new Set<() => void>();
	let shown = store.get();
	let shownAtMs = Number.NEGATIVE_INFINITY;
	let cancel: (() => void) | null = null;
	const flush = (): void => {
		cancel?.();
		cancel = null;
		if (shown === store.get()) return;
		shown = store.get();
		shownAtMs = timing.nowMs();
		for (const listener of listeners) listener();
	};
	const unsubscribe = store.subscribe(() => {
		if (cancel !== null) return;
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
		stop() {
			cancel?.();
			unsubscribe();
		},
	};
}
