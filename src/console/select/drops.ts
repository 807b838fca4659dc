/** Refused packets as rows, newest first. */
import type {DropView} from '../../control/schema.ts';
import {formatAddress} from '../format.ts';
import type {Memo, Slot} from '../memo.ts';
import {newestFirst} from '../ring.ts';
import type {NumberedDrop, ViewState} from '../view.ts';
import {parseFilter, type Searchable} from './filter.ts';
import {shownMoment} from './moment.ts';

export interface DropRow extends Searchable {
	readonly record: DropView;
}

const rowsSlot: Slot<readonly DropRow[]> = {name: 'drop rows'};
const plainSlot: Slot<readonly DropRow[]> = {name: 'drop rows of a chunk'};
const searchedSlot: Slot<readonly DropRow[]> = {name: 'drop rows of a chunk, with search text'};
const matchingSlot: Slot<readonly DropRow[]> = {name: 'drop rows of a chunk that match'};

export function dropRows(state: ViewState): readonly DropRow[] {
	const {memo} = state;
	const {drops} = shownMoment(state);
	const {filter} = state.panels.drops;
	return memo.last(rowsSlot, [drops, filter], () => {
		// Without a filter nothing reads the search text, and thousands of them would be built for nothing.
		if (filter === '') return newestFirst(drops, chunk => memo.each(plainSlot, chunk, [], () => chunk.map(({key, record}) => ({key, record, text: '', fields: {}}))));
		const matches = parseFilter(filter);
		return newestFirst(drops, chunk => memo.each(matchingSlot, chunk, [filter], () => searched(memo, chunk).filter(matches)));
	});
}

const searched = (memo: Memo, chunk: readonly NumberedDrop[]): readonly DropRow[] =>
	memo.each(searchedSlot, chunk, [], () => chunk.map(({key, record}) => ({key, record, ...searchable(record)})));

export const sourceOf = (record: DropView): string => formatAddress(record.source, record.sourcePort);
export const destinationOf = (record: DropView): string => formatAddress(record.destination, record.destinationPort);

export function interfaceOf(record: DropView): string {
	return (record.direction === 'in' ? record.inInterface : record.outInterface) ?? record.inInterface ?? record.outInterface ?? '';
}

function searchable(record: DropView): Pick<Searchable, 'text' | 'fields'> {
	const fields: Record<string, string> = {
		dir: record.direction,
		proto: record.protocol,
		src: record.source,
		dst: record.destination,
		sport: String(record.sourcePort ?? ''),
		dport: String(record.destinationPort ?? ''),
		uid: String(record.uid ?? ''),
		rule: record.ruleId.toLowerCase(),
		if: interfaceOf(record),
	};
	return {text: `${record.direction} ${record.protocol} ${sourceOf(record)} ${destinationOf(record)} ${record.ruleId} ${interfaceOf(record)} uid ${record.uid ?? ''}`.toLowerCase(), fields};
}
