/** Folding chains of the ruleset; the selection stays where the eye is. */
import {chainKey, chainOf, ruleRows} from '../select/ruleset.ts';
import {selectedIndex} from '../select/rows.ts';
import {shownMoment} from '../select/moment.ts';
import type {ViewState} from '../view.ts';
import {focusOn, setPanel} from './step.ts';

/** The chain of the selected row: folded, or opened again. */
export function foldChain(before: ViewState): ViewState {
	const state = focusOn(before, 'ruleset');
	const rows = ruleRows(state);
	const row = rows[selectedIndex(rows, state.panels.ruleset.selected)];
	if (row === undefined) return state;
	const chain = chainOf(row);
	const isFolded = state.folded.includes(chain);
	return selecting({...state, folded: isFolded ? state.folded.filter(each => each !== chain) : [...state.folded, chain]}, chain);
}

/** All of them, or none any more. */
export function foldAll(before: ViewState): ViewState {
	const state = focusOn(before, 'ruleset');
	const rows = ruleRows(state);
	const row = rows[selectedIndex(rows, state.panels.ruleset.selected)];
	const chains = [...new Set((shownMoment(state).snapshot?.rules ?? []).map(chainKey))];
	const folded = chains.every(chain => state.folded.includes(chain)) ? [] : chains;
	return row === undefined ? {...state, folded} : selecting({...state, folded}, chainOf(row));
}

/** The first row of the chain: its only one when it is folded. */
function selecting(state: ViewState, chain: string): ViewState {
	const selected = ruleRows(state).find(row => chainOf(row) === chain)?.key ?? null;
	return setPanel(state, {selected});
}
