/** Draws the whole console at an exact size, as text: what an operator would see, without a terminal. */
import {EventEmitter} from 'node:events';
import {render} from 'ink';
import {createElement, type ReactNode} from 'react';
import {App} from '../../components/App.tsx';
import {themeFor, type Theme} from '../../src/console/theme.ts';
import type {ViewState} from '../../src/console/view.ts';

class ExactStdout extends EventEmitter {
	readonly isTTY = true;
	readonly columns: number;
	readonly rows: number;
	last = '';

	constructor(columns: number, rows: number) {
		super();
		this.columns = columns;
		this.rows = rows;
	}

	readonly write = (frame: string): boolean => {
		// Switching paste brackets on is not a frame.
		if (!frame.startsWith('\u001B[?')) this.last = frame;
		return true;
	};
}

class SilentStdin extends EventEmitter {
	readonly isTTY = true;
	readonly setEncoding = (): void => undefined;
	readonly setRawMode = (): void => undefined;
	readonly ref = (): void => undefined;
	readonly unref = (): void => undefined;
	readonly read = (): null => null;
}

export function draw(node: ReactNode, {columns, rows, spoken = false}: {readonly columns: number; readonly rows: number; readonly spoken?: boolean}): string {
	const stdout = new ExactStdout(columns, rows);
	const instance = render(node, {
		stdout: stdout as unknown as NodeJS.WriteStream,
		stdin: new SilentStdin() as unknown as NodeJS.ReadStream,
		debug: true,
		isScreenReaderEnabled: spoken,
		exitOnCtrlC: false,
		patchConsole: false,
	});
	const frame = stdout.last;
	instance.unmount();
	instance.cleanup();
	return frame;
}

const nothing = (): void => undefined;

export function screen(state: ViewState, theme: Theme = themeFor({})): string {
	return draw(createElement(App, {state, theme, onKey: nothing, onPaste: nothing}), state);
}

/** What a screen reader is given, a sentence a line. */
export function spoken(state: ViewState): string {
	return draw(createElement(App, {state, theme: themeFor({linear: true}), onKey: nothing, onPaste: nothing}), {columns: state.columns, rows: state.rows, spoken: true});
}
