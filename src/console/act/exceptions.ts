/** The list of what is open for a time. Closing is the safe direction: one key and `y`, so that a held key closes nothing. */
import type {Action} from '../actions.ts';
import {emptyForm} from '../allow/form.ts';
import {commandBlockedBy} from '../select/availability.ts';
import {listedExceptions} from '../select/exceptions.ts';
import type {Step} from '../store.ts';
import type {ExceptionsDialog, ViewState} from '../view.ts';
import {openAllow} from './allow.ts';
import {movedBy} from './move.ts';
import {submit} from './orders.ts';
import {say, still} from './step.ts';

export const openExceptions = (state: ViewState): Step => still({...state, dialog: {kind: 'exceptions', selected: null, asking: null}});

export function answerExceptions(state: ViewState, dialog: ExceptionsDialog, action: Action): Step {
	const rows = listedExceptions(state);
	const index = Math.max(0, rows.findIndex(({id}) => id === dialog.selected));
	const change = (to: Partial<ExceptionsDialog>): Step => still({...state, dialog: {...dialog, ...to}});
	switch (action.id) {
		case 'no':
		case 'back':
			return dialog.asking === null ? still({...state, dialog: null}) : change({asking: null});
		case 'move':
			return change({selected: rows[movedBy({current: index, last: rows.length - 1, page: 10, by: action.by})]?.id ?? null, asking: null});
		case 'exceptions': {
			const blocked = commandBlockedBy('revoke', state);
			if (blocked !== null) return still(say(state, `revoke: ${blocked}`, 'warn'));
			const asking = rows[index]?.id ?? null;
			return change({selected: asking, asking});
		}
		case 'yes': {
			const asked = rows.find(({id}) => id === dialog.asking);
			if (asked === undefined) return change({asking: null});
			return submit({...state, dialog: {...dialog, asking: null}}, {do: 'revoke', id: asked.id});
		}
		case 'allow': {
			const blocked = commandBlockedBy('allow', state);
			return blocked === null ? openAllow(state, emptyForm) : still(say(state, `allow: ${blocked}`, 'warn'));
		}
		default:
			return still(state);
	}
}
