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
	let kept = segments.filter(segment => lineWidth(segment.line) > 0);
	const needed = (): number => kept.reduce((sum, segment) => sum + lineWidth(segment.line), 0) + between * Math.max(0, kept.length - 1);
	while (needed() > width) {
		const least = Math.max(...kept.map(segment => segment.order));
		if (least <= 0) break;
		const index = kept.findLastIndex(segment => segment.order === least);
		kept = kept.filter((_, each) => each !== index);
	}
	const joined = (part: readonly Segment[]): Line => part.flatMap((segment, index) => (index === 0 ? segment.line : [span(' '.repeat(between)), ...segment.line]));
	const left = joined(kept.filter(segment => segment.right !== true));
	const right = joined(kept.filter(segment => segment.right === true));
	const free = Math.max(0, width - lineWidth(left) - lineWidth(right));
	return fitLine(lineWidth(right) === 0 ? left : [...left, span(' '.repeat(free)), ...right], width, ellipsis);
}
