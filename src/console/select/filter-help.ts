/** What helps while a filter is typed: which fields a list has, what would complete the word, and what is wrong with it. */
import {editDistance} from '../../edit-distance.ts';
import type {PanelId} from '../view.ts';
import {fieldsNamed, wordsOf, type Searchable} from './filter.ts';

/** In the order they are offered. */
export const filterFields: Readonly<Record<PanelId, readonly string[]>> = {
	tunnel: [],
	ruleset: ['rule', 'chain', 'verdict', 'setting', 'table', 'packets', 'bytes', 'rate'],
	servers: ['country', 'city', 'name', 'latency', 'load', 'last'],
	drops: ['dport', 'dst', 'dir', 'proto', 'uid', 'user', 'proc', 'rule', 'src', 'sport', 'if', 'container', 'packets'],
	journal: ['kind', 'level'],
};

/** Names that are not offered, and known all the same. */
const alsoKnown: ReadonlySet<string> = new Set(['id', 'port', 'host', 'direction', 'protocol', 'source', 'destination', 'interface', 'process']);

/** One line for who types; null when there is nothing to say. */
export function filterHint(filter: string, panel: PanelId): string | null {
	const known = filterFields[panel];
	const has = (name: string): boolean => known.includes(name) || (alsoKnown.has(name) && fieldsNamed(name).some(each => known.includes(each) || each === name));
	for (const {field, value} of wordsOf(filter)) {
		if (field === null || has(field) || isAddressLike(`${field}:${value}`)) continue;
		const typed = field.slice(0, 20);
		const [near] = known.filter(name => editDistance(name, typed) <= 2).toSorted((a, b) => editDistance(a, typed) - editDistance(b, typed));
		return `no field "${typed}" here${near === undefined ? `: there are ${known.join(' ')}` : `; ${near}?`}`;
	}
	return null;
}

/** A time of day and an IPv6 address have colons too. */
const isAddressLike = (word: string): boolean => /^[\da-f:.[\]/]+$/.test(word);

const mostSuggestions = 8;

export interface Suggestions {
	/** What stands before the word that is completed. */
	readonly stem: string;
	/** Each takes the word's place. */
	readonly words: readonly string[];
}

/** Fields first; after the colon the values that the rows have, the most frequent first. */
export function suggest(filter: string, panel: PanelId, rowsFor: (stem: string) => readonly Searchable[]): Suggestions {
	const start = filter.search(/\S*$/);
	const [stem, typed] = [filter.slice(0, start), filter.slice(start)];
	const sign = /^[-!]/.exec(typed)?.[0] ?? '';
	const word = typed.slice(sign.length).toLowerCase();
	const colon = word.indexOf(':');
	if (colon < 0) {
		const names = filterFields[panel].filter(name => name.startsWith(word));
		return {stem, words: names.slice(0, mostSuggestions).map(name => `${sign}${name}:`)};
	}
	const field = word.slice(0, colon);
	const before = word.slice(0, Math.max(colon, word.lastIndexOf(',')) + 1);
	const part = word.slice(before.length);
	const values = valuesOf(rowsFor(stem), fieldsNamed(field)).filter(value => value !== part && value.startsWith(part));
	return {stem, words: values.slice(0, mostSuggestions).map(value => `${sign}${before}${value}`)};
}

function valuesOf(rows: readonly Searchable[], fields: readonly string[]): readonly string[] {
	const counts = new Map<string, number>();
	for (const row of rows) {
		for (const field of fields) {
			const value = row.fields[field];
			// A filter is split at spaces: a value that has one cannot be asked for whole.
			if (value !== undefined && value !== '' && !/[\s,]/.test(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
		}
	}
	return [...counts].toSorted(([a, countOfA], [b, countOfB]) => countOfB - countOfA || (a < b ? -1 : 1)).map(([value]) => value);
}
