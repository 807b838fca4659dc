/** Keys while the runbook is open: its steps are taken from it, and it stays where what they do shows in it. */
import type {Action} from '../actions.ts';
import type {Step} from '../store.ts';
import type {Dialog, ViewState} from '../view.ts';
import {movedBy} from './move.ts';
import {lastTop} from './scroll.ts';
import {still} from './step.ts';

type Runbook = Extract<Dialog, {kind: 'runbook'}>;

export function answerRunbook(state: ViewState, dialog: Runbook, action: Action, act: (state: ViewState, action: Action) => Step): Step {
	const beneath: ViewState = {...state, dialog: null};
	switch (action.id) {
		case 'back':
		case 'runbook':
		case 'no':
		case 'accept':
			return still(beneath);
		case 'move':
			return still({...state, dialog: {...dialog, top: movedBy({current: dialog.top, last: lastTop(state, dialog), page: 10, by: action.by})}});
		default: {
			// A question takes its place; without one the proof of what was done appears in it.
			const step = act(beneath, action);
			return action.id !== 'focus' && step.state.dialog === null ? {...step, state: {...step.state, dialog}} : step;
		}
	}
}
