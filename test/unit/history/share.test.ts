/** Sharing and patches over whatever JSON holds: what comes out equals what went in, and equal parts are one object. */
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {patchSchema} from '../../../src/history/patch-schema.ts';
import {applyPatch, patchBetween} from '../../../src/history/patch.ts';
import {shareWith, sizeBeyond} from '../../../src/history/share.ts';
import {sampleSnapshot} from '../../fakes/snapshot.ts';

const json = fc.jsonValue({maxDepth: 4});
/** Two values of which the second is often a small change of the first. */
const pair = fc.oneof(fc.tuple(json, json), json.chain(value => fc.tuple(fc.constant(value), fc.constant(structuredClone(value)))), fc.tuple(fc.array(fc.integer(), {minLength: 8, maxLength: 12}), fc.array(fc.integer(), {maxLength: 4}), fc.integer({min: 1, max: 5})).map(([list, more, left]) => [list, [...list.slice(left), ...more]]));
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('what is shared equals what was given, and is the old object where nothing changed', () => {
	fc.assert(fc.property(pair, ([before, after]) => {
		const shared = shareWith(before, after);
		expect(plain(shared)).toEqual(plain(after));
		if (JSON.stringify(before) === JSON.stringify(after) && typeof before === 'object') expect(shared).toBe(before);
		expect(sizeBeyond(shared, shared)).toBe(0);
		expect(sizeBeyond(before, shared)).toBeLessThanOrEqual(sizeBeyond(undefined, after));
	}));
});

test('a patch turns the one into the other, through JSON too, and is nothing between equals', () => {
	fc.assert(fc.property(pair, ([before, after]) => {
		const patch = patchBetween(plain(before), plain(after));
		const sent = patch === null ? null : patchSchema.parse(JSON.parse(JSON.stringify(patch)));
		expect(JSON.stringify(applyPatch(plain(before), sent))).toBe(patch === null ? JSON.stringify(plain(before)) : JSON.stringify(applyPatch(plain(before), patch)));
		expect(applyPatch(plain(before), sent)).toEqual(plain(after));
		if (JSON.stringify(before) === JSON.stringify(after)) expect(patch).toBeNull();
	}));
});

test('a patch for something else gives nothing, and never throws', () => {
	fc.assert(fc.property(json, pair, (other, [before, after]) => {
		const patch = patchBetween(plain(before), plain(after));
		expect(() => applyPatch(plain(other), patch)).not.toThrow();
	}));
	expect(applyPatch([1], {a: [[5, {s: 1}]], n: 6})).toBeUndefined();
	expect(applyPatch({}, {q: [1], k: 1})).toBeUndefined();
	expect(applyPatch([], {o: {a: {s: 1}}})).toBeUndefined();
});

test('a list that moves on is said as what left and what came', () => {
	const before = Array.from({length: 120}, (_, index) => index * 7);
	expect(patchBetween(before, [...before.slice(1), 5])).toEqual({q: [5], k: 1});
});

test('a rule that moved in its list is still the same object, and one whose counter moved shares its text', () => {
	const before = sampleSnapshot();
	const [first, second] = before.rules;
	if (first === undefined || second === undefined) throw new Error('two rules are needed');
	const moved = shareWith(before, structuredClone({...before, rules: [second, {...first, packets: 5}]}));
	expect(moved.rules[0]).toBe(second);
	expect(moved.rules[1]).not.toBe(first);
	expect(moved.tunnel).toBe(before.tunnel);
	// The counter alone: neither text nor reason are paid for again.
	expect(sizeBeyond(before, moved)).toBeLessThan(600);
	expect(sizeBeyond(undefined, before)).toBeGreaterThan(3000);
});
