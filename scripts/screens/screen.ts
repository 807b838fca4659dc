/** A terminal as the walk sees it: keys go in, a picture comes out. tmux where it is installed, else a pty with an emulator. */
import {spawnSync} from 'node:child_process';
import {openTerminal} from '../../test/helpers/terminal.ts';
import {waitUntil} from '../../lab/processes.ts';
import {openTmux} from './tmux.ts';

export interface Size {
	readonly columns: number;
	readonly rows: number;
}

export interface Screen {
	/** The picture now, right-trimmed. */
	text(): string;
	/** One key at a time: several in one chunk are a paste, and the console refuses commands in it. */
	press(key: string): void;
	resize(size: Size): void;
	/** Ends the program and the terminal. */
	close(): Promise<void>;
}

export interface Opened {
	readonly argv: readonly string[];
	readonly folder: string;
	readonly size: Size;
	readonly environment: Readonly<Record<string, string>>;
}

export const hasTmux = (): boolean => spawnSync('tmux', ['-V']).status === 0;

export const openScreen = (opened: Opened): Screen => (hasTmux() ? openTmux(opened) : openPty(opened));

function openPty({argv, folder, size, environment}: Opened): Screen {
	const session = openTerminal(['sh', '-c', 'cd "$0" && exec "$@"', folder, ...argv], {...size, environment});
	return {
		text: () => session.screen(),
		press: key => session.type(key),
		resize: ({columns, rows}) => session.resize(columns, rows),
		async close() {
			session.kill('SIGKILL');
			await session.exited;
		},
	};
}

/** Waits for a picture; throws with the one there was instead. */
export async function until(screen: Screen, what: string, good: (text: string) => boolean, withinMs = 20_000): Promise<string> {
	if (!(await waitUntil(() => good(screen.text()), withinMs))) throw new Error(`${what} did not appear; the screen was:\n${screen.text()}`);
	return screen.text();
}

/** A dialog is deaf for its first 300 ms, so that a key held down cannot answer it: the key is pressed until it hears. */
export async function press(screen: Screen, key: string, what: string, good: (text: string) => boolean): Promise<string> {
	for (let tries = 0; tries < 20; tries++) {
		screen.press(key);
		if (await waitUntil(() => good(screen.text()), 1_000)) return screen.text();
	}
	throw new Error(`${JSON.stringify(key)}: ${what} did not appear; the screen was:\n${screen.text()}`);
}
