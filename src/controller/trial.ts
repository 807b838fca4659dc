/**
 * A start on trial: unless somebody confirms in time, all of it is taken back. Confirming is said to the watcher first of all,
 * because what was said lives on if we die the moment after.
 */
import type {Outcome, Snapshot} from '../control/schema.ts';
import type {Watcher} from '../kernel/trial/watcher.ts';
import type {Clock} from './clock.ts';

export interface Trial {
	/** Null once it was confirmed, and where there is none. */
	view(): NonNullable<Snapshot['unconfirmed']> | null;
	/** Whether this confirmed it: false where there is nothing to confirm, or no more. What it does, it has done when it returns a promise. */
	confirm(): Promise<boolean>;
	/** Time was over before anybody confirmed, or the start has ended: commands come too late. */
	isOver(): boolean;
	/** Resolves when time is over. */
	readonly over: Promise<void>;
	/** The start ends, confirmed or not; true where all is to be taken back. */
	end(): boolean;
}

/** What is answered to commands once everything is being taken back. */
export const tooLate: Outcome = {
	ok: false, message: 'It is too late: nobody confirmed in time, and vks takes everything back and ends.', durationMs: 0,
	problem: {code: 'not-confirmed', severity: 'error', what: 'Nobody confirmed in time: vks takes everything back and ends.', stillBlocking: false, next: 'Start it again and run `vks confirm` in time.'},
};

export const noTrial: Trial = {view: () => null, confirm: async () => false, isOver: () => false, over: new Promise(() => undefined), end: () => false};

const beatEveryMs = 1000;
/** It has nothing to do but to end. */
const endsWithinMs = 2000;

export function createTrial({clock, watcher, withinMs}: {
	readonly clock: Pick<Clock, 'now' | 'every' | 'after' | 'sleep'>;
	readonly watcher: Watcher;
	readonly withinMs: number;
}): Trial {
	const sinceMs = clock.now();
	const view = {sinceMs, endsAtMs: sinceMs + withinMs};
	let state: 'waiting' | 'kept' | 'over' = 'waiting';
	let settle = (): void => undefined;
	const over = new Promise<void>(resolve => {
		settle = resolve;
	});
	const stopBeating = clock.every(beatEveryMs, () => watcher.tell('beat'));
	const stopWaiting = clock.after(withinMs, () => {
		state = 'over';
		settle();
	});

	return {
		view: () => (state === 'waiting' ? view : null),
		async confirm() {
			if (state !== 'waiting') return false;
			state = 'kept';
			watcher.tell('kept');
			stopBeating();
			stopWaiting();
			await Promise.race([watcher.ended, clock.sleep(endsWithinMs).then(watcher.kill)]);
			return true;
		},
		isOver: () => state === 'over',
		over,
		end() {
			if (state === 'kept') return false;
			state = 'over';
			stopWaiting();
			return true;
		},
	};
}
