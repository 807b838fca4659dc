/** What Enter opened: a rule, a refused packet, a journal entry, the tunnel. */
import {disabledReason, keyFor} from '../src/console/keymap.ts';
import type {Rect} from '../src/console/layout.ts';
import {detailsWidth} from '../src/console/act/scroll.ts';
import {chosenDrop} from '../src/console/select/chosen-drop.ts';
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
	return <Modal within={within} theme={theme} title={details.title} hint={hintFor(state, dialog)} width={detailsWidth} top={dialog.top} content={details.lines} />;
}

/** One more key makes an exception of a refused packet, or an entry of a refused name; what that opens is said there. */
function hintFor(state: ViewState, {panel}: Props['dialog']): string {
	const allow = panel === 'drops' && disabledReason({id: 'allow'}, state) === null ? keyFor(state.keys, 'allow') : '';
	return allow === '' ? 'Esc closes' : `${allow} ${chosenDrop(state)?.named === undefined ? 'allows it for a time' : 'shows what would list it'}, Esc closes`;
}
