/** Actions that bring a word of their own: the palette gives them, no key does. */
import type {NamedAction} from '../actions.ts';
import {emptyForm} from '../allow/form.ts';
import {disabledReason} from '../keymap.ts';
import {serverRows} from '../select/servers.ts';
import type {Step} from '../store.ts';
import type {PanelId, ViewState} from '../view.ts';
import {openAllow} from './allow.ts';
import {order} from './orders.ts';
import {focusOn, say, still} from './step.ts';

export function named(state: ViewState, action: NamedAction): Step {
	switch (action.id) {
		case 'theme':
			return still({...state, looks: {...state.looks, theme: action.theme}});
		case 'symbols':
			return still({...state, looks: {...state.looks, asciiOnly: action.asciiOnly}});
		case 'filter-by':
			return still(action.panel === 'tunnel' ? say(state, 'filter: the tunnel has no rows', 'warn') : filtered(focusOn(state, action.panel), action.panel, {filter: action.text, selected: null}));
		case 'allow-target': {
			// Only a beginning: rules, reason and word are asked for in its own form.
			const blocked = disabledReason({id: 'allow'}, state);
			return blocked === null ? openAllow(state, {...emptyForm, target: action.target}) : still(say(state, `allow: ${blocked}`, 'warn'));
		}
		case 'switch-to': {
			// As if the row had been chosen in its panel: the same question, with the same answer.
			const shown = filtered(focusOn(state, 'servers'), 'servers', {filter: '', selected: null});
			const row = serverRows(shown).find(({server}) => server.id === action.server);
			return row === undefined ? still(say(state, `switch: there is no server ${action.server} any more`, 'warn')) : order(filtered(shown, 'servers', {filter: '', selected: row.key}), 'switch');
		}
	}
}

function filtered(state: ViewState, panel: PanelId, change: {readonly filter: string; readonly selected: string | null}): ViewState {
	return {...state, panels: {...state.panels, [panel]: {...state.panels[panel], ...change}}};
}
