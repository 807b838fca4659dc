/** Commands run one at a time. A lockdown overtakes: it aborts the one running and refuses those waiting. */
import type {Command, Outcome} from '../control/schema.ts';

export type RunCommand = (command: Command, signal: AbortSignal) => Promise<Outcome>;

/** A mark is no matter of the policy, nor is what is kept: neither waits nor is overtaken. A confirmation must not come too late. */
export const isAside = (command: Command): boolean => command.do === 'favourite' || command.do === 'checked' || command.do === 'purge' || command.do === 'confirm';

export interface CommandQueue {
	submit(command: Command): Promise<Outcome>;
	/** Whether one runs or waits that others have to wait for. */
	isBusy(): boolean;
}

export function commandQueue(run: RunCommand, superseded: (command: Command) => Outcome): CommandQueue {
	let tail: Promise<unknown> = Promise.resolve();
	let era = new AbortController();
	let pending = 0;
	const counted = (outcome: Promise<Outcome>): Promise<Outcome> => {
		pending += 1;
		const over = (): void => void (pending -= 1);
		outcome.then(over, over);
		return outcome;
	};
	return {
		isBusy: () => pending > 0,
		submit(command) {
			if (command.do === 'lockdown') {
				era.abort();
				era = new AbortController();
				// Not chained behind the one that was aborted: it may hang in an effect that never returns.
				const outcome = counted(run(command, era.signal));
				tail = outcome.catch(() => undefined);
				return outcome;
			}
			const {signal} = era;
			if (isAside(command)) return run(command, signal);
			const outcome = counted(tail.then(() => (signal.aborted ? superseded(command) : orSuperseded(run(command, signal), signal, () => superseded(command)))));
			tail = outcome.catch(() => undefined); // One failed command must not stop the queue.
			return outcome;
		},
	};
}

function orSuperseded(work: Promise<Outcome>, signal: AbortSignal, answer: () => Outcome): Promise<Outcome> {
	return new Promise((resolve, reject) => {
		signal.addEventListener('abort', () => resolve(answer()), {once: true});
		work.then(resolve, reject);
	});
}
