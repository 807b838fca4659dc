/** The refused packet that is looked at: the opened one, or the selected row of the drops. */
import type {DropView} from '../../control/schema.ts';
import type {ViewState} from '../view.ts';
import {dropRows} from './drops.ts';
import {selectedIndex} from './rows.ts';

export function chosenDrop(state: ViewState): DropView | null {
	const {dialog} = state;
	const rows = dropRows(state);
	if (dialog?.kind === 'details' && dialog.panel === 'drops') return rows.find(row => row.key === dialog.key)?.record ?? null;
	return state.focus === 'drops' ? (rows[selectedIndex(rows, state.panels.drops.selected)]?.record ?? null) : null;
}
