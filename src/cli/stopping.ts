/**
 * When the daemon ends: asked once, in order and within the ten seconds after which a container engine kills; asked again, at
 * once. Listens from the start, because the kernel gives PID 1 no signal that it has no handler for.
 */
import {exitCodes} from './io.ts';

export interface Stopping {
	/** Resolves with the first request. */
	readonly asked: Promise<void>;
	/** All is done: what still hangs (a child, a socket) does not hold the end up. */
	conclude(code: number): void;
}

const withinMs = 8000;

export function stopOnSignals(signal: AbortSignal, end: (code: number) => void = code => process.exit(code)): Stopping {
	let requests = 0;
	const asked = new Promise<void>(resolve => {
		const request = (code: number): void => {
			requests += 1;
			if (requests > 1) end(code);
			resolve();
			// Something holds the end up; the policy was the first thing to change, and stays.
			setTimeout(() => end(exitCodes.failed), withinMs).unref();
		};
		process.on('SIGTERM', () => request(143));
		process.on('SIGINT', () => request(130));
		// The terminal may go; the daemon stays.
		process.on('SIGHUP', () => undefined);
		// Without a listener Node opens its debugger on loopback, which others in the namespace share.
		process.on('SIGUSR1', () => undefined);
		signal.addEventListener('abort', () => resolve(), {once: true});
	});
	return {
		asked,
		conclude: code => {
			setTimeout(() => end(code), 200).unref();
		},
	};
}
