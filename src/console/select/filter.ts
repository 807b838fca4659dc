/** What `/` means: every word must be found; `field:word` looks in that field only. */

export interface Searchable {
	readonly key: string;
	/** Lower case. */
	readonly text: string;
	/** Lower case values by field name. */
	readonly fields: Readonly<Record<string, string>>;
}

type Term = (row: Searchable) => boolean;

export function parseFilter(filter: string): (row: Searchable) => boolean {
	const terms = filter.toLowerCase().split(/\s+/).filter(Boolean).map(termFor);
	return row => terms.every(term => term(row));
}

function termFor(word: string): Term {
	const colon = word.indexOf(':');
	const field = word.slice(0, colon);
	const value = word.slice(colon + 1);
	return row => {
		// An IPv6 address has colons and names no field: then the whole word is looked for.
		const named = colon > 0 && Object.hasOwn(row.fields, field) ? row.fields[field] : undefined;
		return named === undefined ? row.text.includes(word) : value === '' || fieldMatches(named, value);
	};
}

/** Numbers match whole (`dport:53` is not 5353), words by their beginning. */
function fieldMatches(actual: string, wanted: string): boolean {
	return /^\d+$/.test(wanted) ? actual === wanted || actual.startsWith(`${wanted}.`) : actual.includes(wanted);
}
