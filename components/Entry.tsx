/** What would list a name that was refused. */
import type {Rect} from '../src/console/layout.ts';
import {entryLines} from '../src/console/select/named-drop.ts';
import type {Theme} from '../src/console/theme.ts';
import type {Dialog, ViewState} from '../src/console/view.ts';
import {Modal} from './Modal.tsx';

interface Props {
	readonly state: ViewState;
	readonly dialog: Extract<Dialog, {kind: 'entry'}>;
	readonly within: Rect;
	readonly theme: Theme;
}

export function Entry({state, dialog: {record, line}, within, theme}: Props) {
	return <Modal within={within} theme={theme} title="List a name" hint="Esc closes" width={100} keep={1} content={width => entryLines(record, line, {state, width})} />;
}
