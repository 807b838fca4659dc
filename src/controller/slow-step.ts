/** Says what a start waits for, where it waits for long: a volume that does not answer looks like a daemon that hangs. */
import type {Clock} from './clock.ts';
import type {Journal} from './journal.ts';

const longMs = 2000;

export function sayWhatIsSlow(clock: Pick<Clock, 'after'>, journal: Pick<Journal, 'write'>): <T>(what: string, step: Promise<T>) => Promise<T> {
	return async (what, step) => {
		const cancel = clock.after(longMs, () => journal.write('daemon', 'warn', `The start waits for ${what}, for ${longMs / 1000} s so far; nothing passes meanwhile.`));
		try {
			return await step;
		} finally {
			cancel();
		}
	};
}
