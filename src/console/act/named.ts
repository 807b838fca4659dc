/** Actions that bring a word of their own: the palette gives them, no key does. */
import type {NamedAction} from '../actions.ts';
import {emptyForm} from '../allow/form.ts';
import {disabledReason} from '../keymap.ts';
import {commandBlockedBy} from '../select/availability.ts';
import {serverRows} from '../select/servers.ts';
import type {Step} from '../store.ts';
import type {ViewState} from '../view.ts';
import {openAllow} from './allow.ts';
import {order, submit} from './orders.ts';
import {chooseTarget} from './targets.ts';
import {focusOn, say, setPanel, still} from './step.ts';

export function named(state: ViewState, action: NamedAction): Step {
	switch (action.id) {
		case 'theme':
			return still({...state, looks: {...state.looks, theme: action.theme}});
		case 'symbols':
			return still({...state, looks: {...state.looks, asciiOnly: action.asciiOnly}});
		case 'confirm-start': {
			const blocked = commandBlockedBy('confirm', state);
			return blocked === null ? submit(state, {do: 'confirm'}) : still(say(state, `confirm: ${blocked}`, 'warn'));
		}
		case 'target':
			return chooseTarget(state, action.name);
		case 'filter-by':
			return still(action.panel === 'tunnel' ? say(state, 'filter: the tunnel has no rows', 'warn') : setPanel(focusOn(state, action.panel), {filter: action.text, selected: null}));
		case 'allow-target': {
			// Only a beginning: rules, reason and word are asked for in its own form.
			const blocked = disabledReason({id: 'allow'}, state);
			return blocked === null ? openAllow(state, {...emptyForm, target: action.target}) : still(say(state, `allow: ${blocked}`, 'warn'));
		}
		case 'switch-to': {
			// As if the row had been chosen in its panel: the same question, with the same answer.
			const shown = setPanel(focusOn(state, 'servers'), {filter: '', selected: null});
			const row = serverRows(shown).find(({server}) => server.id === action.server);
			return row === undefined ? still(say(state, `switch: there is no server ${action.server} any more`, 'warn')) : order(setPanel(shown, {selected: row.key}), 'switch');
		}
	}
}
