/** A question with one key for yes. Enter answers nothing, and the first moment is deaf to repeats. */
import type {Rect} from '../src/console/layout.ts';
import {field} from '../src/console/select/fields.ts';
import {span, wrapText, type Line} from '../src/console/text.ts';
import type {Theme} from '../src/console/theme.ts';
import type {Dialog} from '../src/console/view.ts';
import {Modal, titleAt} from './Modal.tsx';

interface Props {
	readonly dialog: Extract<Dialog, {kind: 'confirm'}>;
	/** The target it is for, where somebody named one. */
	readonly at: string | undefined;
	readonly within: Rect;
	readonly theme: Theme;
}

export function Confirm({dialog, at, within, theme}: Props) {
	return (
		<Modal
			within={within} theme={theme} title={titleAt(dialog.title, at)} hint="Esc cancels" width={72} tone="warn" keep={1}
			content={width => [
				...(dialog.facts ?? []).flatMap(([label, text]) => field(label, text, width)),
				...dialog.body.flatMap(text => wrapText(text, width).map((line): Line => [span(line)])),
				[],
				[span('y', 'warn'), span(' yes    '), span('n', 'label'), span(' no')],
			]}
		/>
	);
}
