/** Groups of refused packets as rows. */
import type {DropView} from '../../control/schema.ts';
import {rateOf, type DropGroup} from '../groups.ts';
import type {Slot} from '../memo.ts';
import type {PanelView, ViewState} from '../view.ts';
import {searchable} from './drop-fields.ts';
import {parseFilter, type Searchable} from './filter.ts';
import {shownMoment, shownNowMs} from './moment.ts';

export interface GroupRow extends Searchable {
	readonly record: DropView;
	readonly group: DropGroup;
}

export const groupOrders = ['active', 'packets', 'rate', 'last seen', 'destination'] as const;

/** What was refused this recently is going on. */
const activeMs = 10_000;

export const isActive = ({lastAtMs}: DropGroup, nowMs: number): boolean => nowMs - lastAtMs < activeMs;

/** Two dozen probes that we sent on purpose must not hide what an application wanted. */
const rank = (group: DropGroup, nowMs: number): number => (group.record.drill === true ? 2 : isActive(group, nowMs) ? 0 : 1);

type Compare = (a: DropGroup, b: DropGroup) => number;
const byLast: Compare = (a, b) => b.lastAtMs - a.lastAtMs;

const comparators: ReadonlyArray<(nowMs: number) => Compare> = [
	nowMs => (a, b) => {
		const [rankA, rankB] = [rank(a, nowMs), rank(b, nowMs)];
		if (rankA !== rankB) return rankA - rankB;
		// What goes on stands still, the newest kind of it first; what has ended follows, the last to end first.
		return rankA === 0 ? b.firstAtMs - a.firstAtMs : byLast(a, b);
	},
	() => (a, b) => b.packets - a.packets,
	nowMs => (a, b) => rateOf(b, nowMs) - rateOf(a, nowMs),
	() => byLast,
	() => (a, b) => (a.record.destination < b.record.destination ? -1 : a.record.destination > b.record.destination ? 1 : (a.record.destinationPort ?? 0) - (b.record.destinationPort ?? 0)),
];

const rowsSlot: Slot<readonly GroupRow[]> = {name: 'drop groups'};
const rowSlot: Slot<GroupRow> = {name: 'one drop group'};

export function groupRows(state: ViewState): readonly GroupRow[] {
	const {groups} = shownMoment(state).groups;
	const {filter, sort, reverse} = state.panels.drops;
	// What is active changes with the time of day, and that by the second.
	const nowMs = Math.floor(shownNowMs(state) / 1000) * 1000;
	return state.memo.last(rowsSlot, [groups, filter, sort, reverse, nowMs], () => rowsFor(state, [...groups.values()], nowMs, state.panels.drops));
}

function rowsFor(state: ViewState, groups: readonly DropGroup[], nowMs: number, {filter, sort, reverse}: PanelView): readonly GroupRow[] {
	const compare = comparators[sort]?.(nowMs) ?? byLast;
	const ordered = groups.toSorted((a, b) => compare(a, b) || (a.key < b.key ? -1 : 1));
	const rows = (reverse ? ordered.toReversed() : ordered).map(group => state.memo.each(rowSlot, group, [], () => rowOf(group)));
	return filter === '' ? rows : rows.filter(parseFilter(filter));
}

/** A group is found by its newest packet. */
function rowOf(group: DropGroup): GroupRow {
	const {owner, packets} = group;
	const record = owner === null ? group.record : {...group.record, owner};
	const {text, fields} = searchable(record);
	return {key: group.key, record, group, text, fields: {...fields, packets: String(packets)}};
}
