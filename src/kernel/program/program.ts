/** Runs a program that the operator named, to its end: argv without a shell, an environment of its own, a deadline, bounded output. */
import {spawn, type ChildProcess} from 'node:child_process';

export interface ProgramWish {
	/** A program without a slash is looked for in the `PATH` of `environment`. */
	readonly argv: readonly [string, ...string[]];
	/** The whole of it: what the daemon's own holds, tokens for instance, does not go along. */
	readonly environment: Readonly<Record<string, string>>;
	/** As whom, without any other group; null is as the daemon. */
	readonly user: {readonly uid: number; readonly gid: number} | null;
	readonly timeoutMs: number;
}

/** `output` is the end of what it said on both of its outputs, 4 KiB at most. */
export type ProgramEnd =
	| {readonly kind: 'exited'; readonly code: number; readonly output: string}
	/** By somebody else, or because we no longer wanted it. */
	| {readonly kind: 'killed'; readonly signal: string; readonly output: string}
	| {readonly kind: 'timed-out'; readonly output: string}
	| {readonly kind: 'not-started'; readonly why: string};

export const mostProgramOutput = 4096;
/** What a program started in the background may hold its outputs open for, after its own end. */
const lastWordsMs = 100;

/** Never rejects. A signal that aborts ends the program, and so does its time; both take along whatever it started. */
export function runProgram({argv: [program, ...args], environment, user, timeoutMs}: ProgramWish, signal: AbortSignal): Promise<ProgramEnd> {
	return new Promise(resolve => {
		if (signal.aborted) return resolve({kind: 'not-started', why: 'it was no longer wanted'});
		// A session of its own, so that all of it can be ended, and no terminal of ours ends it.
		const child = spawn(program, args, {env: environment, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'], detached: true, ...user});
		const output = lastOf([child.stdout, child.stderr]);
		let late = false;
		const end = (): void => killAll(child);
		const timer = setTimeout(() => {
			late = true;
			end();
		}, timeoutMs);
		signal.addEventListener('abort', end, {once: true});
		const finish = (ended: ProgramEnd): void => {
			clearTimeout(timer);
			signal.removeEventListener('abort', end);
			for (const stream of [child.stdout, child.stderr]) stream?.destroy();
			resolve(ended);
		};
		child.once('error', cause => finish({kind: 'not-started', why: whyOf(cause)}));
		child.once('exit', (code, by) => {
			const told = (): void => finish(late ? {kind: 'timed-out', output: output()} : code === null ? {kind: 'killed', signal: by ?? 'unknown', output: output()} : {kind: 'exited', code, output: output()});
			const enough = setTimeout(told, lastWordsMs);
			child.once('close', () => {
				clearTimeout(enough);
				told();
			});
		});
	});
}

function killAll({pid}: ChildProcess): void {
	if (pid === undefined) return;
	try {
		process.kill(-pid, 'SIGKILL');
	} catch {
		// It has just ended.
	}
}

function lastOf(streams: readonly (NodeJS.ReadableStream | null)[]): () => string {
	let kept = Buffer.alloc(0);
	for (const stream of streams) stream?.on('data', (chunk: Buffer) => (kept = Buffer.concat([kept, chunk]).subarray(-mostProgramOutput)));
	return () => kept.toString('utf8');
}

function whyOf(cause: Error): string {
	switch ('code' in cause ? cause.code : null) {
		case 'ENOENT':
			return 'there is no such program';
		case 'EACCES':
			return 'it may not be run';
		case 'EPERM':
			return 'vks may not become that user';
		default:
			return cause.message;
	}
}
