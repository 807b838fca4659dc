/** The one place where the console starts a program: the one that carries a daemon's socket from elsewhere. */
import {spawn} from 'node:child_process';
import type {Wire} from '../../control/wire.ts';
import {errorCode} from '../../error-code.ts';
import type {Problem} from '../../problem.ts';
import {commandFor} from './command.ts';
import {endingProblem} from './ending.ts';
import {afterPreamble} from './preamble.ts';
import {nameOf, type Way} from './target.ts';

const keptOfErrors = 4096;

export function farWire(way: Extract<Way, {kind: 'far'}>, {view}: {readonly view: boolean}): Wire {
	const [program = '', ...args] = commandFor(way, {view});
	// A session of its own has no terminal: whatever is asked on the way, nobody draws over the console.
	const child = spawn(program, args, {stdio: ['pipe', 'pipe', 'pipe'], detached: true});
	let said = '';
	let isOpen = true;
	let tell: (problem: Problem | null) => void = () => undefined;
	const finish = (problem: Problem | null): void => {
		if (!isOpen) return;
		isOpen = false;
		tell(problem);
	};
	const ended = (code: number | null, notStarted: string | null): void => finish(endingProblem(way, {code, notStarted, said}));
	const hear = (text: string): void => void (said = `${said}${text}`.slice(-keptOfErrors));
	child.stderr.on('data', (chunk: Buffer) => hear(chunk.toString()));
	// Its end is told by `close`, with the reason.
	for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => undefined);
	child.on('error', error => ended(null, errorCode(error) === 'ENOENT' ? 'there is no such program' : error.message));
	child.on('close', code => ended(code, null));
	return {
		name: nameOf(way),
		isOpen: () => isOpen && child.stdin.writable,
		write: text => void child.stdin.write(text),
		close() {
			// The other end reads the end of its input and goes, also where a signal does not reach.
			for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
			child.kill('SIGTERM');
			finish(null);
		},
		listen(onData, onClose) {
			tell = onClose;
			child.stdout.on('data', afterPreamble(onData, hear));
		},
	};
}
