/** Commands by name: what is typed, and what fits it, with keys, help and why one cannot be used. */
import type {Rect} from '../src/console/layout.ts';
import {paletteMatches, type PaletteMatch} from '../src/console/palette/matches.ts';
import {windowStart} from '../src/console/select/rows.ts';
import {fitLine, fitText, span, type Line} from '../src/console/text.ts';
import type {Theme} from '../src/console/theme.ts';
import type {Dialog, ViewState} from '../src/console/view.ts';
import {Modal} from './Modal.tsx';

interface Props {
	readonly state: ViewState;
	readonly dialog: Extract<Dialog, {kind: 'palette'}>;
	readonly within: Rect;
	readonly theme: Theme;
}

const frameRows = 4;
const titleWidth = 26;
const keysWidth = 12;
const mostRows = 14;

export function Palette({state, dialog, within, theme}: Props) {
	const matches = paletteMatches(state, dialog.text);
	const height = Math.max(1, Math.min(mostRows, within.height - frameRows));
	return (
		<Modal
			within={within} theme={theme} title="Commands" hint={`${matches.length} match${matches.length === 1 ? '' : 'es'}, Esc closes`} width={96}
			content={width => [
				[span(': ', 'label'), span(`${dialog.text}_`, 'accent'), span(hintFor(dialog, matches.length))],
				[],
				...rows({matches, dialog, height, width, theme}),
			]}
		/>
	);
}

function hintFor({text, selected}: Props['dialog'], count: number): string {
	if (count === 0) return '  nothing is called so';
	if (selected !== null) return '';
	return text.trim() === '' ? '  type some letters of its name, or choose with the arrows' : '  pasted: choose with the arrows';
}

interface Rows {
	readonly matches: readonly PaletteMatch[];
	readonly dialog: Props['dialog'];
	readonly height: number;
	readonly width: number;
	readonly theme: Theme;
}

/** As many rows as there are without text, so that the box keeps its place while one types. */
function rows({matches, dialog, height, width, theme}: Rows): readonly Line[] {
	const selected = matches.findIndex(({entry}) => entry.title === dialog.selected);
	const start = windowStart({selected: Math.max(0, selected), count: matches.length, height});
	return Array.from({length: height}, (_, index): Line => {
		const match = matches[start + index];
		return match === undefined ? [] : rowLine(match, {isSelected: start + index === selected, width, theme});
	});
}

function rowLine({entry, at}: PaletteMatch, {isSelected, width, theme}: {readonly isSelected: boolean; readonly width: number; readonly theme: Theme}): Line {
	const {symbols} = theme;
	const title = fitText(entry.title, titleWidth, {ellipsis: symbols.ellipsis});
	const plain = entry.disabled !== null ? 'faint' : entry.danger ? 'warn' : 'plain';
	const letters = [...title].map((letter, index) => span(letter, at.includes(index) ? 'accent' : plain));
	const line = fitLine([
		span(isSelected ? `${symbols.selected} ` : '  '),
		...letters,
		span(` ${fitText(entry.keys, keysWidth)} `, 'label'),
		entry.disabled === null ? span(entry.help) : span(`(${entry.disabled})`, 'faint'),
	], width, symbols.ellipsis);
	return isSelected ? [span(line.map(part => part.text).join(''), 'selected')] : line;
}
