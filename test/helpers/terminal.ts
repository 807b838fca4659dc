/** A real pseudo-terminal with an emulator behind it: what a person would see, as text. */
import {spawn, type IPty} from '@lydell/node-pty';
import {createRequire} from 'node:module';
import type {ITerminalInitOnlyOptions, ITerminalOptions, Terminal as Emulator} from '@xterm/headless';
import {hangsAfterMs} from '../../lab/processes.ts';

/** CommonJS without named exports that Node could see. */
const {Terminal} = createRequire(import.meta.url)('@xterm/headless') as {readonly Terminal: new (options: ITerminalOptions & ITerminalInitOnlyOptions) => Emulator};

export interface TerminalSession {
	readonly pid: number;
	/** The screen now, one string a row, right-trimmed. */
	rows(): readonly string[];
	screen(): string;
	type(text: string): void;
	resize(columns: number, rows: number): void;
	/** Resolves with the screen once it meets the condition; throws with the screen there was instead. */
	until(what: string, good: (screen: string) => boolean, deadlineMs?: number): Promise<string>;
	/** Every byte the program wrote so far. */
	written(): string;
	readonly exited: Promise<{readonly exitCode: number; readonly signal: number}>;
	kill(signal?: string): void;
	/** Closes the other end, as a lost connection or a closed window does. */
	hangUp(): void;
}

export function openTerminal(command: readonly string[], {columns, rows, environment}: {columns: number; rows: number; environment: Readonly<Record<string, string>>}): TerminalSession {
	const [program = '', ...args] = command;
	// A person's terminal has no such variable, and with it, whatever its value, there are no colours.
	const {CI: _, ...inherited} = process.env;
	const env = {...inherited, ...environment};
	// The pty sets TERM to its own name, whatever the environment says.
	const pty: IPty = spawn(program, args, {cols: columns, rows, name: environment['TERM'] ?? 'xterm', env});
	const emulator: Emulator = new Terminal({cols: columns, rows, allowProposedApi: true, scrollback: 0});
	const listeners = new Set<() => void>();
	let written = '';
	pty.onData(data => {
		written += data;
		emulator.write(data, () => listeners.forEach(listener => listener()));
	});
	const lines = (): readonly string[] => Array.from({length: emulator.rows}, (_, row) => emulator.buffer.active.getLine(row)?.translateToString(true) ?? '');
	const screen = (): string => lines().join('\n');
	return {
		pid: pty.pid,
		rows: lines,
		screen,
		written: () => written,
		type: text => pty.write(text),
		resize(toColumns, toRows) {
			emulator.resize(toColumns, toRows);
			pty.resize(toColumns, toRows);
		},
		until: (what, good, deadlineMs = hangsAfterMs) => new Promise((resolve, reject) => {
			const check = (): void => {
				if (!good(screen())) return;
				clearTimeout(timer);
				listeners.delete(check);
				resolve(screen());
			};
			const timer = setTimeout(() => {
				listeners.delete(check);
				reject(new Error(`${what} did not appear within ${deadlineMs} ms; the screen was:\n${screen()}`));
			}, deadlineMs);
			listeners.add(check);
			check();
		}),
		// With all of it on the screen.
		exited: new Promise(resolve => pty.onExit(({exitCode, signal}) => emulator.write('', () => resolve({exitCode, signal: signal ?? 0})))),
		kill: signal => pty.kill(signal),
		hangUp() {
			// Where it is gone already, there is nobody to tell.
			if ('destroy' in pty && typeof pty.destroy === 'function') pty.destroy();
		},
	};
}
