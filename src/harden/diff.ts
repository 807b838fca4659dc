/** A unified diff of two short lists of lines. Pure. */

interface Hunk {
	readonly kind: ' ' | '-' | '+';
	readonly text: string;
	/** Of the lines before and after, counted from 0. */
	readonly before: number;
	readonly after: number;
}

/** Without a change there is nothing, no header either. */
export function unifiedDiff(name: string, before: readonly string[], after: readonly string[], context: number): readonly string[] {
	const all = compared(before, after);
	const changes = all.flatMap(({kind}, index) => (kind === ' ' ? [] : [index]));
	const spans: {from: number; to: number}[] = [];
	for (const at of changes) {
		const last = spans.at(-1);
		const [from, to] = [Math.max(0, at - context), Math.min(all.length, at + context + 1)];
		if (last !== undefined && from <= last.to) last.to = to;
		else spans.push({from, to});
	}
	return spans.length === 0 ? [] : [`--- ${name}`, `+++ ${name}`, ...spans.flatMap(({from, to}) => hunk(all.slice(from, to)))];
}

function hunk(lines: readonly Hunk[]): readonly string[] {
	const [first] = lines;
	const count = (without: string): number => lines.filter(({kind}) => kind !== without).length;
	return [`@@ -${span(first?.before ?? 0, count('+'))} +${span(first?.after ?? 0, count('-'))} @@`, ...lines.map(({kind, text}) => `${kind}${text}`)];
}

/** Where there is none, the line before it is named (POSIX diff -u). */
const span = (from: number, count: number): string => `${count === 0 ? from : from + 1}${count === 1 ? '' : `,${count}`}`;

function compared(before: readonly string[], after: readonly string[]): readonly Hunk[] {
	const same = longestCommon(before, after);
	const all: Hunk[] = [];
	let [a, b] = [0, 0];
	for (const [nextA, nextB] of [...same, [before.length, after.length] as const]) {
		for (; a < nextA; a += 1) all.push({kind: '-', text: before[a] ?? '', before: a, after: b});
		for (; b < nextB; b += 1) all.push({kind: '+', text: after[b] ?? '', before: a, after: b});
		if (a < before.length && b < after.length) all.push({kind: ' ', text: before[a] ?? '', before: a, after: b});
		[a, b] = [a + 1, b + 1];
	}
	return all;
}

/** Pairs of indices; what is equal at both ends is not searched. */
function longestCommon(before: readonly string[], after: readonly string[]): readonly (readonly [number, number])[] {
	let start = 0;
	while (start < Math.min(before.length, after.length) && before[start] === after[start]) start += 1;
	let end = 0;
	while (end < Math.min(before.length, after.length) - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
	const [left, right] = [before.slice(start, before.length - end), after.slice(start, after.length - end)];
	const lengths = left.map(() => right.map(() => 0)).concat([right.map(() => 0)]).map(row => [...row, 0]);
	const at = (a: number, b: number): number => lengths[a]?.[b] ?? 0;
	for (let a = left.length - 1; a >= 0; a -= 1) {
		const row = lengths[a] ?? [];
		for (let b = right.length - 1; b >= 0; b -= 1) row[b] = left[a] === right[b] ? at(a + 1, b + 1) + 1 : Math.max(at(a + 1, b), at(a, b + 1));
	}
	const pairs: (readonly [number, number])[] = [];
	for (let [a, b] = [0, 0]; a < left.length && b < right.length;) {
		if (left[a] === right[b]) {
			pairs.push([start + a, start + b]);
			[a, b] = [a + 1, b + 1];
		} else if (at(a + 1, b) >= at(a, b + 1)) a += 1;
		else b += 1;
	}
	const ends = Array.from({length: end}, (_, index) => [before.length - end + index, after.length - end + index] as const);
	return [...Array.from({length: start}, (_, index) => [index, index] as const), ...pairs, ...ends];
}
