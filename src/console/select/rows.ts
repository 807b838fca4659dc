/** What every list panel has in common: its rows' keys, the selected one, and which of them are on the screen. */
import type {PanelId, ViewState} from '../view.ts';
import {groupOrders} from './drop-groups.ts';
import {dropRows} from './drops.ts';
import type {Searchable} from './filter.ts';
import {journalKinds, journalRows} from './journal.ts';
import {ruleOrders, ruleRows} from './ruleset.ts';
import {serverOrders, serverRows} from './servers.ts';

export function rowsOf(state: ViewState, panel: PanelId): readonly Searchable[] {
	switch (panel) {
		case 'tunnel':
			return [];
		case 'ruleset':
			return ruleRows(state);
		case 'servers':
			return serverRows(state);
		case 'drops':
			return dropRows(state);
		case 'journal':
			return journalRows(state);
	}
}

/** The orders `o` goes through; a panel with one order has none to choose. */
export function ordersOf(state: Pick<ViewState, 'dropsGrouped'>, panel: PanelId): readonly string[] {
	if (panel === 'drops') return state.dropsGrouped ? groupOrders : [];
	return panel === 'ruleset' ? ruleOrders : panel === 'servers' ? serverOrders : panel === 'journal' ? journalKinds : [];
}

/** A selected row that is gone (filtered, dropped out of the ring) gives way to the first. */
export function selectedIndex(rows: readonly Searchable[], selected: string | null): number {
	if (selected === null) return 0;
	return Math.max(0, rows.findIndex(row => row.key === selected));
}

/** The first row shown: keeps the selection in the middle, so that the list scrolls and the eye does not. */
export function windowStart({selected, count, height}: {readonly selected: number; readonly count: number; readonly height: number}): number {
	return Math.max(0, Math.min(selected - Math.floor(height / 2), count - height));
}
