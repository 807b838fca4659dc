/** What a program wrote beyond the columns it was given: looked for in a terminal that is wider, where nothing wraps. */
import {createRequire} from 'node:module';
import type {ITerminalInitOnlyOptions, ITerminalOptions, Terminal as Emulator} from '@xterm/headless';

const {Terminal} = createRequire(import.meta.url)('@xterm/headless') as {readonly Terminal: new (options: ITerminalOptions & ITerminalInitOnlyOptions) => Emulator};

/** Looked at after so many bytes: a line that is too long is drawn over by a later frame. */
const lookEvery = 2048;
const margin = 60;

export async function beyondColumn(written: string, {columns, rows}: {readonly columns: number; readonly rows: number}): Promise<readonly string[]> {
	const emulator = new Terminal({cols: columns + margin, rows, allowProposedApi: true, scrollback: 0});
	const found = new Set<string>();
	for (let at = 0; at < written.length; at += lookEvery) {
		await new Promise<void>(resolve => emulator.write(written.slice(at, at + lookEvery), resolve));
		for (let row = 0; row < rows; row++) {
			const rest = emulator.buffer.active.getLine(row)?.translateToString(true, columns) ?? '';
			if (rest !== '') found.add(rest);
		}
	}
	emulator.dispose();
	return [...found];
}
