/** Commands run one at a time. A lockdown overtakes: it aborts the one running and refuses those waiting. */
import type {Command, Outcome} from '../control/schema.ts';

export type RunCommand = (command: Command, signal: AbortSignal) => Promise<Outcome>;

export interface CommandQueue {
	submit(command: Command): Promise<Outcome>;
}

export function commandQueue(run: RunCommand, superseded: (command: Command) => Outcome): CommandQueue {
	let tail: Promise<unknown> = Promise.resolve();
	let era = new AbortController();
	return {
		submit(command) {
			if (command.do === 'lockdown') {
				era.abort();
				era = new AbortController();
				// Not chained behind the one that was aborted: it may hang in an effect that never returns.
				const outcome = run(command, era.signal);
				tail = outcome.catch(() => undefined);
				return outcome;
			}
			const {signal} = era;
			// A mark on a server is no matter of the policy: it neither waits nor is overtaken.
			if (command.do === 'favourite') return run(command, signal);
			const outcome = tail.then(() => (signal.aborted ? superseded(command) : orSuperseded(run(command, signal), signal, () => superseded(command))));
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
