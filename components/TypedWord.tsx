/** The gesture for the less safe direction: the word itself, typed, and Enter. */
import type {Rect} from '../src/console/layout.ts';
import {span, wrapText, type Line} from '../src/console/text.ts';
import type {Theme} from '../src/console/theme.ts';
import type {Dialog} from '../src/console/view.ts';
import {Modal, titleAt} from './Modal.tsx';

interface Props {
	readonly dialog: Extract<Dialog, {kind: 'typed'}>;
	/** The target it is for, where somebody named one. */
	readonly at: string | undefined;
	readonly within: Rect;
	readonly theme: Theme;
}

const words = {
	lift: {
		title: 'Lift the lockdown',
		verb: 'lifts',
		explanation: 'Lifting ends the lockdown: the tunnel is dialled again, and what the policy permits passes once it is verified. Outside the tunnel nothing more passes than before.',
	},
	'drill-full': {
		title: 'Full drill',
		verb: 'begins',
		explanation: 'The tunnel is taken down on purpose while a leak test sends what should not pass; then it is dialled again. Connections through it may end. The policy stays in the kernel.',
	},
} as const;

export function TypedWord({dialog, at, within, theme}: Props) {
	return (
		<Modal
			within={within} theme={theme} title={titleAt(words[dialog.command.do].title, at)} hint="Esc cancels" width={72} tone="warn" keep={1}
			content={width => [
				...wrapText(words[dialog.command.do].explanation, width).map((line): Line => [span(line)]),
				[],
				[span('type '), span(dialog.command.word, 'warn'), span(' and press Enter: '), span(`${dialog.text}_`, 'accent'), ...verdict(dialog)],
			]}
		/>
	);
}

function verdict({text, command}: Props['dialog']): Line {
	const {word} = command;
	if (text === word) return [span(`  Enter ${words[command.do].verb}`, 'warn')];
	if (word.startsWith(text)) return [];
	return [span(text.toLowerCase() === word ? '  small letters: is Caps Lock on?' : '  that is not the word', 'bad')];
}
