/** What Enter opened: a rule, a refused packet, a journal entry, the tunnel. */
import type {Rect} from '../src/console/layout.ts';
import {detailsWidth} from '../src/console/act/scroll.ts';
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
	const details = selectDetails(state, dialog, theme);
	return <Modal within={within} theme={theme} title={details.title} hint="Esc closes" width={detailsWidth} top={dialog.top} content={details.lines} />;
}
