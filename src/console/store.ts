/** Holds the one view value, tells listeners when it became another one, and hands effects to whoever performs them. */
import type {Effect, ViewEvent} from './events.ts';
import type {ViewState} from './view.ts';

export interface Step {
	readonly state: ViewState;
	readonly effects: readonly Effect[];
}

export interface Store {
	readonly get: () => ViewState;
	readonly subscribe: (listener: () => void) => () => void;
	readonly dispatch: (event: ViewEvent) => void;
}

export function createStore(options: {
	readonly initial: ViewState;
	readonly update: (state: ViewState, event: ViewEvent) => Step;
	readonly perform: (effect: Effect) => void;
}): Store {
	let state = options.initial;
	const listeners = new Set<() => void>();
	return {
		get: () => state,
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		dispatch(event) {
			const step = options.update(state, event);
			if (step.state !== state) {
				state = step.state;
				for (const listener of listeners) listener();
			}
			for (const effect of step.effects) options.perform(effect);
		},
	};
}
