/** Lines of styled text with an exact width: the console computes every row itself, so nothing wraps and nothing shifts. */
import {withoutControls} from '../controls.ts';
import type {Tone} from './theme.ts';

export interface Span {
	readonly text: string;
	readonly tone: Tone;
}

export type Line = readonly Span[];
export type Align = 'left' | 'right';

export const span = (text: string, tone: Tone = 'plain'): Span => ({text, tone});

const wideRanges: ReadonlyArray<readonly [from: number, to: number]> = [
	[0x11_00, 0x11_5f], [0x2e_80, 0xa4_cf], [0xac_00, 0xd7_a3], [0xf9_00, 0xfa_ff], [0xfe_30, 0xfe_6f],
	[0xff_00, 0xff_60], [0xff_e0, 0xff_e6], [0x1_f3_00, 0x1_fa_ff], [0x2_00_00, 0x3_ff_fd],
];

function widthOfCharacter(character: string): number {
	const code = character.codePointAt(0) ?? 0;
	if (code < 0x3_00) return 1;
	if (code === 0x20_0d || (code >= 0xfe_00 && code <= 0xfe_0f) || /^\p{M}$/u.test(character)) return 0;
	return wideRanges.some(([from, to]) => code >= from && code <= to) ? 2 : 1;
}

const plainAscii = /^[\x20-\x7E]*$/;

export function textWidth(text: string): number {
	if (plainAscii.test(text)) return text.length;
	let width = 0;
	for (const character of text) width += widthOfCharacter(character);
	return width;
}

export function lineWidth(line: Line): number {
	return line.reduce((sum, part) => sum + textWidth(part.text), 0);
}

/** The longest beginning that fits, ending in the ellipsis when something was cut. */
export function truncateText(text: string, width: number, ellipsis: string): string {
	if (width <= 0) return '';
	if (textWidth(text) <= width) return text;
	const room = width - textWidth(ellipsis);
	let kept = '';
	let used = 0;
	for (const character of text) {
		const next = widthOfCharacter(character);
		if (used + next > room) break;
		kept += character;
		used += next;
	}
	return room < 0 ? '' : kept + ellipsis;
}

/** Exactly `width` columns. */
export function fitText(text: string, width: number, {align = 'left', ellipsis = '…'}: {readonly align?: Align; readonly ellipsis?: string} = {}): string {
	const clean = truncateText(withoutControls(text), width, ellipsis);
	const padding = ' '.repeat(Math.max(0, width - textWidth(clean)));
	return align === 'left' ? clean + padding : padding + clean;
}

/** Exactly `width` columns, styles kept. */
export function fitLine(line: Line, width: number, ellipsis = '…'): Line {
	const fitted: Span[] = [];
	let left = width;
	for (const [index, part] of line.entries()) {
		if (left <= 0) break;
		const text = withoutControls(part.text);
		const needed = textWidth(text);
		// A part that just fits is still cut when more follows, so that the reader sees that something is missing.
		const moreFollows = needed === left && line.slice(index + 1).some(rest => rest.text.trim() !== '');
		const shown = needed < left || (needed === left && !moreFollows) ? text : truncateText(moreFollows ? `${text} ` : text, left, ellipsis);
		fitted.push({text: shown, tone: part.tone});
		left -= textWidth(shown);
	}
	if (left > 0) fitted.push(span(' '.repeat(left)));
	return fitted;
}

/** Left and right ends of one row; the left gives way. */
export function spread(left: Line, right: Line, options: {readonly width: number; readonly ellipsis: string}): Line {
	const rightWidth = lineWidth(right);
	if (rightWidth + 2 > options.width) return fitLine(left, options.width, options.ellipsis);
	return [...fitLine(left, options.width - rightWidth - 1, options.ellipsis), span(' '), ...right];
}

/** Equal neighbours become one span: fewer nodes to draw. */
export function joinEqual(line: Line): Line {
	const joined: Array<{text: string; tone: Tone}> = [];
	for (const part of line) {
		const last = joined.at(-1);
		if (last?.tone === part.tone) last.text += part.text;
		else joined.push({...part});
	}
	return joined;
}

/** Breaks a sentence at spaces; a word longer than the width is cut hard. */
export function wrapText(text: string, width: number): readonly string[] {
	if (width < 1) return [];
	const lines: string[] = [];
	let current = '';
	for (const word of withoutControls(text).split(/\s+/).filter(Boolean)) {
		let rest = word;
		if (current !== '' && textWidth(current) + 1 + textWidth(rest) > width) {
			lines.push(current);
			current = '';
		}
		while (textWidth(rest) > width) {
			const head = truncateText(rest, width, '') || rest.slice(0, 1);
			lines.push(head);
			rest = rest.slice(head.length);
		}
		current = current === '' ? rest : `${current} ${rest}`;
	}
	return current === '' && lines.length > 0 ? lines : [...lines, current];
}

export const lineText = (line: Line): string => line.map(part => part.text).join('');
