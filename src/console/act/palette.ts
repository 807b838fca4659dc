/**
 * Keys while the palette is open. Enter runs what single keys selected: a typed letter selects the best match, an arrow the
 * next one. Several characters at once are a paste; they are text, and select nothing.
 */
import type {Action} from '../actions.ts';
import {paletteMatches} from '../palette/matches.ts';
import type {Step} from '../store.ts';
import type {Dialog, ViewState} from '../view.ts';
import {deafForMs} from './deaf.ts';
import {movedBy} from './move.ts';
import {still} from './step.ts';

type PaletteDialog = Extract<Dialog, {kind: 'palette'}>;

const longest = 120;
const page = 10;

export function answerPalette(state: ViewState, dialog: PaletteDialog, action: Action, run: (state: ViewState, action: Action) => Step): Step {
	switch (action.id) {
		case 'back':
		case 'no':
			return still({...state, dialog: null});
		case 'type':
			return still(withText(state, dialog, dialog.text + action.text, action.pasted !== true && [...action.text].length === 1));
		case 'erase':
			return still(withText(state, dialog, [...dialog.text].slice(0, -1).join(''), true));
		case 'clear':
			return still(withText(state, dialog, '', true));
		case 'move': {
			const matches = paletteMatches(state, dialog.text);
			const current = matches.findIndex(({entry}) => entry.title === dialog.selected);
			const wanted = current === -1 && action.by === 'down' ? 0 : movedBy({current: Math.max(0, current), last: matches.length - 1, page, by: action.by});
			return still({...state, dialog: {...dialog, selected: matches[wanted]?.entry.title ?? null}});
		}
		case 'accept': {
			// A held key, or a paste that came letter by letter, is faster than anybody who chose. A recording's clock stands
			// still, and no order leaves it.
			if (state.replay === null && state.nowMs - dialog.openedAtMs < deafForMs) return still(state);
			const entry = dialog.selected === null ? undefined : paletteMatches(state, dialog.text).find(each => each.entry.title === dialog.selected)?.entry;
			return entry === undefined ? still(state) : run({...state, dialog: null}, entry.action);
		}
		default:
			return still(state);
	}
}

/** Without text nothing is selected: Enter right after opening runs nothing. */
function withText(state: ViewState, dialog: PaletteDialog, text: string, typed: boolean): ViewState {
	const kept = text.slice(0, longest);
	const selected = typed && kept.trim() !== '' ? (paletteMatches(state, kept)[0]?.entry.title ?? null) : null;
	return {...state, dialog: {...dialog, text: kept, selected}};
}
