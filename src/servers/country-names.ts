/** Whether a country is one that was written down: by its code, or by its name in English as providers write it. */
import {sameName} from './same-name.ts';

/** Its place among the words, or null. One is made for many countries: `DisplayNames` takes 0.2 ms to make. */
export type PlaceAmong = (country: string | null) => number | null;

export function placeAmong(words: readonly string[]): PlaceAmong {
	if (words.length === 0) return () => null;
	const english = new Intl.DisplayNames(['en'], {type: 'region', fallback: 'none'});
	return country => {
		if (country === null) return null;
		const name = /^[A-Za-z]{2}$/.test(country) ? english.of(country.toUpperCase()) : undefined;
		const place = words.findIndex(word => sameName(country, word) || (name !== undefined && sameName(name, word)));
		return place === -1 ? null : place;
	};
}
