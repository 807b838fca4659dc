/** Finds what was meant by a few of its letters, in their order: the more of them begin words or stand together, the better. */

export interface Match {
	readonly score: number;
	/** Places of the letters found, for showing them. */
	readonly at: readonly number[];
}

const found = 1;
const beginsWord = 8;
const followsLast = 9;
/** No name of ours is longer, and nobody types more. */
const longest = 80;

/** Every word of the query, each anywhere; null when one is not there. Case says nothing. */
export function fuzzyMatch(query: string, text: string): Match | null {
	const words = query.toLowerCase().split(/\s+/).filter(Boolean);
	const matches = words.map(word => matchLetters(word, text));
	if (matches.some(match => match === null)) return null;
	const kept = matches.filter(match => match !== null);
	return {score: kept.reduce((sum, {score}) => sum + score, 0), at: [...new Set(kept.flatMap(({at}) => at))].toSorted((a, b) => a - b)};
}

/** The best way of finding the letters in their order, not the first: `sto` in `se-sto-1` is `sto`. */
function matchLetters(word: string, text: string): Match | null {
	const letters = [...word.slice(0, longest)];
	const places = [...text.slice(0, longest).toLowerCase()];
	// For each place the best match of the letters so far that ends there.
	let ends: ReadonlyArray<Match | null> = places.map(() => null);
	for (const [index, letter] of letters.entries()) {
		const next: Array<Match | null> = [];
		let best: Match | null = index === 0 ? {score: 0, at: []} : null;
		for (const [place, character] of places.entries()) {
			const before = index === 0 ? best : better(best, joined(ends[place - 1] ?? null));
			next.push(character === letter && before !== null ? {score: before.score + found + (isWordStart(places, place) ? beginsWord : 0), at: [...before.at, place]} : null);
			if (index > 0) best = better(best, ends[place] ?? null);
		}
		ends = next;
	}
	return ends.reduce((best, match) => better(best, match), null);
}

const joined = (match: Match | null): Match | null => (match === null ? null : {...match, score: match.score + followsLast});

function better(a: Match | null, b: Match | null): Match | null {
	if (a === null || b === null) return a ?? b;
	return b.score > a.score ? b : a;
}

const isWordStart = (places: readonly string[], place: number): boolean => place === 0 || /[\s\-_.]/.test(places[place - 1] ?? '');
