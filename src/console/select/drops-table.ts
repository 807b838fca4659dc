/** The columns of refused packets, one by one and in groups, and what stands beside the title. */
import type {DropView} from '../../control/schema.ts';
import {formatClock, formatCount, formatShortAge, sparkline} from '../format.ts';
import {rateOf, secondsUntil, type DropGroup} from '../groups.ts';
import {newestOf} from '../ring.ts';
import {positionText, type Column, type Table} from '../table.ts';
import {span, type Line, type Span} from '../text.ts';
import type {Theme} from '../theme.ts';
import type {ViewState} from '../view.ts';
import {destinationOf, interfaceOf, rateText, whoOf} from './drop-fields.ts';
import {groupOrders, isActive} from './drop-groups.ts';
import type {DropRow} from './drops.ts';
import {shownMoment, shownNowMs} from './moment.ts';
import {sampleWord} from './sampled.ts';

const singleColumns: readonly Column[] = [
	{title: 'time', width: 8},
	{title: 'dir', width: 3},
	{title: 'proto', width: 5},
	{title: 'source', width: 15, grow: 1, max: 39, optional: 4},
	{title: 'destination', width: 18, grow: 2, max: 46},
	{title: 'who', width: 9, grow: 1, max: 24, optional: 3},
	{title: 'if', width: 6, optional: 5},
	{title: 'size', width: 5, align: 'right', optional: 6},
	{title: 'rule', width: 11, grow: 1, max: 28},
];

const sparkWidth = 12;

const groupColumns: readonly Column[] = [
	{title: '', width: 1},
	{title: 'packets', width: 7, align: 'right'},
	{title: 'rate', width: 5, align: 'right'},
	{title: 'last', width: 4, align: 'right'},
	{title: 'dir', width: 3},
	{title: 'proto', width: 5, optional: 5},
	{title: 'source', width: 15, grow: 1, max: 39, optional: 6},
	{title: 'destination', width: 18, grow: 2, max: 46},
	{title: 'who', width: 12, grow: 1, max: 24, optional: 3},
	{title: `${sparkWidth} s`, width: sparkWidth, optional: 7},
	{title: 'rule', width: 11, grow: 1, max: 28},
];

export function dropsTable(state: ViewState, rows: readonly DropRow[], selected: number, theme: Theme): Table {
	const nowMs = shownNowMs(state);
	return {
		columns: state.dropsGrouped ? groupColumns : singleColumns,
		count: rows.length,
		selected,
		empty: state.panels.drops.filter === '' ? noDrops(state) : 'no drop matches the filter',
		cells(index) {
			const row = rows[index];
			if (row === undefined) return [];
			return row.group === null ? singleCells(row.record, state.offsetMinutes) : groupCells(row.record, row.group, nowMs, theme);
		},
	};
}

const directionWords: Readonly<Record<DropView['direction'], string>> = {in: 'in', out: 'out', forward: 'fwd'};
const protocolWord = (protocol: DropView['protocol']): string => (protocol === 'icmpv6' ? 'icmp6' : protocol);

function singleCells(record: DropView, offsetMinutes: number): readonly Span[] {
	return [
		span(formatClock(record.atMs, offsetMinutes)),
		span(directionWords[record.direction]),
		span(protocolWord(record.protocol)),
		// The source port says little; Enter shows it.
		span(record.source),
		span(destinationOf(record)),
		span(whoOf(record)),
		span(interfaceOf(record)),
		span(String(record.length)),
		span(record.ruleId, 'warn'),
	];
}

function groupCells(record: DropView, group: DropGroup, nowMs: number, {symbols, linear}: Theme): readonly Span[] {
	return [
		span(isActive(group, nowMs) ? symbols.moved : ' ', 'accent'),
		span(formatCount(group.packets)),
		span(rateText(rateOf(group, nowMs))),
		span(formatShortAge(nowMs - group.lastAtMs)),
		span(directionWords[record.direction]),
		span(protocolWord(record.protocol)),
		span(group.manySources ? 'several' : record.source),
		span(destinationOf(record)),
		// Of what comes in, whoever sent it is who there is to name.
		span(record.direction === 'out' ? whoOf(record) : group.manySources ? 'several' : record.source),
		span(linear ? '' : sparkline(secondsUntil(group, nowMs), {width: sparkWidth, levels: symbols.spark})),
		span(record.ruleId, 'warn'),
	];
}

/** How many, where the selection is, whether the list goes on moving under it, and what is missing from it. */
export function dropsAside(state: ViewState, rows: readonly DropRow[], selected: number): Line {
	const {snapshot, groups} = shownMoment(state);
	const focused = state.focus === 'drops';
	const lost = snapshot?.drops.lostRecords ?? 0;
	const sampled = snapshot === null ? null : sampleWord(snapshot);
	const {sort, reverse} = state.panels.drops;
	const order = state.dropsGrouped && (sort !== 0 || reverse) ? `by ${groupOrders[sort] ?? ''}${reverse ? ', reversed' : ''}  ` : '';
	const packets = `${formatCount(groups.packets)} packet${groups.packets === 1 ? '' : 's'}`;
	const position = focused && rows.length > 0 ? positionText(selected, rows.length) : formatCount(rows.length);
	// What the filter leaves of how many: the filter itself needs the room.
	if (state.panels.drops.filter !== '') return [span(`${position} of ${formatCount(state.dropsGrouped ? groups.groups.size : shownMoment(state).drops.length)}`)];
	const count = state.dropsGrouped ? `${position} group${rows.length === 1 ? '' : 's'}, ${packets}` : focused && rows.length > 0 ? position : `${position} recent`;
	return [
		...(sampled === null ? [] : [span(`${sampled}  `, 'warn')]),
		...(lost > 0 ? [span(`${formatCount(lost)} not recorded  `, 'warn')] : []),
		...(order === '' ? [] : [span(order, 'warn')]),
		span(count),
		...(focused && rows.length > 0 ? followLine(state, selected) : []),
	];
}

/** Following: the first row is the newest. Held: the selection stays on its row, and newer ones come in above it. */
function followLine(state: ViewState, selected: number): Line {
	const {frozen, live, dropsGrouped} = state;
	// The header says which moment it is.
	if (frozen !== null && frozen.then !== null) return [];
	if (frozen !== null) {
		const newer = live.groups.packets - frozen.groups.packets;
		return [span(` frozen${newer > 0 ? `, ${formatCount(newer)} newer` : ''}`, 'warn')];
	}
	if (state.panels.drops.selected === null) return [span(' following', 'good')];
	return [span(dropsGrouped || selected === 0 ? ' held' : ` held, ${formatCount(selected)} newer`, 'warn')];
}

/** Of a moment that is long past the records may be gone, though something was refused. */
function noDrops(state: ViewState): string {
	const refused = shownMoment(state).snapshot?.drops.total ?? 0;
	return (state.frozen !== null || state.replay !== null) && refused > 0 ? 'what was refused until then is no longer held' : 'nothing was refused yet';
}

/** The panel in one line: the newest refusal. */
export function dropsSummary(state: ViewState, {symbols}: Theme): Line {
	const record = newestOf(shownMoment(state).drops)?.record;
	if (record === undefined) return [span(noDrops(state))];
	const who = whoOf(record);
	return [
		span(`${formatClock(record.atMs, state.offsetMinutes)} ${directionWords[record.direction]} ${record.protocol} ${symbols.to} ${destinationOf(record)}`),
		span(who === '' ? '  ' : `  ${who}  `),
		span(record.ruleId, 'warn'),
	];
}
