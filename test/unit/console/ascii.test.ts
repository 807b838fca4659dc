import fc from 'fast-check';
import {expect, test} from 'vitest';
import {asciiOf} from '../../../src/console/ascii.ts';
import {textWidth} from '../../../src/console/text.ts';

test('letters lose their marks, signs become the nearest, the rest question marks of the same width', () => {
	expect(asciiOf('Zürich → São Paulo…')).toBe('Zurich > Sao Paulo~');
	expect(asciiOf('東京 1')).toBe('???? 1');
	expect(asciiOf('ae\u0301 ↑ k')).toBe('ae ^ k');
});

test('whatever it is, ASCII comes out, as wide as before', () => {
	fc.assert(fc.property(fc.string({unit: fc.constantFrom('a', 'ü', '東', '→', '✓', 'e\u0301', '–', '█', 'ß', '½', '한')}), text => {
		expect(asciiOf(text)).toMatch(/^[\x20-\x7E]*$/);
		expect(textWidth(asciiOf(text))).toBe(textWidth(text.normalize('NFC')));
	}));
});
