/** The console for a screen reader: one column of sentences, no frames, no columns, and only the focused panel. */
import {Box, Text} from 'ink';
import {keyFor} from '../src/console/keymap.ts';
import {selectBanners} from '../src/console/select/banners.ts';
import {firstRunSentences, outcomeSentences, spoken, truthSentences} from '../src/console/select/linear.ts';
import type {Theme} from '../src/console/theme.ts';
import type {ViewState} from '../src/console/view.ts';
import type {ReactNode} from 'react';

interface Props {
	readonly state: ViewState;
	readonly theme: Theme;
	/** The open dialog; null when there is none. */
	readonly dialog: ReactNode;
	readonly panel: ReactNode;
}

export function Linear({state, theme, dialog, panel}: Props) {
	const isEmpty = state.live.snapshot === null;
	return (
		<Box flexDirection="column">
			<Sentences texts={outcomeSentences(state)} />
			{isEmpty ? <Sentences texts={['UNKNOWN.', ...firstRunSentences(state)]} /> : <Sentences texts={truthSentences(state, theme)} />}
			<Sentences texts={selectBanners(state).map(({text}) => `Attention: ${text}`)} />
			{state.dialog === null ? (isEmpty ? null : panel) : dialog}
			<Sentences texts={[keysSentence(state)]} />
		</Box>
	);
}

export function Sentences({texts}: {readonly texts: readonly string[]}) {
	return texts.map((text, index) => <Text key={index}>{spoken(text)}</Text>);
}

function keysSentence({keys, filterOpen, dialog}: ViewState): string {
	if (filterOpen) return 'Type to filter. Enter keeps it, Escape clears it.';
	if (dialog !== null) return 'Escape closes.';
	return `Keys: ${[['help', 'help'], ['palette', 'commands'], ['lockdown', 'lockdown'], ['quit', 'quit']].map(([name = '', word = '']) => `${keyFor(keys, name)} ${word}`).join(', ')}.`;
}
