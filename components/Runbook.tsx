/** The incident runbook: each step with its key and how it stands, what is not done and why, what is looked at by itself. */
import {runbookWidth} from '../src/console/act/scroll.ts';
import type {Rect} from '../src/console/layout.ts';
import {runbookLines} from '../src/console/select/runbook.ts';
import type {Theme} from '../src/console/theme.ts';
import type {Dialog, ViewState} from '../src/console/view.ts';
import {Modal} from './Modal.tsx';

interface Props {
	readonly state: ViewState;
	readonly dialog: Extract<Dialog, {kind: 'runbook'}>;
	readonly within: Rect;
	readonly theme: Theme;
}

export const Runbook = ({state, dialog, within, theme}: Props) =>
	<Modal within={within} theme={theme} title="When something is wrong" hint="Esc closes" width={runbookWidth} tone="warn" top={dialog.top} content={width => runbookLines(state, width, theme)} />;
