/** Unified diffs: what `patch` makes of them is what they were made from. */
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {unifiedDiff} from '../../../src/harden/diff.ts';

const line = fc.constantFrom('a', 'b', 'c', '', '- d');

/** As POSIX says a hunk is read. */
function patched(before: readonly string[], diff: readonly string[]): readonly string[] {
	const out: string[] = [];
	let at = 0;
	for (const text of diff.slice(2)) {
		const [, first, count = '1'] = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@$/.exec(text) ?? [];
		if (first !== undefined) {
			const start = count === '0' ? Number(first) : Number(first) - 1;
			out.push(...before.slice(at, start));
			at = start;
		} else if (text.startsWith('+')) out.push(text.slice(1));
		else {
			expect(before[at]).toBe(text.slice(1));
			if (text.startsWith(' ')) out.push(text.slice(1));
			at += 1;
		}
	}
	return [...out, ...before.slice(at)];
}

test('applied it gives what it was made for, with any context', () => {
	fc.assert(fc.property(fc.array(line, {maxLength: 12}), fc.array(line, {maxLength: 12}), fc.integer({min: 0, max: 3}), (before, after, context) => {
		expect(patched(before, unifiedDiff('x', before, after, context))).toEqual(after);
	}));
});

test('nothing where nothing differs, and a header where something does', () => {
	expect(unifiedDiff('x', ['a'], ['a'], 3)).toEqual([]);
	expect(unifiedDiff('x', ['a', 'b', 'c', 'd', 'e'], ['a', 'b', 'C', 'd', 'e'], 1)).toEqual(['--- x', '+++ x', '@@ -2,3 +2,3 @@', ' b', '-c', '+C', ' d']);
	expect(unifiedDiff('x', [], ['a'], 2)).toEqual(['--- x', '+++ x', '@@ -0,0 +1 @@', '+a']);
});
