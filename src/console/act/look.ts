/** What is looked at and how: focus, zoom, filter, order, the frozen moment. */
import type {LookAction} from '../actions.ts';
import {ordersOf} from '../select/rows.ts';
import type {Step} from '../store.ts';
import {panelIds, type PanelId, type ViewState} from '../view.ts';
import {filterOf, openFilter, setFilter} from './field.ts';
import {foldAll, foldChain} from './fold.ts';
import {openRow} from './open.ts';
import {effect, focusOn, setPanel, still} from './step.ts';
import {travel} from './travel.ts';

export function look(state: ViewState, id: LookAction): Step {
	switch (id) {
		case 'focus-next':
			return still(focusOn(state, neighbour(state.focus, 1)));
		case 'focus-previous':
			return still(focusOn(state, neighbour(state.focus, -1)));
		case 'open':
			return openRow(state);
		case 'back':
			return still(back(state));
		case 'zoom':
			return still({...state, zoom: !state.zoom});
		case 'filter':
			return still(openFilter(state));
		case 'sort':
			return still(sortNext(state));
		case 'reverse':
			return still(ordersOf(state, state.focus).length === 0 || state.focus === 'journal' ? state : setPanel(state, {reverse: !state.panels[state.focus].reverse}));
		case 'group':
			return still(state.focus === 'drops' ? setPanel({...state, dropsGrouped: !state.dropsGrouped}, {selected: null}) : state);
		case 'fold':
			return still(foldChain(state));
		case 'fold-all':
			return still(foldAll(state));
		case 'freeze':
			if (state.replay !== null) return effect(state, {type: 'replay-play'});
			return still({...state, stepping: null, frozen: state.frozen === null ? {...state.live, atMs: state.nowMs, then: null} : null});
		case 'step-back':
			return travel(state, -1, false);
		case 'step-forward':
			return travel(state, 1, false);
		case 'change-back':
			return travel(state, -1, true);
		case 'change-forward':
			return travel(state, 1, true);
	}
}

function neighbour(panel: PanelId, step: number): PanelId {
	return panelIds[(panelIds.indexOf(panel) + step + panelIds.length) % panelIds.length] ?? panel;
}

function back(state: ViewState): ViewState {
	if (state.filterOpen || filterOf(state) !== '') return {...setFilter(state, ''), filterOpen: false};
	if (state.zoom) return {...state, zoom: false};
	if (state.frozen !== null || state.stepping !== null) return {...state, frozen: null, stepping: null};
	return state.notice === null ? state : {...state, notice: null};
}

function sortNext(state: ViewState): ViewState {
	const orders = ordersOf(state, state.focus);
	return orders.length === 0 ? state : setPanel(state, {sort: (state.panels[state.focus].sort + 1) % orders.length});
}
