/** How far opened details can be scrolled: a key that goes further would have to be taken back unseen. */
import {layoutFor} from '../layout.ts';
import {selectBanners} from '../select/banners.ts';
import {auditLines} from '../select/audit.ts';
import {runbookLines} from '../select/runbook.ts';
import {selectDetails} from '../select/details.ts';
import {themeFor} from '../theme.ts';
import type {Dialog, ViewState} from '../view.ts';

/** As wide as the box can be, and what its frame takes of it. */
export const detailsWidth = 100;
export const runbookWidth = 104;
const frame = {columns: 4, rows: 2} as const;

/** The last row that can be the first one shown. No symbol is wider than another, so that any theme will do. */
export function lastTop(state: ViewState, dialog: Extract<Dialog, {kind: 'details' | 'runbook' | 'audit'}>): number {
	const layout = layoutFor({...state, banners: selectBanners(state).length});
	const width = Math.max(0, Math.min(dialog.kind === 'details' ? detailsWidth : runbookWidth, layout.columns) - frame.columns);
	const height = (layout.kind === 'panels' ? layout.body.height : layout.rows) - frame.rows;
	const lines = dialog.kind === 'runbook' ? runbookLines(state, width, themeFor({})) : dialog.kind === 'audit' ? auditLines(state, width) : selectDetails(state, dialog, themeFor({})).lines(width);
	return Math.max(0, lines.length - height);
}
