/** How a daemon is reached: what carries its socket, and how patiently. */
import {socketWire, type Wire} from '../../control/wire.ts';
import type {Problem} from '../../problem.ts';
import {farWire} from './spawn.ts';
import type {Way} from './target.ts';

export interface Reach {
	readonly dial: () => Wire;
	/** A connection that says nothing is tried no longer than this. */
	readonly helloWithinMs: number;
	/** How long to wait after so many attempts in a row that failed, the last one by this. */
	readonly waitMs: (failed: number, problem: Problem) => number;
}

const doubled = (first: number, failed: number, most: number): number => Math.min(most, first * 2 ** Math.min(20, failed - 1));

/** A login each time: more rarely, and most rarely where it was refused, because who is refused often is locked out. */
const farPace = {firstMs: 1000, mostMs: 30_000, refusedMs: 60_000} as const;

export function reachFor(way: Way, options: {readonly view: boolean}): Reach {
	if (way.kind === 'socket') return {dial: () => socketWire(way.path), helloWithinMs: 2000, waitMs: failed => doubled(250, failed, 2000)};
	return {
		dial: () => farWire(way, options),
		// ssh gives up after ten seconds by itself, and says more than we could.
		helloWithinMs: 20_000,
		waitMs: (failed, {code}) => (code === 'login-refused' ? farPace.refusedMs : doubled(farPace.firstMs, failed, farPace.mostMs)),
	};
}
