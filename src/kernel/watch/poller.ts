/**
 * Wakes the event loop when one of several descriptors is readable (koffi's uv_poll): no thread is held and nothing wakes
 * up while it is quiet. An overrun makes libuv report UV_EBADF and stop polling, so polling is started again each time.
 */
import type {Koffi} from '../ffi/koffi.ts';

export interface Poller {
	/** Stops for good; the descriptors may be closed after it. */
	close(): void;
	/** Asks for another turn although nothing new arrives. */
	again(): void;
}

/** `turn` runs from the event loop's own phase, never inside libuv's callback, so that it may throw and await. */
export function openPoller(koffi: Koffi, descriptors: readonly number[], turn: () => void): Poller {
	let scheduled = false;
	let open = true;
	const stopped = new Set<ReturnType<Koffi['node']['poll']>>();

	const again = (): void => {
		if (scheduled || !open) return;
		scheduled = true;
		setImmediate(() => {
			scheduled = false;
			if (!open) return;
			try {
				turn();
			} finally {
				resume();
			}
		});
	};
	const handles = descriptors.map(fd => {
		const handle = koffi.node.poll(fd, {readable: true}, onReady);
		// koffi passes libuv's status first, which its types leave out.
		function onReady(status: unknown): void {
			if (typeof status === 'number' && status < 0) stopped.add(handle);
			again();
		}
		return {handle, onReady};
	});
	function resume(): void {
		if (!open) return;
		for (const {handle, onReady} of handles) if (stopped.delete(handle)) handle.start({readable: true}, onReady);
	}

	return {
		again,
		close() {
			if (!open) return;
			open = false;
			for (const {handle} of handles) handle.close();
		},
	};
}
