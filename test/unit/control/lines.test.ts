import fc from 'fast-check';
import {expect, test} from 'vitest';
import {lineSplitter} from '../../../src/control/lines.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Cuts at the given places, wherever they fall: also within a character. */
function cut(whole: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
	const edges = [0, ...places.map(place => place % (whole.length + 1)).sort((a, b) => a - b), whole.length];
	return edges.slice(1).map((to, index) => whole.subarray(edges[index], to));
}

test('however a stream is cut into chunks, its lines come out the same', () => {
	fc.assert(
		fc.property(fc.array(fc.string({unit: 'grapheme'}).map(text => text.replaceAll('\n', ' '))), fc.array(fc.nat()), (lines, places) => {
			const splitter = lineSplitter(1024 * 1024);
			const found = cut(bytes(lines.map(line => `${line}\n`).join('')), places).flatMap(chunk => splitter.push(chunk).lines);
			expect(found).toEqual(lines.map(line => new TextDecoder().decode(bytes(line))));
		}),
	);
});

test('arbitrary bytes never throw, and no line is longer than the limit', () => {
	fc.assert(
		fc.property(fc.array(fc.uint8Array({maxLength: 200})), fc.integer({min: 0, max: 50}), (chunks, limit) => {
			const splitter = lineSplitter(limit);
			// A byte that is no UTF-8 becomes one replacement character, so characters are never more than bytes.
			for (const chunk of chunks) for (const line of splitter.push(chunk).lines) expect(line.length).toBeLessThanOrEqual(limit);
		}),
	);
});

test('a line that is too long ends the stream, after the lines before it', () => {
	const splitter = lineSplitter(4);
	expect(splitter.push(bytes('abcd\nabcde\nxy\n'))).toEqual({lines: ['abcd'], overflowed: true});
	expect(splitter.push(bytes('ok\n'))).toEqual({lines: [], overflowed: true});
});

test('a line without an end is refused as soon as it is too long', () => {
	const splitter = lineSplitter(4);
	expect(splitter.push(bytes('abcd')).overflowed).toBe(false);
	expect(splitter.push(bytes('e')).overflowed).toBe(true);
});
