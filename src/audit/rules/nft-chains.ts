/** Chains of nftables as chains of iptables, which the same walk then follows: `nft -j list ruleset` (libnftables-json(5)). Pure. */
import type {IptablesChain, IptablesRule, IptablesTable, Term} from './parse-iptables.ts';
import {alternatives, isRecord, only, termsOf, type Sets} from './nft-terms.ts';

/** A chain that the kernel asks by itself, and all that it can lead to. */
export interface NftBase {
	/** `inet firewalld filter_INPUT`. */
	readonly name: string;
	readonly families: readonly (4 | 6)[];
	readonly hook: 'prerouting' | 'input' | 'forward';
	/** Asked before anything is translated: addresses and ports are those that came. */
	readonly isBefore: boolean;
	readonly chain: string;
	readonly chains: IptablesTable;
}

export interface ListedChain {
	readonly family: string;
	readonly table: string;
	readonly name: string;
	readonly hook?: string | undefined;
	readonly policy?: string | undefined;
	readonly prio?: number | undefined;
	readonly type?: string | undefined;
}

export interface ListedRule {
	readonly family: string;
	readonly table: string;
	readonly chain: string;
	readonly expr?: readonly unknown[] | undefined;
}

export interface Listed {
	readonly chains: readonly ListedChain[];
	readonly rules: readonly ListedRule[];
	/** Named sets and maps. */
	readonly sets: readonly {readonly family: string; readonly table: string; readonly name: string; readonly elem?: readonly unknown[] | undefined}[];
}

const families: Readonly<Record<string, readonly (4 | 6)[]>> = {ip: [4], ip6: [6], inet: [4, 6]};
const hooks = ['prerouting', 'input', 'forward'] as const;
/** NF_IP_PRI_NAT_DST, linux/netfilter_ipv4.h. */
const translation = -100;

/** `isOurs` leaves out what is listed by another program. */
export function basesIn(listed: Listed, isOurs: (chain: ListedChain) => boolean): readonly NftBase[] {
	const tables = new Map<string, IptablesTable>();
	return listed.chains.filter(isOurs).flatMap((chain): readonly NftBase[] => {
		const {family, table, name, type, prio = 0} = chain;
		const hook = hooks.find(each => each === chain.hook);
		const of = families[family];
		if (hook === undefined || of === undefined || type === 'nat') return [];
		const key = `${family} ${table}`;
		const chains = tables.get(key) ?? tableOf(listed, family, table);
		tables.set(key, chains);
		return [{name: `${key} ${name}`, families: of, hook, isBefore: hook === 'prerouting' && prio < translation, chain: name, chains}];
	});
}

function tableOf({chains, rules, sets}: Listed, family: string, table: string): IptablesTable {
	const here = (each: {readonly family: string; readonly table: string}): boolean => each.family === family && each.table === table;
	const named: Sets = new Map(sets.filter(here).map(({name, elem}) => [name, elem ?? []]));
	const byChain = Map.groupBy(rules.filter(here), ({chain}) => chain);
	return new Map(chains.filter(here).map(({name, policy, hook}): readonly [string, IptablesChain] => [name, {
		name, policy: hook === undefined ? null : policy === 'drop' ? 'DROP' : 'ACCEPT', rules: (byChain.get(name) ?? []).flatMap(({expr}) => rulesOf(expr ?? [], named)),
	}]));
}

/** What neither asks nor decides. */
const silent = new Set(['counter', 'log', 'mangle', 'notrack', 'dnat', 'snat', 'masquerade', 'redirect', 'ct helper', 'ct timeout', 'flow', 'meter', 'comment', 'last', 'secmark', 'quota']);

/** One, or one for each element of a verdict map. */
function rulesOf(parts: readonly unknown[], sets: Sets): readonly IptablesRule[] {
	const terms: Term[] = [];
	for (const part of parts) {
		const [key, value] = only(part);
		const verdict = verdictOf(key, value);
		if (verdict !== null) return [rule(terms, verdict)];
		if (key === 'vmap' && isRecord(value)) return mapped(value, terms, sets);
		if (key === 'match') terms.push(...termsOf(value, sets));
		else if (!silent.has(key)) terms.push({kind: 'other', value: key, negated: false});
	}
	return [];
}

interface Verdict {
	readonly target: string;
	readonly isGoto: boolean;
}

const rule = (terms: readonly Term[], {target, isGoto}: Verdict): IptablesRule => ({text: '', words: [], terms, target, isGoto});

const plain: Readonly<Record<string, string>> = {accept: 'ACCEPT', drop: 'DROP', reject: 'REJECT', return: 'RETURN', queue: 'QUEUE'};

function verdictOf(key: string, value: unknown): Verdict | null {
	const target = plain[key];
	if (target !== undefined) return {target, isGoto: false};
	if ((key !== 'jump' && key !== 'goto') || !isRecord(value) || typeof value['target'] !== 'string') return null;
	return {target: value['target'], isGoto: key === 'goto'};
}

function mapped({key, data}: Readonly<Record<string, unknown>>, before: readonly Term[], sets: Sets): readonly IptablesRule[] {
	return alternatives(data, sets).flatMap(pair => {
		if (!Array.isArray(pair)) return [];
		const [name, verdict] = pair as readonly unknown[];
		const decided = verdictOf(...only(verdict));
		return decided === null ? [] : [rule([...before, ...termsOf({op: '==', left: key, right: name}, sets)], decided)];
	});
}
