/** Frames around content: a full box, a title rule, or a title alone. The same lines serve panels and dialogs. */
import type {PanelBox} from './layout.ts';
import {fitLine, lineWidth, span, type Line} from './text.ts';
import type {Theme, Tone} from './theme.ts';

export interface Frame {
	readonly title: Line;
	/** At the right end of the title's row. */
	readonly aside: Line;
	readonly content: readonly Line[];
	readonly tone: Tone;
}

export function frameLines(frame: Frame, {form, width, height, theme}: Pick<PanelBox, 'form' | 'width' | 'height'> & {readonly theme: Theme}): readonly Line[] {
	const {symbols} = theme;
	if (form === 'box') {
		const [topLeft, topRight, bottomLeft, bottomRight] = symbols.corners;
		const side = span(symbols.vertical, frame.tone);
		const inner = Array.from({length: Math.max(0, height - 2)}, (_, row) => [side, span(' '), ...fitLine(frame.content[row] ?? [], width - 4, symbols.ellipsis), span(' '), side]);
		return [
			[span(topLeft, frame.tone), ...titleLine(frame, width - 2, theme), span(topRight, frame.tone)],
			...inner,
			[span(bottomLeft + symbols.horizontal.repeat(Math.max(0, width - 2)) + bottomRight, frame.tone)],
		];
	}
	const rows = Array.from({length: Math.max(0, height - 1)}, (_, row) => [span(' '), ...fitLine(frame.content[row] ?? [], width - 2, symbols.ellipsis), span(' ')]);
	return [titleLine(frame, width, theme), ...rows];
}

/** `title ───────── aside ─`, exactly as wide as asked. */
function titleLine(frame: Frame, width: number, theme: Theme): Line {
	const {horizontal, ellipsis} = theme.symbols;
	const aside = lineWidth(frame.aside) === 0 || lineWidth(frame.aside) > width / 1.5 ? [] : [span(' '), ...frame.aside, span(' '), span(horizontal, frame.tone)];
	const room = Math.max(0, width - lineWidth(aside));
	const head = fitLine([...frame.title, span(' ')], Math.min(room, lineWidth(frame.title) + 1), ellipsis);
	return fitLine([...head, span(horizontal.repeat(Math.max(0, room - lineWidth(head))), frame.tone), ...aside], width, ellipsis);
}

/** A collapsed panel: its title and the one thing to know, on one row. */
export function summaryLine(title: Line, summary: Line, {width, theme}: {readonly width: number; readonly theme: Theme}): Line {
	const padding = Math.max(1, 14 - lineWidth(title));
	return fitLine([...title, span(' '.repeat(padding)), ...summary], width, theme.symbols.ellipsis);
}
