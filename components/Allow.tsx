/** What is to be opened for a time, before it is: the fields, the rules that would come, and the word. */
import type {Rect} from '../src/console/layout.ts';
import {allowLines} from '../src/console/select/allow.ts';
import type {Theme} from '../src/console/theme.ts';
import type {AllowDialog, ViewState} from '../src/console/view.ts';
import {Modal} from './Modal.tsx';

interface Props {
	readonly state: ViewState;
	readonly dialog: AllowDialog;
	readonly within: Rect;
	readonly theme: Theme;
}

export function Allow({state, dialog, within, theme}: Props) {
	return <Modal within={within} theme={theme} title="Allow for a time" hint="Esc cancels" width={96} tone="warn" keep={2} content={width => allowLines({state, dialog, width})} />;
}
