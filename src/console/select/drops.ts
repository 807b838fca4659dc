/** Refused packets as rows: one by one, newest first, or in groups. */
import type {DropView} from '../../control/schema.ts';
import type {DropGroup} from '../groups.ts';
import type {Memo, Slot} from '../memo.ts';
import {newestFirst} from '../ring.ts';
import type {NumberedDrop, ViewState} from '../view.ts';
import {searchable} from './drop-fields.ts';
import {groupRows} from './drop-groups.ts';
import {parseFilter, type Searchable} from './filter.ts';
import {shownMoment} from './moment.ts';

export interface DropRow extends Searchable {
	/** Of a group, the newest. */
	readonly record: DropView;
	readonly group: DropGroup | null;
}

const rowsSlot: Slot<readonly DropRow[]> = {name: 'drop rows'};
const plainSlot: Slot<readonly DropRow[]> = {name: 'drop rows of a chunk'};
const searchedSlot: Slot<readonly DropRow[]> = {name: 'drop rows of a chunk, with search text'};
const matchingSlot: Slot<readonly DropRow[]> = {name: 'drop rows of a chunk that match'};

export const dropRows = (state: ViewState): readonly DropRow[] => (state.dropsGrouped ? groupRows(state) : singleRows(state));

function singleRows(state: ViewState): readonly DropRow[] {
	const {memo} = state;
	const {drops} = shownMoment(state);
	const {filter} = state.panels.drops;
	return memo.last(rowsSlot, [drops, filter], () => {
		// Without a filter nothing reads the search text, and thousands of them would be built for nothing.
		if (filter === '') return newestFirst(drops, chunk => memo.each(plainSlot, chunk, [], () => chunk.map(({key, record}) => ({key, record, group: null, text: '', fields: {}}))));
		const matches = parseFilter(filter);
		return newestFirst(drops, chunk => memo.each(matchingSlot, chunk, [filter], () => searched(memo, chunk).filter(matches)));
	});
}

const searched = (memo: Memo, chunk: readonly NumberedDrop[]): readonly DropRow[] =>
	memo.each(searchedSlot, chunk, [], () => chunk.map(({key, record}) => ({key, record, group: null, ...searchable(record)})));
