/** Joins the view to Ink: reads frames, and hands out what only Ink can do to the terminal. */
import {useApp, useStdout} from 'ink';
import {useEffect, useMemo, useSyncExternalStore} from 'react';
import {App} from '../../components/App.tsx';
import type {Frames} from './frames.ts';
import type {KeyFlags} from './input.ts';
import {themeFor} from './theme.ts';

export interface ScreenControl {
	readonly repaint: () => void;
	/** Gives the terminal away while the callback runs, then paints again. */
	readonly suspend: (whileSuspended: () => void) => Promise<void>;
}

interface Props {
	readonly frames: Frames;
	readonly onKey: (input: string, key: KeyFlags) => void;
	readonly onPaste: (text: string) => void;
	readonly onControl: (control: ScreenControl) => void;
}

const clearScreen = '\u001B[2J\u001B[H';

export function Root({frames, onKey, onPaste, onControl}: Props) {
	const state = useSyncExternalStore(frames.subscribe, frames.get);
	const {theme: name, asciiOnly, linear} = state.looks;
	const theme = useMemo(() => themeFor({name, asciiOnly, linear}), [name, asciiOnly, linear]);
	const {write} = useStdout();
	const {suspendTerminal} = useApp();
	useEffect(() => {
		onControl({repaint: () => write(clearScreen), suspend: whileSuspended => suspendTerminal(whileSuspended)});
	}, [onControl, write, suspendTerminal]);
	return <App state={state} theme={theme} onKey={onKey} onPaste={onPaste} />;
}
