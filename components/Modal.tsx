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
}

export function Modal({within, theme, title, hint, width, tone = 'accent', content, top = 0}: Props) {
	const outer = Math.min(width, within.width);
	const lines = content(Math.max(0, outer - 4));
	const height = Math.min(lines.length + 2, within.height);
	const from = Math.max(0, Math.min(top, lines.length - (height - 2)));
	const at: Rect = {x: within.x + Math.floor((within.width - outer) / 2), y: within.y + Math.floor((within.height - height) / 2), width: outer, height};
	const more = from + height - 2 < lines.length;
	return (
		<Lines
			at={at} theme={theme}
			lines={frameLines({title: [span(` ${title}`, tone)], aside: [span(more ? `${hint}, j more` : hint)], content: lines.slice(from), tone}, {form: 'box', width: at.width, height: at.height, theme})}
		/>
	);
}
