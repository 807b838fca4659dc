/** The checklist: what is looked at how often, how it stands, and how the selected item is done. */
import type {Rect} from '../src/console/layout.ts';
import {keyFor} from '../src/console/keymap.ts';
import {checklistCells, checklistColumns, checklistWord, listedItems, selectedLines} from '../src/console/select/checklist.ts';
import {tableLines} from '../src/console/table.ts';
import {span} from '../src/console/text.ts';
import type {Theme} from '../src/console/theme.ts';
import type {Dialog, ViewState} from '../src/console/view.ts';
import {Modal} from './Modal.tsx';

interface Props {
	readonly state: ViewState;
	readonly dialog: Extract<Dialog, {kind: 'checklist'}>;
	readonly within: Rect;
	readonly theme: Theme;
}

export function Checklist({state, dialog, within, theme}: Props) {
	const rows = listedItems(state);
	const selected = Math.max(0, rows.findIndex(({item}) => item.id === dialog.selected));
	const height = Math.max(2, Math.min(rows.length + 1, within.height - 7));
	return (
		<Modal
			within={within} theme={theme} title={`Checklist: ${checklistWord(state)}`} hint="Esc closes" width={100} keep={5}
			content={width => [
				...tableLines({columns: checklistColumns, count: rows.length, selected, empty: 'Nothing was read yet.', cells: index => checklistCells(rows[index], state.nowMs, theme)}, {width, height, theme, focused: true}),
				[],
				...selectedLines(state, rows[selected], width),
				[span(keyFor(state.keys, 'checklist'), 'label'), span(' marks the selected one as looked at, now')],
			]}
		/>
	);
}
