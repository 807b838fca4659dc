/** The world as this process has it. */
import type {Io} from './io.ts';

export function processIo(): Io {
	const enough = new AbortController();
	// `vks drops --follow | head` is done when its reader is, and says nothing about it; other commands keep their exit code.
	for (const stream of [process.stdout, process.stderr]) {
		stream.on('error', (error: NodeJS.ErrnoException) => {
			if (error.code !== 'EPIPE') throw error;
			enough.abort();
		});
	}
	return {stdout: process.stdout, stderr: process.stderr, pipe: () => ({input: process.stdin, output: process.stdout}), env: process.env, now: () => Date.now(), ask, signal: enough.signal};
}

async function ask(question: string): Promise<string | null> {
	if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) return null;
	const {createInterface} = await import('node:readline/promises');
	// On standard error: what was asked is no part of what the command prints.
	const lines = createInterface({input: process.stdin, output: process.stderr});
	const closed = new Promise<null>(resolve => lines.once('close', () => resolve(null)));
	const answer = await Promise.race([lines.question(question), closed]);
	lines.close();
	return answer;
}
