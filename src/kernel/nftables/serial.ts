/** One call at a time, each with a deadline: a call that hangs is answered, while the next one still waits for it. */
import {fail, type Result} from '../../result.ts';

export function serial<E>(deadlineMs: number, late: () => E) {
	let tail: Promise<unknown> = Promise.resolve();
	return <T>(call: () => Promise<Result<T, E>>): Promise<Result<T, E>> => {
		const done = tail.then(call);
		tail = done.catch(() => undefined);
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => resolve(fail(late())), deadlineMs);
			done.then(resolve, reject).finally(() => clearTimeout(timer)).catch(() => undefined);
		});
	};
}
