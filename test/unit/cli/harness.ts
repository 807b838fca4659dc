/** Runs commands as `vks` would, against a fake controller behind a real socket. */
import {Readable, Writable} from 'node:stream';
import {onTestFinished} from 'vitest';
import type {ExitCode, Io} from '../../../src/cli/io.ts';
import {main} from '../../../src/cli/main.ts';
import {fakeController, fakeHistory, type FakeAnswers, type FakeController} from '../../fakes/fake-controller.ts';
import {noonMs} from '../../fakes/snapshot.ts';
import {startServer, temporaryFolder} from '../control/harness.ts';

export interface Ran {
	readonly code: ExitCode;
	readonly out: string;
	readonly err: string;
}

export interface Shell {
	readonly controller: FakeController;
	readonly runFolder: string;
	/** Runs one command line to its end. */
	vks(...argv: readonly string[]): Promise<Ran>;
	/** Runs one that follows: ends it when this much was printed. */
	vksUntil(lines: number, argv: readonly string[], meanwhile?: () => void): Promise<Ran>;
	closeServer(): Promise<void>;
}

export interface ShellOptions extends FakeAnswers {
	/** What the person at the terminal types; no terminal when absent. */
	readonly typed?: string;
	readonly terminal?: boolean;
	readonly env?: Readonly<Record<string, string>>;
	/** What comes on standard input, as bytes. */
	readonly piped?: Readable;
}

export async function shell({typed, terminal = false, env = {}, piped, ...answers}: ShellOptions = {}): Promise<Shell> {
	const controller = fakeController(answers);
	const runFolder = temporaryFolder();
	const server = await startServer({controller, history: fakeHistory(), runFolder});

	const start = async (argv: readonly string[], enoughLines: number, meanwhile: () => void): Promise<Ran> => {
		const enough = new AbortController();
		onTestFinished(() => enough.abort());
		let out = '';
		let err = '';
		const io: Io = {
			stdout: {
				isTTY: terminal,
				write(text) {
					if (out === '') setImmediate(meanwhile);
					out += text;
					if (out.split('\n').length > enoughLines) enough.abort();
				},
			},
			stderr: {isTTY: terminal, write: text => (err += text)},
			pipe: () => ({input: piped ?? Readable.from([]), output: new Writable({write: (chunk, _encoding, done) => {
				io.stdout.write(String(chunk));
				done();
			}})}),
			env: {VKS_RUN_FOLDER: runFolder, ...env},
			now: () => noonMs,
			ask: question => {
				err += question;
				return Promise.resolve(typed ?? null);
			},
			signal: enough.signal,
		};
		const code = await main(argv, io);
		return {code, out, err};
	};

	return {
		controller,
		runFolder,
		vks: (...argv) => start(argv, Number.POSITIVE_INFINITY, () => undefined),
		vksUntil: (lines, argv, meanwhile = () => undefined) => start(argv, lines, meanwhile),
		closeServer: () => server.close(),
	};
}
