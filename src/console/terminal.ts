/** The terminal is the user's: whatever ends the console, it is given back once and whole, then one line says why. */
import {constants} from 'node:os';
import type {ReadStream, WriteStream} from 'node:tty';

export interface Terminal {
	/** What undoes the screen: Ink's unmount. Before it is set there is nothing to undo. */
	readonly onRestore: (restore: () => void) => void;
	/** What the user's other jobs may have done to the screen meanwhile is painted over. */
	readonly onContinue: (repaint: () => void) => void;
	readonly leave: (code: number, line?: string) => never;
	readonly fail: (error: unknown) => never;
	/** Stops this process as the shell expects; returns when it is continued. */
	readonly stopSelf: () => void;
}

const endings = ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGQUIT'] as const;
const hangUp = 128 + constants.signals.SIGHUP;

export function takeTerminal({stdin, stdout, stderr}: {readonly stdin: ReadStream; readonly stdout: WriteStream; readonly stderr: NodeJS.WritableStream}): Terminal {
	let restore: () => void = () => undefined;
	let repaint: () => void = () => undefined;
	let left = false;

	const leave = (code: number, line?: string): never => {
		// A second reason to leave, while leaving, must not restore again.
		if (!left) {
			left = true;
			quietly(restore);
			// Ink leaves raw mode in a microtask, which process.exit would not wait for.
			quietly(() => stdin.setRawMode(false));
			if (line !== undefined) quietly(() => stderr.write(`vks-tui: ${line}\n`));
		}
		process.exit(code);
	};
	const fail = (error: unknown): never => leave(1, oneLine(error));

	for (const signal of endings) process.on(signal, () => leave(128 + constants.signals[signal]));
	process.on('uncaughtException', fail);
	process.on('unhandledRejection', fail);
	// Nobody is there any more: nothing to tell, nobody to tell it.
	stdin.on('end', () => leave(hangUp));
	stdin.on('error', () => leave(hangUp));
	stdout.on('error', () => leave(hangUp));
	// After a stop we did not ask for, the shell has set the terminal its own way.
	process.on('SIGCONT', () => {
		if (!left) quietly(repaint);
	});

	return {
		leave,
		fail,
		onRestore: next => (restore = next),
		onContinue: next => (repaint = next),
		// SIGTSTP, not SIGSTOP: without a shell that could continue us (`docker exec`) the kernel ignores it, and we go on.
		stopSelf: () => process.kill(process.pid, 'SIGTSTP'),
	};
}

function quietly(action: () => unknown): void {
	try {
		action();
	} catch {
		// The terminal may be gone; leaving goes on.
	}
}

function oneLine(error: unknown): string {
	if (process.env['VKS_DEBUG'] === '1' && error instanceof Error) return error.stack ?? error.message;
	const text = error instanceof Error ? error.message : String(error);
	return `this is a bug: ${text.split('\n')[0] ?? ''}. The daemon and its policy are not affected`;
}
