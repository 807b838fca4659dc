/** The ruleset as rows: evaluation order, what moves, what each rule is for. */
import type {RuleView} from '../../control/schema.ts';
import type {Slot} from '../memo.ts';
import type {PanelView, ViewState} from '../view.ts';
import {parseFilter, type Searchable} from './filter.ts';
import {shownMoment, shownNowMs} from './moment.ts';

export interface RuleRow extends Searchable {
	readonly rule: RuleView;
}

export const ruleOrders = ['evaluation', 'packets', 'bytes', 'rate', 'last hit', 'id'] as const;

/** A rule that was hit this recently carries the mark. */
const movedWithinMs = 3000;

export const hasMoved = ({lastHitMs}: RuleView, state: ViewState): boolean => lastHitMs !== null && shownNowMs(state) - lastHitMs < movedWithinMs;

const comparators: ReadonlyArray<((a: RuleView, b: RuleView) => number) | null> = [
	null,
	(a, b) => b.packets - a.packets,
	(a, b) => b.bytes - a.bytes,
	(a, b) => b.packetsPerSecond - a.packetsPerSecond,
	(a, b) => (b.lastHitMs ?? 0) - (a.lastHitMs ?? 0),
	(a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
];

const rowsSlot: Slot<readonly RuleRow[]> = {name: 'rule rows'};
const noRules: readonly RuleView[] = [];

export function ruleRows(state: ViewState): readonly RuleRow[] {
	const rules = shownMoment(state).snapshot?.rules ?? noRules;
	const {filter, sort, reverse} = state.panels.ruleset;
	return state.memo.last(rowsSlot, [rules, filter, sort, reverse], () => rowsFor(rules, state.panels.ruleset));
}

function rowsFor(rules: readonly RuleView[], {filter, sort, reverse}: PanelView): readonly RuleRow[] {
	const seen = new Map<string, number>();
	const rows = rules.map(rule => {
		const name = `${rule.table}/${rule.chain}/${rule.id}`;
		const times = seen.get(name) ?? 0;
		seen.set(name, times + 1);
		return {key: times === 0 ? name : `${name}#${times}`, rule};
	});
	const compare = comparators[sort] ?? null;
	const ordered = compare === null ? rows : rows.toSorted((a, b) => compare(a.rule, b.rule));
	const directed = reverse ? ordered.toReversed() : ordered;
	// A thousand search texts a second are not made while nobody searches.
	if (filter === '') return directed.map(row => ({...row, text: '', fields: {}}));
	return directed.map(row => ({...row, ...searchable(row.rule)})).filter(parseFilter(filter));
}

function searchable(rule: RuleView): Pick<Searchable, 'text' | 'fields'> {
	const fields = {id: rule.id, rule: rule.id, chain: rule.chain, table: rule.table, verdict: rule.verdict, setting: rule.setting};
	const lower = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value.toLowerCase()]));
	return {text: `${rule.table} ${rule.chain} ${rule.id} ${rule.verdict} ${rule.setting} ${rule.reason}`.toLowerCase(), fields: lower};
}

/** What the rule does, in a word that fits the column; the nft text has the rest. */
export const verdictWord = (verdict: string): string => (verdict.startsWith('set-') ? 'mark' : verdict);

/** The rule a drop record names. */
export function ruleById(state: ViewState, id: string): RuleView | undefined {
	return shownMoment(state).snapshot?.rules.find(rule => rule.id === id);
}
