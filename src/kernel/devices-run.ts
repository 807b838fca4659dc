/** Runs one short command to its end: argv without a shell, a small environment, a deadline, bounded output. */
import {spawn} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {closeSync, existsSync, openSync, unlinkSync, writeSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

export interface Input {
	readonly text: string;
	/** `file`: for a program that opens /dev/stdin by name, which a pipe of Node's, a socket in truth, refuses. */
	readonly as: 'pipe' | 'file';
}

export interface RunOutcome {
	/** Null when it was killed, or never started. */
	readonly code: number | null;
	readonly output: string;
	readonly error: string;
	/** There is no such program. */
	readonly missing: boolean;
}

export type Run = (argv: readonly [string, ...string[]], input?: Input) => Promise<RunOutcome>;

const deadlineMs = 5000;
const mostOutput = 1024 * 1024;

/** The daemon's own environment may hold tokens: children get a path and a language, so that messages can be matched. */
export const childEnvironment = (): Record<string, string> => ({PATH: `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`, LC_ALL: 'C'});

export const runCommand: Run = ([program, ...args], input) =>
	new Promise(resolve => {
		const file = input?.as === 'file' ? unlinkedFile(input.text) : null;
		const child = spawn(program, args, {env: childEnvironment(), stdio: [file ?? 'pipe', 'pipe', 'pipe'], timeout: deadlineMs, killSignal: 'SIGKILL'});
		if (file !== null) closeSync(file);
		const output = collect(child.stdout);
		const error = collect(child.stderr);
		child.once('error', cause => {
			resolve({code: null, output: '', error: cause.message, missing: 'code' in cause && cause.code === 'ENOENT'});
		});
		child.once('close', code => {
			resolve({code, output: output(), error: error(), missing: false});
		});
		// A program that ends without reading its input is judged by its exit code, not by our broken pipe.
		child.stdin?.on('error', () => undefined);
		child.stdin?.end(input?.as === 'pipe' ? input.text : '');
	});

function collect(stream: NodeJS.ReadableStream | null): () => string {
	const chunks: Buffer[] = [];
	let size = 0;
	stream?.on('data', (chunk: Buffer) => {
		if (size < mostOutput) chunks.push(chunk);
		size += chunk.length;
	});
	return () => Buffer.concat(chunks).toString('utf8').slice(0, mostOutput);
}

/** A file that no folder lists any more: keys in it can be read through this descriptor only, and go with it. */
function unlinkedFile(text: string): number {
	// A tmpfs in every container engine, so that keys do not reach a disk.
	const path = join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), `vks-${randomUUID()}`);
	const file = openSync(path, 'wx+', 0o600);
	unlinkSync(path);
	// At a position of its own, so that a reader of the descriptor starts at 0.
	writeSync(file, text, 0);
	return file;
}
