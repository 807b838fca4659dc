/** What is open for a time: how long still, for whom and why, what used it; and the question before one is closed. */
import {keyFor} from '../src/console/keymap.ts';
import type {Rect} from '../src/console/layout.ts';
import type {ExceptionView} from '../src/control/schema.ts';
import {exceptionCells, exceptionColumns, exceptionText, listedExceptions} from '../src/console/select/exceptions.ts';
import {tableLines} from '../src/console/table.ts';
import {span, wrapText, type Line} from '../src/console/text.ts';
import type {Theme} from '../src/console/theme.ts';
import type {ExceptionsDialog, ViewState} from '../src/console/view.ts';
import {Modal} from './Modal.tsx';

interface Props {
	readonly state: ViewState;
	readonly dialog: ExceptionsDialog;
	readonly within: Rect;
	readonly theme: Theme;
}

export function Exceptions({state, dialog, within, theme}: Props) {
	const rows = listedExceptions(state);
	const selected = Math.max(0, rows.findIndex(({id}) => id === dialog.selected));
	const height = Math.max(2, Math.min(rows.length + 1, within.height - 8));
	return (
		<Modal
			within={within} theme={theme} title={`Open for a time: ${rows.length}`} hint="Esc closes" width={110} tone="warn" keep={4}
			content={width => (rows.length === 0
				? [...wrapText('Nothing is open for a time. What is refused stays refused, but for what the settings open.', width).map((line): Line => [span(line)]), [], keys(state, false)]
				: [
					...tableLines({columns: exceptionColumns, count: rows.length, selected, empty: '', cells: index => exceptionCells(rows[index], state.nowMs)}, {width, height, theme, focused: true}),
					[],
					...answerLines({state, dialog, width, selected: rows[selected]}),
				])}
		/>
	);
}

interface Answer extends Pick<Props, 'state' | 'dialog'> {
	readonly width: number;
	readonly selected: ExceptionView | undefined;
}

function answerLines({state, dialog, width, selected}: Answer): readonly Line[] {
	const asked = listedExceptions(state).find(({id}) => id === dialog.asking);
	const text = asked === undefined ? (selected === undefined ? '' : exceptionText(selected)) : `Close ${asked.id}, ${asked.text}? What is open through it ends too.`;
	const said = wrapText(text, width).map((line): Line => [span(line, asked === undefined ? 'plain' : 'warn')]);
	return [...said, [], asked === undefined ? keys(state, true) : [span('y', 'warn'), span(' yes    '), span('n', 'label'), span(' no')]];
}

const keys = (state: ViewState, some: boolean): Line => [...(some ? [span(keyFor(state.keys, 'exceptions'), 'label'), span(' revokes the selected one    ')] : []), span(keyFor(state.keys, 'allow'), 'warn'), span(some ? ' allows another' : ' allows something')];
