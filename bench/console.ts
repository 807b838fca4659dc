/** The console in a real pseudo-terminal. */
import {spawn} from '@lydell/node-pty';
import xterm from '@xterm/headless';

export interface ConsoleScreen {
	readonly pid: number;
	press(key: string): void;
	text(): string;
	/** Resolves when the screen meets the condition. */
	until(what: string, good: (text: string) => boolean): Promise<void>;
	/** Resolves when the screen shows every word. */
	shows(...words: readonly string[]): Promise<void>;
	leave(): Promise<void>;
	/** For whoever does not leave by `q`; again is nothing. */
	end(): void;
}

const size = {cols: 120, rows: 40};
const patienceMs = 10_000;

export function openConsole(argv: readonly string[], environment: Readonly<Record<string, string>>): ConsoleScreen {
	const [file = '', ...args] = argv;
	const screen = new xterm.Terminal({...size, allowProposedApi: true});
	const pty = spawn(file, args, {...size, name: 'xterm-256color', env: {...process.env, LANG: 'C.UTF-8', ...environment}});
	const exited = new Promise<void>(resolve => pty.onExit(() => resolve()));
	const looking = new Set<() => void>();
	pty.onData(data => screen.write(data, () => {
		for (const look of looking) look();
	}));
	const text = (): string => Array.from({length: size.rows}, (_, row) => screen.buffer.active.getLine(row)?.translateToString(true) ?? '').join('\n');
	const until: ConsoleScreen['until'] = (what, good) =>
		new Promise((resolve, reject) => {
			const settle = (done: () => void): void => {
				clearTimeout(timer);
				looking.delete(look);
				done();
			};
			const look = (): void => {
				if (good(text())) settle(resolve);
			};
			const timer = setTimeout(() => settle(() => reject(new Error(`the console never showed ${what}:\n${text()}`))), patienceMs);
			looking.add(look);
			look();
		});
	let gone = false;
	void exited.then(() => (gone = true));
	return {
		pid: pty.pid,
		press: key => pty.write(key),
		text,
		until,
		shows: (...words) => until(words.join(' and '), shown => words.every(word => shown.includes(word))),
		async leave() {
			const timer = setTimeout(() => pty.kill('SIGKILL'), 3000);
			pty.write('q');
			await exited;
			clearTimeout(timer);
			screen.dispose();
		},
		end() {
			if (!gone) pty.kill('SIGKILL');
		},
	};
}

/** What the bytes of a first frame say, without the escape sequences between them. */
const plain = (bytes: string): string => bytes.replaceAll(/\u001B\[[0-9;?]*[A-Za-z]/g, '');

/** From the start of the process to a frame that holds every word; the words are read as they arrive, without a terminal between. */
export async function timeToFrame(argv: readonly string[], environment: Readonly<Record<string, string>>, words: readonly string[]): Promise<number> {
	const [file = '', ...args] = argv;
	const startedMs = performance.now();
	const pty = spawn(file, args, {...size, name: 'xterm-256color', env: {...process.env, LANG: 'C.UTF-8', ...environment}});
	const exited = new Promise<void>(resolve => pty.onExit(() => resolve()));
	const shown = new Promise<number>((resolve, reject) => {
		let bytes = '';
		pty.onData(data => {
			const atMs = performance.now();
			bytes += data;
			if (words.every(word => plain(bytes).includes(word))) resolve(atMs - startedMs);
		});
		void exited.then(() => reject(new Error(`the console ended before its first frame: ${plain(bytes)}`)));
	});
	const timer = setTimeout(() => pty.kill('SIGKILL'), patienceMs);
	try {
		return await shown;
	} finally {
		pty.write('q');
		await exited;
		clearTimeout(timer);
	}
}
