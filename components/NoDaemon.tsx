/** The page when there is nothing to read: what is missing, and the command that mends it. It keeps trying. */
import {keyFor} from '../src/console/keymap.ts';
import {firstRunPage, type PageLine} from '../src/console/select/first-run.ts';
import {fitLine, fitText, span, wrapText, type Line} from '../src/console/text.ts';
import type {Theme, Tone} from '../src/console/theme.ts';
import type {ViewState} from '../src/console/view.ts';
import {Lines} from './Lines.tsx';

export function NoDaemon({state, columns, rows, theme}: {readonly state: ViewState; readonly columns: number; readonly rows: number; readonly theme: Theme}) {
	const width = Math.max(1, columns - 4);
	const all = firstRunPage(state).flatMap(line => linesOf(line, width, theme));
	const room = Math.max(1, rows - 3);
	// Blank rows give way first: what is left out must not be the command.
	const content = all.length > room ? all.filter(line => line.length > 0) : all;
	const lines: readonly Line[] = [
		[span(fitText(` ${theme.symbols.unknown} UNKNOWN${state.target === null ? '' : `  ${state.target.name}`}`, columns), 'alarm')],
		...(rows > content.length + 3 ? [[]] : []),
		...content.slice(0, room).map((line): Line => [span('  '), ...fitLine(line, width, theme.symbols.ellipsis)]),
	];
	const choice: Line = state.targets.length > 1 ? [span(keyFor(state.keys, 'targets'), 'label'), span(' targets  ')] : [];
	const footer: Line = [...choice, span(keyFor(state.keys, 'quit'), 'label'), span(' quit  '), span(keyFor(state.keys, 'audit'), 'label'), span(' host audit')];
	return (
		<>
			<Lines lines={lines} at={{x: 0, y: 0, width: columns, height: Math.max(1, rows - 1)}} theme={theme} />
			<Lines lines={[fitLine(footer, columns, theme.symbols.ellipsis)]} at={{x: 0, y: rows - 1, width: columns, height: 1}} theme={theme} />
		</>
	);
}

const aboutWidth = 10;
const commandIndent = 4;
const tones: Readonly<Record<Extract<PageLine, {kind: 'point'}>['state'], Tone>> = {met: 'good', missing: 'warn', unknown: 'warn'};

function linesOf(line: PageLine, width: number, {symbols}: Theme): readonly Line[] {
	switch (line.kind) {
		case 'space':
			return [[]];
		case 'text':
			return wrapText(line.text.replaceAll('…', symbols.ellipsis), width).map((words): Line => [span(words)]);
		case 'command':
			return commandLines(line.text, width - commandIndent).map((words): Line => [span(' '.repeat(commandIndent)), span(words, 'accent')]);
		case 'point': {
			const symbol = {met: symbols.proven, missing: symbols.failed, unknown: symbols.unknown}[line.state];
			return wrapText(line.text, Math.max(1, width - aboutWidth)).map((words, index): Line => [span((index === 0 ? `${symbol} ${line.about}` : '').padEnd(aboutWidth), tones[line.state]), span(words)]);
		}
	}
}

/** A long command goes on in the next row as a shell takes it. */
function commandLines(text: string, width: number): readonly string[] {
	if (text.length <= width) return [text];
	const rows: string[] = [];
	let row = '';
	// An option stays with its value.
	for (const word of text.split(/ (?=-|YOUR_IMAGE)/)) {
		if (row !== '' && row.length + word.length + 3 > width) {
			rows.push(`${row} \\`);
			row = `  ${word}`;
		} else row = row === '' ? word : `${row} ${word}`;
	}
	return [...rows, row];
}
