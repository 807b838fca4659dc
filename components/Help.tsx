/** All keys, generated from the keymap. */
import type {Rect} from '../src/console/layout.ts';
import {helpEntries, type Binding, type HelpEntry} from '../src/console/keymap.ts';
import {fitLine, fitText, span, type Line} from '../src/console/text.ts';
import type {Theme} from '../src/console/theme.ts';
import {Modal} from './Modal.tsx';

const keysWidth = 23;
const groupWidth = 8;

export function Help({keys, within, theme, top}: {readonly keys: readonly Binding[]; readonly within: Rect; readonly theme: Theme; readonly top: number}) {
	return (
		<Modal
			within={within} theme={theme} title="Keys" hint="? or Esc closes" width={96} top={top}
			content={width => helpEntries(keys).map((entry, index, all) => helpLine({entry, first: all[index - 1]?.group !== entry.group, width, theme}))}
		/>
	);
}

function helpLine({entry, first, width, theme}: {readonly entry: HelpEntry; readonly first: boolean; readonly width: number; readonly theme: Theme}): Line {
	return fitLine([
		span(fitText(first ? entry.group : '', groupWidth), 'accent'),
		span(fitText(entry.keys, keysWidth), entry.danger ? 'warn' : 'label'),
		span(` ${entry.help}`),
	], width, theme.symbols.ellipsis);
}
