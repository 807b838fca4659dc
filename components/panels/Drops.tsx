/** Refused packets, newest first, each with the rule that refused it. */
import type {DropView} from '../../src/control/schema.ts';
import {formatClock, formatCount} from '../../src/console/format.ts';
import {destinationOf, dropRows, interfaceOf} from '../../src/console/select/drops.ts';
import {shownMoment} from '../../src/console/select/moment.ts';
import {selectedIndex} from '../../src/console/select/rows.ts';
import {positionText, type Column} from '../../src/console/table.ts';
import {span, type Line, type Span} from '../../src/console/text.ts';
import type {Theme} from '../../src/console/theme.ts';
import type {PanelProps} from '../Panel.tsx';
import {TablePanel} from '../Table.tsx';

const columns: readonly Column[] = [
	{title: 'time', width: 8},
	{title: 'dir', width: 3},
	{title: 'proto', width: 5},
	{title: 'source', width: 15, grow: 1, max: 39, optional: 4},
	{title: 'destination', width: 18, grow: 2, max: 46},
	{title: 'uid', width: 5, align: 'right', optional: 3},
	{title: 'if', width: 6, optional: 5},
	{title: 'size', width: 5, align: 'right', optional: 6},
	{title: 'rule', width: 12, grow: 1, max: 28},
];

export function DropsPanel({state, box, theme}: PanelProps) {
	const rows = dropRows(state);
	const focused = state.focus === 'drops';
	const {filter, selected: key} = state.panels.drops;
	const selected = selectedIndex(rows, key);
	const lost = shownMoment(state).snapshot?.drops.lostRecords ?? 0;
	const newest = rows[0]?.record;
	const {snapshot} = shownMoment(state);
	const none = (state.frozen !== null || state.replay !== null) && (snapshot?.drops.total ?? 0) > 0 ? 'what was refused until then is no longer held' : 'nothing was refused yet';
	return (
		<TablePanel
			state={state} box={box} theme={theme} title="Drops"
			aside={[
				...(lost > 0 ? [span(`${formatCount(lost)} not recorded  `, 'warn')] : []),
				span(focused && rows.length > 0 ? positionText(selected, rows.length) : `${formatCount(rows.length)} recent`),
				...(focused && rows.length > 0 && state.frozen === null ? [span(key === null ? ' following' : ' held', key === null ? 'good' : 'warn')] : []),
			]}
			summary={newest === undefined ? [span(none)] : summaryOf(newest, {theme, offsetMinutes: state.offsetMinutes})}
			table={{
				columns, count: rows.length, selected,
				empty: filter === '' ? none : 'no drop matches the filter',
				cells: index => {
					const record = rows[index]?.record;
					return record === undefined ? [] : cellsOf(record, state.offsetMinutes);
				},
			}}
		/>
	);
}

const directions: Readonly<Record<DropView['direction'], string>> = {in: 'in', out: 'out', forward: 'fwd'};

function cellsOf(record: DropView, offsetMinutes: number): readonly Span[] {
	return [
		span(formatClock(record.atMs, offsetMinutes)),
		span(directions[record.direction]),
		span(record.protocol === 'icmpv6' ? 'icmp6' : record.protocol),
		// The source port says little; Enter shows it.
		span(record.source),
		span(destinationOf(record)),
		span(record.uid === null ? '' : String(record.uid)),
		span(interfaceOf(record)),
		span(String(record.length)),
		span(record.ruleId, 'warn'),
	];
}

function summaryOf(record: DropView, {theme, offsetMinutes}: {readonly theme: Theme; readonly offsetMinutes: number}): Line {
	return [
		span(`${formatClock(record.atMs, offsetMinutes)} ${directions[record.direction]} ${record.protocol} ${theme.symbols.to} ${destinationOf(record)}`),
		span(record.uid === null ? '  ' : ` uid ${record.uid}  `),
		span(record.ruleId, 'warn'),
	];
}
