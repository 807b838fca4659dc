/** The journal as rows, newest first. */
import type {JournalEntry} from '../../control/schema.ts';
import type {ViewState} from '../view.ts';
import {parseFilter, type Searchable} from './filter.ts';
import {shownMoment} from './moment.ts';

export interface JournalRow extends Searchable {
	readonly entry: JournalEntry;
}

export function journalRows(state: ViewState): readonly JournalRow[] {
	const {filter} = state.panels.journal;
	return shownMoment(state).journal.toReversed()
		.map(entry => ({key: String(entry.seq), entry, text: `${entry.kind} ${entry.level} ${entry.text}`.toLowerCase(), fields: {kind: entry.kind, level: entry.level}}))
		.filter(filter === '' ? () => true : parseFilter(filter));
}
