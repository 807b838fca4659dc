/** The field a filter is typed in: what completes a word, which filters were kept before, and what is wrong with this one. */
import type {Action} from '../actions.ts';
import {filterHint, suggest} from '../select/filter-help.ts';
import type {Searchable} from '../select/filter.ts';
import {rowsOf} from '../select/rows.ts';
import {quietLine, type FilterLine, type ViewState} from '../view.ts';
import {setPanel} from './step.ts';

const longestFilter = 200;
const keptFilters = 20;

/** Null for what is no business of the field's. */
export function answerField(state: ViewState, action: Action): ViewState | null {
	switch (action.id) {
		case 'type':
			return edited(state, filterOf(state) + action.text);
		case 'erase':
			return edited(state, [...filterOf(state)].slice(0, -1).join(''));
		case 'clear':
			return edited(state, '');
		case 'accept':
			return kept(state);
		case 'complete':
			return completed(state, 1);
		case 'complete-back':
			return completed(state, -1);
		case 'move':
			return action.by === 'up' ? recalled(state, 1) : action.by === 'down' ? recalled(state, -1) : null;
		default:
			return null;
	}
}

export const filterOf = (state: ViewState): string => state.panels[state.focus].filter;

export function setFilter(state: ViewState, filter: string): ViewState {
	return setPanel(state, {filter: filter.slice(0, longestFilter), selected: null});
}

export function openFilter(state: ViewState): ViewState {
	return state.focus === 'tunnel' ? state : {...state, filterOpen: true, filterLine: lineFor(state, filterOf(state))};
}

function edited(state: ViewState, text: string): ViewState {
	const filter = text.slice(0, longestFilter);
	return {...setFilter(state, filter), filterLine: lineFor(state, filter)};
}

function kept(state: ViewState): ViewState {
	const filter = filterOf(state).trim();
	const closed: ViewState = {...setPanel(state, {filter}), filterOpen: false, filterLine: quietLine};
	if (filter === '') return closed;
	const before = state.filterHistory[state.focus].filter(each => each !== filter);
	return {...closed, filterHistory: {...state.filterHistory, [state.focus]: [filter, ...before].slice(0, keptFilters)}};
}

function lineFor(state: ViewState, filter: string): FilterLine {
	return {...quietLine, hint: filterHint(filter, state.focus), ...suggest(filter, state.focus, stem => rowsUnder(state, stem))};
}

/** The rows that the rest of the filter leaves. A space is a filter that leaves all of them, with what is searched. */
function rowsUnder(state: ViewState, stem: string): readonly Searchable[] {
	return rowsOf(setPanel(state, {filter: stem === '' ? ' ' : stem}), state.focus);
}

function completed(state: ViewState, step: number): ViewState {
	const {words, stem, chosen} = state.filterLine;
	if (words.length === 0) return state;
	const next = chosen === null ? (step > 0 ? 0 : words.length - 1) : (chosen + step + words.length) % words.length;
	const filter = stem + (words[next] ?? '');
	// The only field there is was meant: what it may hold is offered at once.
	if (words.length === 1) return edited(state, filter);
	return {...setFilter(state, filter), filterLine: {...state.filterLine, hint: null, chosen: next, recalled: null}};
}

function recalled(state: ViewState, step: number): ViewState {
	const history = state.filterHistory[state.focus];
	const {recalled: before} = state.filterLine;
	const typed = before?.typed ?? filterOf(state);
	const index = (before?.index ?? -1) + step;
	if (index >= history.length || index < -1) return state;
	const filter = index < 0 ? typed : (history[index] ?? typed);
	return {...setFilter(state, filter), filterLine: {...lineFor(state, filter), recalled: index < 0 ? null : {index, typed}}};
}
