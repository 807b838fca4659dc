/** The journal as rows, newest first. */
import type {JournalEntry} from '../../control/schema.ts';
import type {Slot} from '../memo.ts';
import {newestFirst} from '../ring.ts';
import type {ViewState} from '../view.ts';
import {parseFilter, type Searchable} from './filter.ts';
import {shownMoment} from './moment.ts';

export interface JournalRow extends Searchable {
	readonly entry: JournalEntry;
}

const rowsSlot: Slot<readonly JournalRow[]> = {name: 'journal rows'};
const chunkSlot: Slot<readonly JournalRow[]> = {name: 'journal rows of a chunk'};
const matchingSlot: Slot<readonly JournalRow[]> = {name: 'journal rows of a chunk that match'};

export function journalRows(state: ViewState): readonly JournalRow[] {
	const {memo} = state;
	const {journal} = shownMoment(state);
	const {filter} = state.panels.journal;
	return memo.last(rowsSlot, [journal, filter], () => {
		const all = (chunk: readonly JournalEntry[]): readonly JournalRow[] => memo.each(chunkSlot, chunk, [], () => chunk.map(rowOf));
		if (filter === '') return newestFirst(journal, all);
		const matches = parseFilter(filter);
		return newestFirst(journal, chunk => memo.each(matchingSlot, chunk, [filter], () => all(chunk).filter(matches)));
	});
}

function rowOf(entry: JournalEntry): JournalRow {
	return {key: String(entry.seq), entry, text: `${entry.kind} ${entry.level} ${entry.text}`.toLowerCase(), fields: {kind: entry.kind, level: entry.level}};
}
