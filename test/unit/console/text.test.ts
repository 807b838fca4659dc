import fc from 'fast-check';
import {expect, test} from 'vitest';
import {fitLine, fitText, lineWidth, span, textWidth, wrapText} from '../../../src/console/text.ts';
import {withoutControls} from '../../../src/controls.ts';

test('text is fitted to the column, wide characters counted as two', () => {
	expect(textWidth('東京')).toBe(4);
	expect(textWidth('e\u0301')).toBe(1);
	expect(fitText('Stockholm', 5)).toBe('Stoc…');
	expect(fitText('東京都', 4)).toBe('東… ');
	expect(fitText('7', 3, {align: 'right'})).toBe('  7');
});

test('a name from a file cannot move the cursor, ring the bell or turn the text around', () => {
	expect(withoutControls('a\u001B[2Jb\u0007c\u202Ed\n')).toBe('a?[2Jb?c?d?');
	expect(withoutControls('a\u200Bb\u061Cc\uFEFFd\u2060e\u00ADf')).toBe('a?b?c?d?e?f');
});

test('whatever the parts, a fitted line is exactly as wide as asked', () => {
	fc.assert(fc.property(fc.array(fc.string({unit: 'grapheme', maxLength: 12}), {maxLength: 6}), fc.integer({min: 0, max: 40}), (texts, width) => {
		expect(lineWidth(fitLine(texts.map(text => span(text)), width))).toBe(width);
	}));
});

test('sentences break at spaces, and too long words anywhere', () => {
	expect(wrapText('one two three', 7)).toEqual(['one two', 'three']);
	expect(wrapText('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
	expect(wrapText('', 4)).toEqual(['']);
});
