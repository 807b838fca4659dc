/** Counters of the ruleset over time: rates, last hits, and the sum of everything refused. */
import type {RuleView} from '../control/schema.ts';
import {counterName, renderRule} from '../policy/render.ts';
import type {Rule, Ruleset} from '../policy/policy.ts';
import {perSecond} from './rates.ts';

type Counters = ReadonlyMap<string, {readonly packets: number; readonly bytes: number}>;

export interface RuleStats {
	update(ruleset: Ruleset, counters: Counters, atMs: number): void;
	rules(): readonly RuleView[];
	drops(): {readonly total: number; readonly perSecond: number};
	/** What the egress backstop refused. */
	rawDrops(): number;
}

interface Seen {
	readonly packets: number;
	readonly atMs: number;
	readonly lastHitMs: number | null;
}

export function ruleStats(): RuleStats {
	const seen = new Map<string, Seen>();
	let rules: readonly RuleView[] = [];
	let total: Seen | null = null;
	let rate = 0;

	const view = (table: RuleView['table'], chain: string, rule: Rule, counters: Counters, atMs: number): RuleView => {
		const {packets, bytes} = counters.get(counterName(rule.id)) ?? {packets: 0, bytes: 0};
		const before = seen.get(rule.id) ?? null;
		const lastHitMs = before !== null && packets > before.packets ? atMs : (before?.lastHitMs ?? null);
		const packetsPerSecond = perSecond(before && {atMs: before.atMs, value: before.packets}, {atMs, value: packets});
		seen.set(rule.id, {packets, atMs, lastHitMs});
		return {id: rule.id, table, chain, verdict: rule.verdict.kind, text: renderRule(rule), reason: rule.reason, setting: rule.setting, packets, bytes, packetsPerSecond, lastHitMs};
	};

	return {
		update(ruleset, counters, atMs) {
			rules = ruleset.chains.flatMap(({name, table, rules: chainRules}) => chainRules.map(rule => view(table, name, rule, counters, atMs)));
			// Every refusing counter in the tables, also of rules that this policy has not: named counters outlive their rules.
			const refused = [...counters].reduce((sum, [name, {packets}]) => (name.startsWith(counterName('refuse-')) ? sum + packets : sum), 0);
			rate = perSecond(total && {atMs: total.atMs, value: total.packets}, {atMs, value: refused});
			total = {packets: refused, atMs, lastHitMs: null};
		},
		rules: () => rules,
		drops: () => ({total: total?.packets ?? 0, perSecond: rate}),
		rawDrops: () => rules.reduce((sum, {table, verdict, packets}) => (table === 'netdev' && verdict === 'drop' ? sum + packets : sum), 0),
	};
}
