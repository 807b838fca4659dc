/** Moving the selection through a panel's rows. */
import {selectBanners} from '../select/banners.ts';
import {rowsOf, selectedIndex} from '../select/rows.ts';
import {contentRows, layoutFor} from '../layout.ts';
import type {Movement} from '../actions.ts';
import type {ViewState} from '../view.ts';
import {setPanel} from './step.ts';

export function moveSelection(state: ViewState, by: Movement): ViewState {
	const rows = rowsOf(state, state.focus);
	if (rows.length === 0) return state;
	const panel = state.panels[state.focus];
	const current = selectedIndex(rows, panel.selected);
	const wanted = movedBy({current, last: rows.length - 1, page: pageOf(state), by});
	// The first row of a live list is "the newest", whichever that is: it follows.
	const follows = wanted === 0 && (state.focus === 'drops' || state.focus === 'journal');
	const selected = follows ? null : (rows[wanted]?.key ?? null);
	return selected === panel.selected ? state : setPanel(state, {selected});
}

export function movedBy({current, last, page, by}: {readonly current: number; readonly last: number; readonly page: number; readonly by: Movement}): number {
	const wanted: Readonly<Record<Movement, number>> = {
		up: current - 1, down: current + 1, 'page-up': current - page, 'page-down': current + page, first: 0, last,
	};
	return Math.max(0, Math.min(last, wanted[by]));
}

function pageOf(state: ViewState): number {
	const layout = layoutFor({...state, banners: selectBanners(state).length});
	const box = layout.kind === 'panels' ? layout.panels.find(each => each.panel === state.focus) : undefined;
	// The table's head takes one of the rows.
	return Math.max(1, box === undefined ? 1 : contentRows(box) - 1);
}
