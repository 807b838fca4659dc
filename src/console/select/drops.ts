/** Refused packets as rows, newest first. */
import type {DropView} from '../../control/schema.ts';
import {formatAddress} from '../format.ts';
import type {ViewState} from '../view.ts';
import {parseFilter, type Searchable} from './filter.ts';
import {shownMoment} from './moment.ts';

export interface DropRow extends Searchable {
	readonly record: DropView;
}

export function dropRows(state: ViewState): readonly DropRow[] {
	const {filter} = state.panels.drops;
	const newestFirst = shownMoment(state).drops.toReversed();
	// Without a filter nothing reads the search text, and a thousand of them are built for nothing.
	if (filter === '') return newestFirst.map(({key, record}) => ({key, record, text: '', fields: {}}));
	return newestFirst.map(({key, record}) => ({key, record, ...searchable(record)})).filter(parseFilter(filter));
}

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
