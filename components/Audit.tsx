/** What an audit found around the tunnel: each finding with its proof, its risk and its fix. */
import {runbookWidth} from '../src/console/act/scroll.ts';
import type {Rect} from '../src/console/layout.ts';
import {auditLines} from '../src/console/select/audit.ts';
import type {Theme} from '../src/console/theme.ts';
import type {Dialog, ViewState} from '../src/console/view.ts';
import {Modal} from './Modal.tsx';

interface Props {
	readonly state: ViewState;
	readonly dialog: Extract<Dialog, {kind: 'audit'}>;
	readonly within: Rect;
	readonly theme: Theme;
}

export const Audit = ({state, dialog, within, theme}: Props) =>
	<Modal within={within} theme={theme} title="What surrounds the tunnel" hint="Esc closes" width={runbookWidth} top={dialog.top} content={width => auditLines(state, width)} />;
