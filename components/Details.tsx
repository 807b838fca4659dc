/** The opened row: a rule, a refused packet, a journal entry. */
import type {Rect} from '../src/console/layout.ts';
import {selectDetails} from '../src/console/select/details.ts';
import type {Theme} from '../src/console/theme.ts';
import type {Dialog, ViewState} from '../src/console/view.ts';
import {Modal} from './Modal.tsx';

interface Props {
	readonly state: ViewState;
	readonly dialog: Extract<Dialog, {kind: 'details'}>;
	readonly within: Rect;
	readonly theme: Theme;
}

export function Details({state, dialog, within, theme}: Props) {
	const details = selectDetails(state, dialog);
	return <Modal within={within} theme={theme} title={details.title} hint="Esc closes" width={100} top={dialog.top} content={details.lines} />;
}
