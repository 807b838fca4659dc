/** Which daemon is looked at. Choosing changes nothing there, and all that was shown of the other one goes. */
import type {Action} from '../actions.ts';
import type {Step} from '../store.ts';
import {initialView, type ViewState} from '../view.ts';
import {movedBy} from './move.ts';
import {effect, still} from './step.ts';

export const openTargets = (state: ViewState): Step => still({...state, filterOpen: false, dialog: {kind: 'targets', selected: state.target?.name ?? ''}});

export function answerTargets(state: ViewState, selected: string, action: Action): Step {
	const {targets} = state;
	const index = Math.max(0, targets.findIndex(({name}) => name === selected));
	const select = (to: number): Step => still({...state, dialog: {kind: 'targets', selected: targets[to]?.name ?? selected}});
	switch (action.id) {
		case 'no':
		case 'back':
			return still({...state, dialog: null});
		case 'move':
			return select(movedBy({current: index, last: targets.length - 1, page: 10, by: action.by}));
		case 'targets':
			return select((index + 1) % targets.length);
		case 'accept':
			return chooseTarget({...state, dialog: null}, targets[index]?.name ?? '');
		default:
			return still(state);
	}
}

/** The one that is looked at already is tried again at once, where there is no connection to it. */
export function chooseTarget(state: ViewState, name: string): Step {
	const isKnown = state.targets.some(target => target.name === name);
	return !isKnown || (name === state.target?.name && state.link.kind === 'open') ? still(state) : effect(state, {type: 'choose', name});
}

/** As at the start, but for how the operator looks at things, and for numbers that must not come twice. */
export function lookingAt(state: ViewState, name: string): ViewState {
	const target = state.targets.find(each => each.name === name);
	if (target === undefined) return state;
	const {focus, zoom, filterHistory, dropsGrouped, nextTicket, dropsSeen, pending} = state;
	const lost = pending.filter(({settled}) => !settled).map(({command}) => command.do);
	return {
		...initialView(state),
		focus, zoom, filterHistory, dropsGrouped, nextTicket, dropsSeen, target,
		notice: lost.length === 0 ? null : {text: `${lost.join(', ')}: ${state.target?.name ?? ''} was left before the outcome came`, level: 'warn', atMs: state.nowMs},
	};
}
