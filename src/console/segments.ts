/** A row made of parts that go one by one when it gets narrow, the least important first. */
import {fitLine, lineWidth, span, type Line} from './text.ts';

export interface Segment {
	readonly line: Line;
	/** 0 never goes; higher goes earlier. */
	readonly order: number;
	/** Stands at the right end. */
	readonly right?: boolean;
}

const between = 2;

export function segmentLine(segments: readonly Segment[], width: number, ellipsis: string): Line {
	const shown = segments.filter(segment => lineWidth(segment.line) > 0);
	// Taken by importance: a short part may still find room where a longer one did not.
	const taken = new Set<Segment>();
	let used = 0;
	for (const segment of shown.toSorted((a, b) => a.order - b.order)) {
		const more = lineWidth(segment.line) + (taken.size === 0 ? 0 : between);
		if (used + more > width && segment.order > 0) continue;
		taken.add(segment);
		used += more;
	}
	const kept = shown.filter(segment => taken.has(segment));
	const joined = (part: readonly Segment[]): Line => part.flatMap((segment, index) => (index === 0 ? segment.line : [span(' '.repeat(between)), ...segment.line]));
	const left = joined(kept.filter(segment => segment.right !== true));
	const right = joined(kept.filter(segment => segment.right === true));
	const free = Math.max(0, width - lineWidth(left) - lineWidth(right));
	return fitLine(lineWidth(right) === 0 ? left : [...left, span(' '.repeat(free)), ...right], width, ellipsis);
}
