/** The ruleset as rows: evaluation order, what moves, what each rule is for; a folded chain is one row. */
import type {RuleView} from '../../control/schema.ts';
import type {Slot} from '../memo.ts';
import type {ViewState} from '../view.ts';
import {parseFilter, type Searchable} from './filter.ts';
import {shownMoment, shownNowMs} from './moment.ts';

/** What a row counts: one rule's numbers, or the sums of a chain's. */
type Counted = Pick<RuleView, 'id' | 'packets' | 'bytes' | 'packetsPerSecond' | 'lastHitMs'>;

export interface ChainSums extends Counted {
	readonly table: RuleView['table'];
	readonly chain: string;
	/** In evaluation order; those that the filter leaves. */
	readonly rules: readonly RuleView[];
}

export type RuleRow = Searchable & ({readonly kind: 'rule'; readonly rule: RuleView} | {readonly kind: 'chain'; readonly sums: ChainSums});

export const ruleOrders = ['evaluation', 'packets', 'bytes', 'rate', 'last hit', 'id'] as const;

/** A rule that was hit this recently carries the mark. */
const movedWithinMs = 3000;

export const hasMoved = ({lastHitMs}: Pick<Counted, 'lastHitMs'>, state: ViewState): boolean => lastHitMs !== null && shownNowMs(state) - lastHitMs < movedWithinMs;

const comparators: ReadonlyArray<((a: Counted, b: Counted) => number) | null> = [
	null,
	(a, b) => b.packets - a.packets,
	(a, b) => b.bytes - a.bytes,
	(a, b) => b.packetsPerSecond - a.packetsPerSecond,
	(a, b) => (b.lastHitMs ?? 0) - (a.lastHitMs ?? 0),
	(a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
];

const rowsSlot: Slot<readonly RuleRow[]> = {name: 'rule rows'};
const searchedSlot: Slot<Pick<Searchable, 'text' | 'fields'>> = {name: 'search text of a rule'};
const noRules: readonly RuleView[] = [];

export function ruleRows(state: ViewState): readonly RuleRow[] {
	const rules = shownMoment(state).snapshot?.rules ?? noRules;
	const {filter, sort, reverse} = state.panels.ruleset;
	const {folded} = state;
	return state.memo.last(rowsSlot, [rules, filter, sort, reverse, folded], () => rowsFor(rules, state));
}

function rowsFor(rules: readonly RuleView[], {panels, folded, memo}: ViewState): readonly RuleRow[] {
	const {filter, sort, reverse} = panels.ruleset;
	const seen = new Map<string, number>();
	const rows = rules.map((rule): RuleRow => {
		const name = `${rule.table}/${rule.chain}/${rule.id}`;
		const times = seen.get(name) ?? 0;
		seen.set(name, times + 1);
		// A thousand search texts a second are not made while nobody searches, nor for each key of who does.
		return {kind: 'rule', key: times === 0 ? name : `${name}#${times}`, rule, ...(filter === '' ? unsearched : memo.each(searchedSlot, rule, [], () => searchable(rule)))};
	});
	const left = filter === '' ? rows : rows.filter(parseFilter(filter));
	const shown = folded.length === 0 ? left : withFolded(left, new Set(folded));
	const compare = comparators[sort] ?? null;
	const ordered = compare === null ? shown : shown.toSorted((a, b) => compare(countedOf(a), countedOf(b)));
	return reverse ? ordered.toReversed() : ordered;
}

export const countedOf = (row: RuleRow): Counted => (row.kind === 'rule' ? row.rule : row.sums);

/** Names a chain, also as the key of its one row. */
export const chainKey = ({table, chain}: {readonly table: string; readonly chain: string}): string => `${table}/${chain}`;
export const chainOf = (row: RuleRow): string => chainKey(row.kind === 'rule' ? row.rule : row.sums);

/** Each folded chain stands where its first rule stood. */
function withFolded(rows: readonly RuleRow[], folded: ReadonlySet<string>): readonly RuleRow[] {
	const chains = new Map<string, RuleView[]>();
	for (const row of rows) {
		if (row.kind !== 'rule' || !folded.has(chainOf(row))) continue;
		const rules = chains.get(chainOf(row));
		if (rules === undefined) chains.set(chainOf(row), [row.rule]);
		else rules.push(row.rule);
	}
	const told = new Set<string>();
	return rows.flatMap((row): readonly RuleRow[] => {
		const key = chainOf(row);
		const rules = chains.get(key);
		if (rules === undefined) return [row];
		if (told.has(key)) return [];
		told.add(key);
		return [{kind: 'chain', key, sums: sumsOf(rules), ...unsearched}];
	});
}

function sumsOf(rules: readonly RuleView[]): ChainSums {
	const [first] = rules;
	const sum = (of: (rule: RuleView) => number): number => rules.reduce((total, rule) => total + of(rule), 0);
	const hits = rules.flatMap(({lastHitMs}) => lastHitMs ?? []);
	return {
		table: first?.table ?? 'inet', chain: first?.chain ?? '', id: first?.chain ?? '', rules,
		packets: sum(rule => rule.packets), bytes: sum(rule => rule.bytes), packetsPerSecond: sum(rule => rule.packetsPerSecond),
		lastHitMs: hits.length === 0 ? null : hits.reduce((latest, each) => Math.max(latest, each)),
	};
}

const unsearched: Pick<Searchable, 'text' | 'fields'> = {text: '', fields: {}};

function searchable(rule: RuleView): Pick<Searchable, 'text' | 'fields'> {
	const fields = {id: rule.id, rule: rule.id, chain: rule.chain, table: rule.table, verdict: rule.verdict, setting: rule.setting, packets: String(rule.packets), bytes: String(rule.bytes), rate: String(rule.packetsPerSecond)};
	const lower = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value.toLowerCase()]));
	return {text: `${rule.table} ${rule.chain} ${rule.id} ${rule.verdict} ${rule.setting} ${rule.reason}`.toLowerCase(), fields: lower};
}

/** What the rule does, in a word that fits the column; the nft text has the rest. */
export const verdictWord = (verdict: string): string => (verdict.startsWith('set-') ? 'mark' : verdict);

/** The rule a drop record names. */
export function ruleById(state: ViewState, id: string): RuleView | undefined {
	return shownMoment(state).snapshot?.rules.find(rule => rule.id === id);
}
