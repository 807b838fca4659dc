import fc from 'fast-check';
import {expect, test} from 'vitest';
import {fuzzyMatch} from '../../../../src/console/palette/fuzzy.ts';

const best = (query: string, texts: readonly string[]): string | undefined =>
	texts.map(text => ({text, score: fuzzyMatch(query, text)?.score ?? -1})).filter(({score}) => score >= 0).toSorted((a, b) => b.score - a.score)[0]?.text;

test('letters are found in their order, wherever they stand', () => {
	expect(fuzzyMatch('ldn', 'lockdown')?.at).toEqual([0, 4, 7]);
	expect(fuzzyMatch('nl', 'lockdown')).toBeNull();
	expect(fuzzyMatch('', 'lockdown')).toEqual({score: 0, at: []});
	expect(fuzzyMatch('STO', 'switch se-sto-1')?.at).toEqual([10, 11, 12]);
});

test('letters together and at the beginning of words win', () => {
	expect(best('dr', ['focus drops', 'reduce error', 'drill'])).toMatch(/^(drill|focus drops)$/);
	expect(best('sto', ['switch to', 'se-sto-1', 'set ouo'])).toBe('se-sto-1');
	expect(best('fd', ['feed', 'focus drops'])).toBe('focus drops');
	expect(best('sw zrh', ['switch se-sto-1', 'switch ch-zrh-1'])).toBe('switch ch-zrh-1');
});

test('what matches holds the letters, at the places named', () => {
	fc.assert(fc.property(fc.string({maxLength: 6}), fc.string({maxLength: 40}), (query, text) => {
		const match = fuzzyMatch(query, text);
		if (match === null) return;
		const places = [...text.toLowerCase()];
		const letters = query.toLowerCase().split(/\s+/).join('');
		for (const letter of letters) expect(places).toContain(letter);
		for (const place of match.at) expect(letters).toContain(places[place]);
	}));
});
