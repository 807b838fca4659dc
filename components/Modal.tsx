/** A box over the panels. Its rows are as wide as itself, so that nothing shines through. */
import {frameLines} from '../src/console/frame.ts';
import type {Rect} from '../src/console/layout.ts';
import {span, type Line} from '../src/console/text.ts';
import type {Theme, Tone} from '../src/console/theme.ts';
import {Lines} from './Lines.tsx';

interface Props {
	readonly within: Rect;
	readonly theme: Theme;
	readonly title: string;
	/** What leaves it, in the title's row. */
	readonly hint: string;
	readonly width: number;
	readonly tone?: Tone;
	readonly content: (width: number) => readonly Line[];
	/** First content row shown, for those longer than the screen. */
	readonly top?: number;
	/** How many of the last rows are shown whatever the height: where the answer is given. */
	readonly keep?: number;
}

/** An order goes to one of several: its question says to which. */
export const titleAt = (title: string, at: string | undefined): string => (at === undefined ? title : `${title}: ${at}`);

export function Modal({within, theme, title, hint, width, tone = 'accent', content, top = 0, keep = 0}: Props) {
	if (theme.linear) return <Lines at={within} theme={theme} lines={[[span(`Dialog: ${title}`)], ...content(width), [span(hint)]]} />;
	const outer = Math.min(width, within.width);
	// A blank column on each side keeps the box apart from what is behind it.
	const margin = outer + 2 <= within.width ? 1 : 0;
	const all = content(Math.max(0, outer - 4));
	const room = within.height - 2;
	const lines = keep > 0 && all.length > room ? [...all.slice(0, Math.max(0, room - keep)), ...all.slice(-keep)] : all;
	const height = Math.min(lines.length + 2, within.height);
	const from = Math.max(0, Math.min(top, lines.length - (height - 2)));
	const at: Rect = {x: within.x + Math.floor((within.width - outer) / 2), y: within.y + Math.floor((within.height - height) / 2), width: outer, height};
	const more = from + height - 2 < lines.length;
	const framed = frameLines(
		{title: [span(theme.symbols.horizontal, tone), span(` ${title}`, tone)], aside: [span(more ? `${hint}, j more` : hint)], content: lines.slice(from), tone},
		{form: 'box', width: outer, height, theme},
	);
	const side = margin === 0 ? [] : [span(' ')];
	return <Lines at={{...at, x: at.x - margin, width: outer + 2 * margin}} theme={theme} lines={framed.map(line => [...side, ...line, ...side])} />;
}
