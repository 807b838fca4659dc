/** The ruleset in evaluation order, with what each rule counts and what it is for. */
import {formatBytes, formatCount, formatPacketRate} from '../../src/console/format.ts';
import {selectedIndex} from '../../src/console/select/rows.ts';
import {hasMoved, ruleOrders, ruleRows, verdictWord, type RuleRow} from '../../src/console/select/ruleset.ts';
import {positionText, type Column} from '../../src/console/table.ts';
import {span, type Line, type Span} from '../../src/console/text.ts';
import type {Theme, Tone} from '../../src/console/theme.ts';
import type {ViewState} from '../../src/console/view.ts';
import type {PanelProps} from '../Panel.tsx';
import {TablePanel} from '../Table.tsx';

const columns: readonly Column[] = [
	{title: '', width: 1},
	{title: 'chain', width: 10, optional: 3},
	{title: 'rule', width: 24, grow: 2, max: 34},
	{title: 'does', width: 6},
	{title: 'packets', width: 7, align: 'right'},
	{title: 'bytes', width: 6, align: 'right'},
	{title: 'rate', width: 6, align: 'right'},
	{title: 'reason', width: 24, grow: 3, optional: 4},
];

export function RulesetPanel({state, box, theme}: PanelProps) {
	const rows = ruleRows(state);
	const focused = state.focus === 'ruleset';
	const selected = selectedIndex(rows, state.panels.ruleset.selected);
	const {sort, reverse, filter} = state.panels.ruleset;
	const order = sort === 0 && !reverse ? [] : [span(`by ${ruleOrders[sort] ?? ''}${reverse ? ', reversed' : ''}  `, 'warn')];
	const reason = rows[selected]?.rule.reason;
	return (
		<TablePanel
			state={state} box={box} theme={theme} title="Ruleset"
			aside={[...order, span(focused && rows.length > 0 ? positionText(selected, rows.length) : `${rows.length} rules`)]}
			summary={summaryOf(rows, state, theme)}
			table={{
				columns, count: rows.length, selected,
				empty: filter === '' ? 'no rules were read' : 'no rule matches the filter',
				cells: (index, first) => cellsOf(rows, {index, first, theme, state}),
			}}
			// The reason column is short or gone when it is narrow; the selected rule's reason then has a row of its own.
			below={width => (focused && width < 130 && reason !== undefined ? [span('why ', 'label'), span(reason)] : null)}
		/>
	);
}

const verdictTones: Readonly<Record<string, Tone>> = {accept: 'good', reject: 'warn', drop: 'warn'};

function cellsOf(rows: readonly RuleRow[], {index, first, theme: {symbols}, state}: {readonly index: number; readonly first: boolean; readonly theme: Theme; readonly state: ViewState}): readonly Span[] {
	const row = rows[index];
	if (row === undefined) return [];
	const {rule} = row;
	const sameChain = !first && rows[index - 1]?.rule.chain === rule.chain;
	return [
		span(hasMoved(rule, state) ? symbols.moved : ' ', 'accent'),
		// A chain is named where it begins.
		span(sameChain ? '' : rule.chain),
		span(rule.id),
		span(verdictWord(rule.verdict), verdictTones[rule.verdict] ?? 'plain'),
		span(formatCount(rule.packets)),
		span(formatBytes(rule.bytes)),
		span(formatPacketRate(rule.packetsPerSecond)),
		span(rule.reason),
	];
}

function summaryOf(rows: readonly RuleRow[], state: ViewState, {symbols}: Theme): Line {
	const moved = rows.filter(row => hasMoved(row.rule, state));
	const refusing = moved.filter(({rule}) => rule.verdict === 'reject' || rule.verdict === 'drop').toSorted((a, b) => b.rule.packetsPerSecond - a.rule.packetsPerSecond)[0];
	return [
		span(`${rows.length} rules, ${moved.length} hit just now`),
		...(refusing === undefined ? [] : [span(`  ${symbols.dot} refusing `), span(refusing.rule.id, 'warn'), span(` ${formatPacketRate(refusing.rule.packetsPerSecond)}`)]),
	];
}
