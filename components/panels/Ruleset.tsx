/** The ruleset in evaluation order, with what each rule counts and what it is for. */
import {formatBytes, formatCount, formatPacketRate, formatShortAge} from '../../src/console/format.ts';
import {shownNowMs} from '../../src/console/select/moment.ts';
import {selectedIndex} from '../../src/console/select/rows.ts';
import {countedOf, hasMoved, ruleOrders, ruleRows, verdictWord, type RuleRow} from '../../src/console/select/ruleset.ts';
import {positionText, type Column} from '../../src/console/table.ts';
import {span, type Line, type Span} from '../../src/console/text.ts';
import type {Theme, Tone} from '../../src/console/theme.ts';
import type {ViewState} from '../../src/console/view.ts';
import type {PanelProps} from '../Panel.tsx';
import {TablePanel} from '../Table.tsx';

const columns: readonly Column[] = [
	{title: '', width: 1},
	{title: 'chain', width: 11, optional: 1},
	{title: 'rule', width: 23, grow: 2, max: 34},
	{title: 'does', width: 6},
	{title: 'packets', width: 7, align: 'right'},
	{title: 'bytes', width: 6, align: 'right'},
	{title: 'rate', width: 6, align: 'right'},
	{title: 'hit', width: 4, align: 'right', optional: 2},
	{title: 'setting', width: 13, grow: 1, max: 20, optional: 3},
	{title: 'reason', width: 24, grow: 4, optional: 4},
];

export function RulesetPanel({state, box, theme}: PanelProps) {
	const rows = ruleRows(state);
	const focused = state.focus === 'ruleset';
	const selected = selectedIndex(rows, state.panels.ruleset.selected);
	const {sort, reverse, filter} = state.panels.ruleset;
	const order = sort === 0 && !reverse ? [] : [span(`by ${ruleOrders[sort] ?? ''}${reverse ? ', reversed' : ''}  `, 'warn')];
	const folded = rows.filter(row => row.kind === 'chain').length;
	const row = rows[selected];
	return (
		<TablePanel
			state={state} box={box} theme={theme} title="Ruleset"
			aside={[...order, ...(folded === 0 ? [] : [span(`${folded} folded  `, 'warn')]), span(focused && rows.length > 0 ? positionText(selected, rows.length) : `${countOf(rows)} rules`)]}
			summary={summaryOf(rows, state, theme)}
			table={{
				columns, count: rows.length, selected,
				empty: filter === '' ? 'no rules were read' : 'no rule matches the filter',
				cells: (index, first) => cellsOf(rows, {index, first, theme, state}),
			}}
			// The reason column is short or gone when it is narrow; the selected rule's reason then has a row of its own.
			below={width => (focused && width < 130 && row !== undefined ? whyOf(row) : null)}
		/>
	);
}

const countOf = (rows: readonly RuleRow[]): number => rows.reduce((sum, row) => sum + (row.kind === 'rule' ? 1 : row.sums.rules.length), 0);

function whyOf(row: RuleRow): Line {
	if (row.kind === 'chain') return [span('chain ', 'label'), span(`${row.sums.chain} of table ${row.sums.table} vks; Enter opens it`)];
	const {setting, reason} = row.rule;
	return [span('why ', 'label'), ...(setting === 'vks' ? [] : [span(`${setting} `, 'accent')]), span(reason)];
}

const verdictTones: Readonly<Record<string, Tone>> = {accept: 'good', reject: 'warn', drop: 'warn'};

interface Cell {
	readonly index: number;
	readonly first: boolean;
	readonly theme: Theme;
	readonly state: ViewState;
}

function cellsOf(rows: readonly RuleRow[], {index, first, theme: {symbols}, state}: Cell): readonly Span[] {
	const row = rows[index];
	if (row === undefined) return [];
	const counted = countedOf(row);
	const sums = [
		span(formatCount(counted.packets)),
		span(formatBytes(counted.bytes)),
		span(formatPacketRate(counted.packetsPerSecond)),
		span(counted.lastHitMs === null ? '' : formatShortAge(shownNowMs(state) - counted.lastHitMs)),
	];
	const mark = span(hasMoved(counted, state) ? symbols.moved : ' ', 'accent');
	if (row.kind === 'chain') {
		const {rules, chain} = row.sums;
		const moved = rules.filter(rule => hasMoved(rule, state)).map(({id}) => id);
		return [mark, span(chain), span(`+ ${rules.length} ${rules.length === 1 ? 'rule' : 'rules'} folded`, 'label'), span(''), ...sums, span(''), span(moved.length === 0 ? '' : `hit: ${moved.join(', ')}`)];
	}
	const {rule} = row;
	const before = first ? undefined : rows[index - 1];
	const sameChain = before?.kind === 'rule' && before.rule.chain === rule.chain;
	return [
		mark,
		// A chain is named where it begins.
		span(sameChain ? '' : rule.chain),
		span(rule.id),
		span(verdictWord(rule.verdict), verdictTones[rule.verdict] ?? 'plain'),
		...sums,
		// What no setting brought is always there.
		span(rule.setting === 'vks' ? '' : rule.setting.replace(/^VKS_/, '')),
		span(rule.reason),
	];
}

function summaryOf(rows: readonly RuleRow[], state: ViewState, {symbols}: Theme): Line {
	const rules = rows.flatMap(row => (row.kind === 'rule' ? [row.rule] : row.sums.rules));
	const moved = rules.filter(rule => hasMoved(rule, state));
	const refusing = moved.filter(({verdict}) => verdict === 'reject' || verdict === 'drop').toSorted((a, b) => b.packetsPerSecond - a.packetsPerSecond)[0];
	return [
		span(`${rules.length} rules, ${moved.length} hit just now`),
		...(refusing === undefined ? [] : [span(`  ${symbols.dot} refusing `), span(refusing.id, 'warn'), span(` ${formatPacketRate(refusing.packetsPerSecond)}`)]),
	];
}
