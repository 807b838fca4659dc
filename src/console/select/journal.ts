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

/** What `o` goes through: everything, then one kind at a time. */
export const journalKinds = ['all', 'state', 'policy', 'tamper', 'command', 'drill', 'network', 'tunnel', 'problem', 'daemon'] as const satisfies ReadonlyArray<JournalEntry['kind'] | 'all'>;

const rowsSlot: Slot<readonly JournalRow[]> = {name: 'journal rows'};
const chunkSlot: Slot<readonly JournalRow[]> = {name: 'journal rows of a chunk'};
const matchingSlot: Slot<readonly JournalRow[]> = {name: 'journal rows of a chunk that match'};

export function journalRows(state: ViewState): readonly JournalRow[] {
	const {memo} = state;
	const {journal} = shownMoment(state);
	const {filter, sort} = state.panels.journal;
	const kind = journalKinds[sort] ?? 'all';
	return memo.last(rowsSlot, [journal, filter, kind], () => {
		const all = (chunk: readonly JournalEntry[]): readonly JournalRow[] => memo.each(chunkSlot, chunk, [], () => chunk.map(rowOf));
		if (filter === '' && kind === 'all') return newestFirst(journal, all);
		const found = parseFilter(filter);
		const matches = (row: JournalRow): boolean => (kind === 'all' || row.entry.kind === kind) && found(row);
		return newestFirst(journal, chunk => memo.each(matchingSlot, chunk, [filter, kind], () => all(chunk).filter(matches)));
	});
}

function rowOf(entry: JournalEntry): JournalRow {
	return {key: String(entry.seq), entry, text: `${entry.kind} ${entry.level} ${entry.text}`.toLowerCase(), fields: {kind: entry.kind, level: entry.level}};
}
