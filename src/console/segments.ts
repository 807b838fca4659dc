/** A row made of parts that shorten and go one by one when it gets narrow, the least important first. */
import {fitLine, lineWidth, span, type Line} from './text.ts';

export interface Segment {
	readonly line: Line;
	/** 0 never goes; higher goes earlier. */
	readonly order: number;
	/** Longer forms, the shorter first: each is taken in its own order, where there is room by then. */
	readonly longer?: readonly {readonly line: Line; readonly order: number}[];
	/** Stands at the right end. */
	readonly right?: boolean;
}

const between = 2;

export function segmentLine(segments: readonly Segment[], width: number, ellipsis: string): Line {
	const shown = segments.filter(segment => lineWidth(segment.line) > 0);
	const forms = shown.flatMap(segment => [{segment, order: segment.order, line: segment.line}, ...(segment.longer ?? []).map(form => ({segment, ...form}))]);
	// Taken by importance: a short part may still find room where a longer one did not.
	const taken = new Map<Segment, Line>();
	let used = 0;
	for (const {segment, order, line} of forms.toSorted((a, b) => a.order - b.order)) {
		const before = taken.get(segment);
		// What found no room in its short form is not taken in a longer one.
		if (before === undefined && line !== segment.line) continue;
		const more = before === undefined ? lineWidth(line) + (taken.size === 0 ? 0 : between) : lineWidth(line) - lineWidth(before);
		if (used + more > width && segment.order + order > 0) continue;
		taken.set(segment, line);
		used += more;
	}
	const joined = (right: boolean): Line =>
		shown.flatMap(segment => (taken.has(segment) && (segment.right ?? false) === right ? [taken.get(segment) ?? []] : [])).flatMap((line, index) => (index === 0 ? line : [span(' '.repeat(between)), ...line]));
	const [left, right] = [joined(false), joined(true)];
	const free = Math.max(0, width - lineWidth(left) - lineWidth(right));
	return fitLine(lineWidth(right) === 0 ? left : [...left, span(' '.repeat(free)), ...right], width, ellipsis);
}
