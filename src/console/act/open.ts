/** Enter on a row: its details, or on a server the question whether to switch to it. On the tunnel, all that is known of it. */
import {disabledReason} from '../keymap.ts';
import {dropRows} from '../select/drops.ts';
import {noServerSteps} from '../select/first-run.ts';
import {questionAbout} from '../select/packet-question.ts';
import {rowsOf, selectedIndex} from '../select/rows.ts';
import {selectedServer} from '../select/selected-server.ts';
import type {Step} from '../store.ts';
import type {ViewState} from '../view.ts';
import {foldChain} from './fold.ts';
import {askSwitch} from './orders.ts';
import {effect, say, still} from './step.ts';

export function openRow(state: ViewState): Step {
	if (state.focus === 'tunnel') return still({...state, dialog: {kind: 'details', panel: 'tunnel', key: '', explanation: null, top: 0}});
	const server = state.focus === 'servers' ? selectedServer(state) : undefined;
	if (server !== undefined && server.problem === null && !server.current) {
		const reason = disabledReason({id: 'switch'}, state);
		return still(reason === null ? askSwitch(state) : say(state, `switch: ${reason}`, 'warn'));
	}
	const rows = rowsOf(state, state.focus);
	const row = rows[selectedIndex(rows, state.panels[state.focus].selected)];
	if (row === undefined) {
		const isFirst = state.focus === 'servers' && noServerSteps(state.live.snapshot) !== null;
		return still(isFirst ? {...state, dialog: {kind: 'details', panel: 'servers', key: '', explanation: null, top: 0}} : state);
	}
	if (state.focus === 'ruleset' && state.folded.includes(row.key)) return still(foldChain(state));
	const opened: ViewState = {...state, dialog: {kind: 'details', panel: state.focus, key: row.key, explanation: null, top: 0}};
	const drop = state.focus === 'drops' ? dropRows(state).find(each => each.key === row.key)?.record : undefined;
	const query = drop === undefined || state.link.kind !== 'open' ? null : questionAbout(drop, state);
	return query === null ? still(opened) : effect(opened, {type: 'explain', key: row.key, query});
}
