/** The entries that fit what was typed, the best first. */
import type {ViewState} from '../view.ts';
import {paletteEntries, type PaletteEntry} from './entries.ts';
import {fuzzyMatch} from './fuzzy.ts';

export interface PaletteMatch {
	readonly entry: PaletteEntry;
	/** Letters of the title that were found. */
	readonly at: readonly number[];
}

/** What is in the name counts, and more than what is only in the help. */
const inTitle = 1000;

export function paletteMatches(state: ViewState, text: string): readonly PaletteMatch[] {
	const entries = paletteEntries(state, text);
	if (text.trim() === '') return entries.map(entry => ({entry, at: []}));
	return entries
		.flatMap(entry => {
			const scored = scoreOf(entry, text);
			return scored === null ? [] : [{entry, ...scored}];
		})
		// Shorter names first among equals: `drill` before `drill full`.
		.toSorted((a, b) => b.score - a.score || a.entry.title.length - b.entry.title.length)
		.map(({entry, at}) => ({entry, at}));
}

function scoreOf(entry: PaletteEntry, text: string): {readonly score: number; readonly at: readonly number[]} | null {
	// What is typed as an argument fits by being what it is.
	if (entry.action.id === 'filter-by' || entry.action.id === 'allow-target') return {score: 2 * inTitle, at: []};
	const title = fuzzyMatch(text, entry.title);
	if (title !== null) return {score: inTitle + title.score, at: title.at};
	const words = text.toLowerCase().split(/\s+/).filter(Boolean);
	const help = `${entry.title} ${entry.help}`.toLowerCase();
	return words.every(word => help.includes(word)) ? {score: words.length, at: []} : null;
}
