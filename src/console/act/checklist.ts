/** The checklist: what is due is looked at elsewhere, and marked here. The key that opens it marks the selected item. */
import {checklist} from '../../checklist/items.ts';
import type {Action} from '../actions.ts';
import {commandBlockedBy} from '../select/availability.ts';
import {listedItems} from '../select/checklist.ts';
import type {Step} from '../store.ts';
import type {Dialog, ViewState} from '../view.ts';
import {deafForMs} from './deaf.ts';
import {movedBy} from './move.ts';
import {submit} from './orders.ts';
import {say, still} from './step.ts';

type Checklist = Extract<Dialog, {kind: 'checklist'}>;

/** The first that is not good is selected: it is why one comes here. */
export function openChecklist(state: ViewState): Step {
	const first = listedItems(state).find(({standing}) => standing !== 'good') ?? listedItems(state)[0];
	return still({...state, filterOpen: false, dialog: {kind: 'checklist', selected: first?.item.id ?? '', openedAtMs: state.nowMs}});
}

export function answerChecklist(state: ViewState, dialog: Checklist, action: Action): Step {
	switch (action.id) {
		case 'back':
		case 'no':
		case 'accept':
			return still({...state, dialog: null});
		case 'move': {
			const current = Math.max(0, checklist.findIndex(({id}) => id === dialog.selected));
			return still({...state, dialog: {...dialog, selected: checklist[movedBy({current, last: checklist.length - 1, page: 10, by: action.by})]?.id ?? dialog.selected}});
		}
		case 'checklist': {
			// A key that is held down has looked at nothing.
			if (state.nowMs - dialog.openedAtMs < deafForMs) return still(state);
			const item = checklist.find(({id}) => id === dialog.selected);
			const blocked = commandBlockedBy('checked', state);
			if (item === undefined || blocked !== null) return still(say(state, `checklist: ${blocked ?? 'nothing is selected'}`, 'warn'));
			if (item.read !== undefined) return still(say(state, `${item.id} is read by vks itself: ${item.how}`, 'info'));
			return submit(state, {do: 'checked', item: item.id, result: 'done', detail: `by ${state.operator}`.slice(0, 200)});
		}
		default:
			return still(state);
	}
}
