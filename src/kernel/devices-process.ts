/** A long-lived process behind a device, which survives the daemon when the daemon is killed. */
import {spawn} from 'node:child_process';
import {fail, ok, type Result} from '../result.ts';
import {childEnvironment} from './devices-run.ts';

export interface Process {
	readonly pid: number;
	/** Resolves once, with its exit code or the signal that ended it. */
	readonly exited: Promise<number | string>;
	kill(signal: 'SIGTERM' | 'SIGKILL'): void;
}

/** `input` is given to it on its standard input, which then ends: it may be secret, and is kept nowhere. */
export type StartProcess = (argv: readonly [string, ...string[]], environment: Readonly<Record<string, string>>, input?: string) => Promise<Result<Process, 'missing' | 'refused'>>;

/**
 * No pipe to us: a Go program that writes to a broken one is killed by SIGPIPE, so the tunnel would die soon after the
 * daemon. A session of its own: Ctrl-C in the daemon's terminal must not take the tunnel away before the daemon says so.
 */
export const startProcess: StartProcess = ([program, ...args], environment, input) =>
	new Promise(resolve => {
		const child = spawn(program, args, {env: {...childEnvironment(), ...environment}, stdio: [input === undefined ? 'ignore' : 'pipe', 'ignore', 'ignore'], detached: true});
		// One that ends before it has read all is judged by its end.
		child.stdin?.on('error', () => undefined);
		child.stdin?.end(input);
		const exited = new Promise<number | string>(ended => {
			child.once('exit', (code, signal) => {
				ended(code ?? signal ?? 'unknown');
			});
		});
		child.once('error', cause => {
			resolve(fail('code' in cause && cause.code === 'ENOENT' ? 'missing' : 'refused'));
		});
		child.once('spawn', () => {
			const {pid} = child;
			if (pid === undefined) return;
			// Only the daemon's own work keeps the daemon alive.
			child.unref();
			resolve(ok({pid, exited, kill: signal => void child.kill(signal)}));
		});
	});
