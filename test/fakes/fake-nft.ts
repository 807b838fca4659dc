/**
 * nf_tables in memory: understands the line-by-line scripts vks writes, applies one whole or not at all, and lists a table
 * in the shape of `nft -j`. Rules are kept as text: equal text lists equally, whatever the table is called.
 */
import type {ForeignHook, TableFamily} from '../../src/kernel/kernel.ts';

export interface FakeChain {
	type: string | undefined;
	hook: string | undefined;
	priority: number | undefined;
	policy: string | undefined;
	devices: string[];
	rules: {comment: string | undefined; text: string}[];
}

export interface FakeTable {
	readonly family: TableFamily;
	readonly name: string;
	owner: 'ours' | 'other' | 'nobody';
	persist: boolean;
	dormant: boolean;
	chains: Map<string, FakeChain>;
	counters: Map<string, {packets: number; bytes: number}>;
	sets: Map<string, FakeSet>;
}

export interface FakeSet {
	readonly spec: string;
	/** By value; null without a timeout. */
	elements: Map<string, {readonly timeoutMs: number; readonly untilMs: number} | null>;
}

export type FakeTables = Map<string, FakeTable>;
export type Who = 'ours' | 'other';

export const tableKey = (family: string, name: string): string => `${family} ${name}`;

export const newTable = (family: TableFamily, name: string): FakeTable => ({family, name, owner: 'nobody', persist: false, dormant: false, chains: new Map(), counters: new Map(), sets: new Map()});

/** What nft would print. */
export class Refused extends Error {}

const missing = (line: string): Refused => new Refused(`Could not process rule: No such file or directory in "${line}"`);

/** The tables after the script; throws `Refused` and changes nothing when any line fails. */
export function applyScript(before: FakeTables, script: string, who: Who, nowMs: number): FakeTables {
	const tables = structuredClone(before);
	for (const line of statements(script)) applyLine(tables, line, who, nowMs);
	return tables;
}

/** Splits at line ends and at semicolons outside braces and quotes. */
function statements(script: string): readonly string[] {
	const found: string[] = [];
	let [current, depth, quoted] = ['', 0, false];
	for (const char of script.replaceAll(/^\s*#.*$/gm, '')) {
		if (char === '"') quoted = !quoted;
		else if (!quoted && char === '{') depth++;
		else if (!quoted && char === '}') depth--;
		if (!quoted && depth === 0 && (char === '\n' || char === ';')) {
			found.push(current.trim());
			current = '';
		} else current += char;
	}
	return [...found, current.trim()].filter(line => line !== '');
}

function applyLine(tables: FakeTables, line: string, who: Who, nowMs: number): void {
	if (line === 'flush ruleset') {
		for (const [key, table] of tables) if (mayEdit(table, who)) tables.delete(key);
		return;
	}
	const parts = /^(add|create|delete|destroy|flush|insert) (table|chain|rule|counter|set|element) (inet|netdev) (\S+)(?: ([^\s{]+))?\s*(.*)$/s.exec(line);
	if (parts === null) throw new Refused(`syntax error in "${line}"`);
	const [, verb = '', object = '', family = '', name = '', first, rest = ''] = parts;
	const key = tableKey(family, name);
	const table = tables.get(key);
	if (table !== undefined && !mayEdit(table, who)) throw new Refused('Could not process rule: Operation not permitted');
	if (object === 'table') return applyToTable(tables, {verb, line, key, table: table ?? newTable(family as TableFamily, name), exists: table !== undefined, spec: `${first ?? ''}${rest}`});
	if (table === undefined || first === undefined) throw missing(line);
	if (object === 'chain') applyToChain(table, {verb, line, name: first, spec: rest});
	else if (object === 'rule') applyToRules(table, {verb, line, name: first, spec: rest});
	else if (object === 'set') applyToSet(table, {verb, line, name: first, spec: rest});
	else if (object === 'element') applyToElements(table, {verb, line, name: first, spec: rest}, nowMs);
	else if (object === 'counter' && verb === 'add') table.counters.set(first, table.counters.get(first) ?? {packets: 0, bytes: 0});
	else if (object === 'counter' && !table.counters.delete(first)) throw missing(line);
}

const mayEdit = (table: FakeTable, who: Who): boolean => table.owner === 'nobody' || table.owner === who;

interface TableLine {
	readonly verb: string;
	readonly line: string;
	readonly key: string;
	readonly table: FakeTable;
	readonly exists: boolean;
	readonly spec: string;
}

function applyToTable(tables: FakeTables, {verb, line, key, table, exists, spec}: TableLine): void {
	if (verb === 'add' || verb === 'create') {
		// The kernel takes a plain NEWTABLE over an ownership flag for an attempt to remove that flag.
		if (exists && (table.persist || table.owner !== 'nobody')) throw new Refused(`Could not process rule: Operation not supported in "${line}"`);
		table.dormant = spec.includes('dormant');
		tables.set(key, table);
	} else if (!exists && verb !== 'destroy') {
		throw missing(line);
	} else if (verb === 'flush') {
		for (const chain of table.chains.values()) chain.rules = [];
	} else {
		tables.delete(key);
	}
}

interface ChainLine {
	readonly verb: string;
	readonly line: string;
	readonly name: string;
	readonly spec: string;
}

function applyToChain(table: FakeTable, {verb, line, name, spec}: ChainLine): void {
	const chain = table.chains.get(name);
	if (verb === 'add' || verb === 'create') {
		const word = (pattern: RegExp): string | undefined => pattern.exec(spec)?.[1];
		const named = /devices? =? ?(\{[^}]*\}|"[^"]*"|\S+)/.exec(spec)?.[1] ?? '';
		const priority = word(/priority (-?\d+)/);
		const devices = [...named.matchAll(/[^\s{},"]+/g)].map(([device]) => device);
		table.chains.set(name, {
			type: word(/type (\w+)/),
			hook: word(/hook (\w+)/),
			priority: priority === undefined ? undefined : Number(priority),
			policy: word(/policy (\w+)/),
			// Adding a chain again adds devices and takes none away.
			devices: [...new Set([...(chain?.devices ?? []), ...devices])],
			rules: chain?.rules ?? [],
		});
	} else if (chain === undefined) {
		throw missing(line);
	} else if (verb === 'flush') {
		chain.rules = [];
	} else {
		table.chains.delete(name);
	}
}

function applyToRules(table: FakeTable, {verb, line, name, spec}: ChainLine): void {
	const chain = table.chains.get(name);
	if (chain === undefined) throw missing(line);
	for (const [, set = ''] of spec.matchAll(/ @(\S+)/g)) if (!table.sets.has(set)) throw missing(line);
	const comment = /comment "([^"]*)"/.exec(spec)?.[1];
	const rule = {comment, text: spec.replace(/\s*comment "[^"]*"/, '').trim()};
	if (verb === 'insert') chain.rules.unshift(rule);
	else if (verb === 'add') chain.rules.push(rule);
	else throw new Refused(`the fake cannot ${line}`);
}

function applyToSet(table: FakeTable, {verb, line, name, spec}: ChainLine): void {
	const set = table.sets.get(name);
	if (verb === 'add') table.sets.set(name, set ?? {spec, elements: new Map()});
	else if (set === undefined) throw missing(line);
	else if (verb === 'flush') set.elements = new Map();
	else if ([...table.chains.values()].some(({rules}) => rules.some(({text}) => text.includes(`@${name} `)))) throw new Refused(`Could not process rule: Device or resource busy in "${line}"`);
	else table.sets.delete(name);
}

/** Adding one again sets its time anew, as Linux does since 6.12. */
function applyToElements(table: FakeTable, {verb, line, name, spec}: ChainLine, nowMs: number): void {
	const set = table.sets.get(name);
	if (set === undefined) throw missing(line);
	for (const element of spec.replaceAll(/[{}]/g, '').split(',')) {
		const [, value = '', amount, unit] = /^\s*(\S+)(?: timeout (\d+)(ms|s))?\s*$/.exec(element) ?? [];
		const timeoutMs = amount === undefined ? null : Number(amount) * (unit === 's' ? 1000 : 1);
		if (verb === 'delete') set.elements.delete(value);
		else set.elements.set(value, timeoutMs === null ? null : {timeoutMs, untilMs: nowMs + timeoutMs});
	}
}

function listSet(name: string, {spec, elements}: FakeSet, nowMs: number): Record<string, unknown> {
	const elem = [...elements].filter(([, time]) => time === null || time.untilMs > nowMs).map(([val, time]) => (time === null
		? val
		: {elem: {val, timeout: Math.floor(time.timeoutMs / 1000), expires: Math.floor((time.untilMs - nowMs) / 1000)}}));
	return {name, type: /type (\w+)/.exec(spec)?.[1], flags: /flags ([\w,]+)/.exec(spec)?.[1]?.split(','), ...(elem.length === 0 ? {} : {elem})};
}

/** `nft -j list table`. */
export function listTable({family, name, chains, counters, sets}: FakeTable, nowMs: number): unknown {
	const place = {family, table: name};
	return {
		nftables: [
			{metainfo: {version: 'fake', json_schema_version: 1}},
			{table: {family, name, handle: 1}},
			...[...counters].map(([counter, value], handle) => ({counter: {...place, name: counter, handle, ...value}})),
			...[...sets].map(([set, value], handle) => ({set: {...place, handle, ...listSet(set, value, nowMs)}})),
			...[...chains].map(([chain, {type, hook, priority, policy}], handle) => ({chain: {...place, name: chain, handle, type, hook, prio: priority, policy}})),
			...[...chains].flatMap(([chain, {rules}]) => rules.map(({comment, text}, handle) => ({rule: {...place, chain, handle, comment, expr: [text]}}))),
		],
	};
}

/** Tables with a chain on a hook, and what in them sends packets elsewhere. */
export const hookedTables = (tables: FakeTables): readonly Extract<ForeignHook, {kind: 'table'}>[] => [...tables.values()].flatMap(({family, name, chains}) => {
	const hooked = [...chains.values()].filter(({hook}) => hook !== undefined);
	if (hooked.length === 0) return [];
	const words = [...chains.values()].flatMap(({rules}) => rules.flatMap(({text}) => /\b(dup|fwd) to\b/.exec(text)?.[1] ?? []));
	const statements = [...new Set(words)];
	return [{kind: 'table', family, table: name, devices: [...new Set(hooked.flatMap(({devices}) => devices))], statements, diverts: statements.length > 0}];
});
