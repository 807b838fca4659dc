/** Watches over a process behind a device: whether its end was asked for, and how it is ended. */
import type {DeviceDeps} from './devices-deps.ts';
import type {Process} from './devices-process.ts';

const endsWithinMs = 2000;

export interface Supervision {
	/** From here on, the end is asked for. */
	expect(): void;
	ended(): boolean;
	onExit(listener: () => void): void;
}

/** Tells the listeners once when the process ends, unless its end was asked for. */
export function supervise(process: Process): Supervision {
	const state = {asked: false, ended: false, endedUnasked: false};
	const listeners: (() => void)[] = [];
	void process.exited.then(() => {
		state.ended = true;
		state.endedUnasked = !state.asked;
		if (state.endedUnasked) for (const listener of listeners.splice(0)) listener();
	});
	return {
		expect: () => {
			state.asked = true;
		},
		ended: () => state.ended,
		onExit: listener => {
			// Whoever comes too late is still told.
			if (state.endedUnasked) queueMicrotask(listener);
			else listeners.push(listener);
		},
	};
}

/** Asks it to end, and makes it end where it does not. */
export async function endSupervised(deps: Pick<DeviceDeps, 'now' | 'wait'>, process: Process, supervision: Supervision): Promise<void> {
	supervision.expect();
	for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
		if (supervision.ended()) break;
		process.kill(signal);
		const until = deps.now() + endsWithinMs;
		while (!supervision.ended() && deps.now() < until) await deps.wait(5);
	}
}
