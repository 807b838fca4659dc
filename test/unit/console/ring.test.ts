import fc from 'fast-check';
import {expect, test} from 'vitest';
import {append, emptyRing, itemsOf, newestFirst, newestOf} from '../../../src/console/ring.ts';

const numbers = (from: number, count: number): readonly number[] => Array.from({length: count}, (_, index) => from + index);

test('whatever is added in whatever batches, the newest are held in order, and hardly more than the limit', () => {
	fc.assert(fc.property(fc.array(fc.integer({min: 0, max: 700}), {maxLength: 60}), fc.integer({min: 1, max: 400}), (batches, limit) => {
		let ring = emptyRing<number>(limit);
		let added = 0;
		for (const size of batches) {
			ring = append(ring, numbers(added, size));
			added += size;
			const held = itemsOf(ring);
			expect(held).toEqual(numbers(added - held.length, held.length));
			expect(ring.length).toBe(held.length);
			expect(held.length).toBeGreaterThanOrEqual(Math.min(added, limit));
			expect(held.length).toBeLessThan(limit + Math.max(1, limit / 40));
			expect(newestOf(ring)).toBe(added === 0 ? undefined : added - 1);
			expect(newestFirst(ring, chunk => chunk)).toEqual(held.toReversed());
		}
	}), {numRuns: 200});
});

test('an earlier value is what it was: a frozen screen holds still', () => {
	const before = append(emptyRing<number>(1000), numbers(0, 990));
	const held = itemsOf(before);
	append(before, numbers(990, 500));
	expect(itemsOf(before)).toEqual(held);
});

test('adding to a full ring of ten thousand leaves all but the ends as they were', () => {
	const full = append(emptyRing<number>(10_000), numbers(0, 10_000));
	const more = append(full, numbers(10_000, 100));
	const kept = more.chunks.filter(chunk => full.chunks.includes(chunk));
	expect(kept).toEqual(full.chunks);
	expect(append(more, numbers(10_100, 10)).chunks.filter(chunk => more.chunks.includes(chunk))).toEqual(more.chunks.slice(0, -1));
});
