/** The page when there is nothing to read: what is missing, and the command that mends it. It keeps trying. */
import {fitLine, fitText, span, wrapText, type Line} from '../src/console/text.ts';
import type {Theme} from '../src/console/theme.ts';
import type {ViewState} from '../src/console/view.ts';
import {Lines} from './Lines.tsx';

export function NoDaemon({state, columns, rows, theme}: {readonly state: ViewState; readonly columns: number; readonly rows: number; readonly theme: Theme}) {
	const width = Math.max(1, columns - 4);
	const content = pageFor(state, width);
	const shown = content.slice(0, Math.max(1, rows - 3));
	const lines: readonly Line[] = [
		[span(fitText(` ${theme.symbols.unknown} UNKNOWN`, columns), 'alarm')],
		...(rows > content.length + 3 ? [[]] : []),
		...shown.map((line): Line => [span('  '), ...fitLine(line, width, theme.symbols.ellipsis)]),
	];
	const footer: Line = [span('q', 'label'), span(' quit')];
	return (
		<>
			<Lines lines={lines} at={{x: 0, y: 0, width: columns, height: Math.max(1, rows - 1)}} theme={theme} />
			<Lines lines={[fitLine(footer, columns, theme.symbols.ellipsis)]} at={{x: 0, y: rows - 1, width: columns, height: 1}} theme={theme} />
		</>
	);
}

function pageFor({link, socketPath}: ViewState, width: number): readonly Line[] {
	const paragraph = (text: string): readonly Line[] => wrapText(text, width).map((line): Line => [span(line)]);
	if (link.kind !== 'down') {
		return paragraph(link.kind === 'open' ? 'Connected; the daemon has not sent its first reading yet.' : `Connecting to ${socketPath} …`);
	}
	const {problem} = link;
	if (problem.code !== 'no-daemon') {
		return [...paragraph(problem.what), [], ...paragraph(`Next: ${problem.next}`), [], ...paragraph('Trying again every two seconds.')];
	}
	return [
		...paragraph(problem.what),
		[],
		...paragraph('What passes now is not known here. A policy that an earlier daemon left in the kernel stays in force.'),
		[],
		...paragraph('To start the daemon, as root in the namespace to be guarded:'),
		[],
		[span('    vks run', 'accent')],
		[],
		...paragraph('This page goes away by itself as soon as it answers.'),
	];
}
