/** A long-lived process behind a device, which survives the daemon when the daemon is killed. */
import {spawn} from 'node:child_process';
import {fail, ok, type Result} from '../result.ts';
import {childEnvironment} from './devices-run.ts';
import {openLastWords} from './last-words.ts';

export interface Process {
	readonly pid: number;
	/** Resolves once, with its exit code or the signal that ended it. */
	readonly exited: Promise<number | string>;
	kill(signal: 'SIGTERM' | 'SIGKILL'): void;
	/** What it said last on standard error, once it has ended; empty where that is not known. */
	lastWords(): string;
}

/** Another user's, without any other group; `folder` is where it stands, also where that user could not go by its path. */
export interface StartAs {
	readonly uid: number;
	readonly folder: string;
}

/** `input` is given to it on its standard input, which then ends: it may be secret, and is kept nowhere. */
export type StartProcess = (argv: readonly [string, ...string[]], environment: Readonly<Record<string, string>>, input?: string, as?: StartAs) => Promise<Result<Process, 'missing' | 'refused'>>;

/**
 * No pipe to us: a Go program that writes to a broken one is killed by SIGPIPE, so the tunnel would die soon after the
 * daemon. A session of its own: Ctrl-C in the daemon's terminal must not take the tunnel away before the daemon says so.
 */
export const startProcess: StartProcess = ([program, ...args], environment, input, as) =>
	new Promise(resolve => {
		// What another user's says of connections would fill it, and nobody reads it.
		const words = as === undefined ? openLastWords() : null;
		let said = '';
		const child = spawn(program, args, {env: {...childEnvironment(), ...environment}, stdio: [input === undefined ? 'ignore' : 'pipe', 'ignore', words?.file ?? 'ignore'], detached: true, ...(as === undefined ? {} : {uid: as.uid, gid: as.uid, cwd: as.folder})});
		// One that ends before it has read all is judged by its end.
		child.stdin?.on('error', () => undefined);
		child.stdin?.end(input);
		const exited = new Promise<number | string>(ended => {
			child.once('exit', (code, signal) => {
				said = words?.end() ?? '';
				ended(code ?? signal ?? 'unknown');
			});
		});
		child.once('error', cause => {
			if (child.pid === undefined) words?.end();
			resolve(fail('code' in cause && cause.code === 'ENOENT' ? 'missing' : 'refused'));
		});
		child.once('spawn', () => {
			const {pid} = child;
			if (pid === undefined) return;
			// Only the daemon's own work keeps the daemon alive.
			child.unref();
			resolve(ok({pid, exited, kill: signal => void child.kill(signal), lastWords: () => said}));
		});
	});
