/** What stands in for the width and the segmenter of the packages agrees with them, wherever it answers by itself. */
import stringWidth from 'string-width';
import fc from 'fast-check';
import {describe, expect, it, vi} from 'vitest';
import {isOneCellEach, isOneClusterEach} from '../../../../src/console/bundle/plain-text.ts';
import {PlainSegmenter} from '../../../../src/console/bundle/segmenter.ts';
import {widthBy, type StringWidth} from '../../../../src/console/bundle/string-width.ts';
import {themeFor} from '../../../../src/console/theme.ts';

const units = Array.from({length: 0x1_00_00}, (_, code) => String.fromCharCode(code));
const cells = units.filter(isOneCellEach);
const clusters = units.filter(isOneClusterEach);
const realSegments = (text: string): readonly Intl.SegmentData[] => [...new Intl.Segmenter().segment(text)];
const styled = fc.array(fc.oneof(fc.constantFrom(...cells), fc.constantFrom('\u001B[1m', '\u001B[38;5;2m', '\u001B[0m'))).map(parts => parts.join(''));

describe('plain text', () => {
	it('holds every symbol of the theme, so that no screen needs more', () => {
		const {symbols} = themeFor({name: 'auto', asciiOnly: false});
		expect(Object.values(symbols).flat().filter(symbol => !isOneCellEach(symbol))).toEqual([]);
	});

	it('holds only characters that the package gives one cell, alone and in a row', () => {
		expect(cells.filter(character => stringWidth(character) !== 1)).toEqual([]);
		expect(stringWidth(cells.join(''))).toBe(cells.length);
	});

	it('holds only characters that never join a neighbour', () => {
		fc.assert(fc.property(fc.array(fc.constantFrom(...clusters)).map(parts => parts.join('')), text => {
			expect(realSegments(text)).toHaveLength(text.length);
		}), {numRuns: 500});
	});
});

describe('the width', () => {
	it('is the package\'s own for plain and styled text, without loading it', () => {
		const load = vi.fn((): StringWidth => stringWidth);
		fc.assert(fc.property(styled, text => {
			expect(widthBy(load)(text)).toBe(stringWidth(text));
		}));
		expect(load).not.toHaveBeenCalled();
	});

	it.each(['日本', '👩‍👩‍👧', 'e\u0301', '✓\uFE0F', 'a\tb', '', '\r\n'])('is the package\'s own for %j', text => {
		expect(widthBy(() => stringWidth)(text)).toBe(stringWidth(text));
	});

	it('leaves options that change the answer to the package', () => {
		const width = widthBy(() => stringWidth);
		expect(width('…', {ambiguousIsNarrow: false})).toBe(2);
		for (const text of ['│ a', '\u001B[1m│\u001B[22m']) expect(width(text, {countAnsiEscapeCodes: true})).toBe(stringWidth(text, {countAnsiEscapeCodes: true}));
	});
});

describe('the segmenter', () => {
	it('cuts as the real one', () => {
		fc.assert(fc.property(fc.oneof(styled, fc.string({unit: 'binary'})), text => {
			expect([...new PlainSegmenter().segment(text)].map(({segment, index}) => ({segment, index}))).toEqual(realSegments(text).map(({segment, index}) => ({segment, index})));
		}));
	});

	it('leaves words to the real one', () => {
		expect([...new PlainSegmenter('en', {granularity: 'word'}).segment('two words')].map(({segment}) => segment)).toEqual(['two', ' ', 'words']);
	});
});
