/**
 * A process beside the daemon that outlives it, and takes back what it changed unless it was told that somebody confirmed. It
 * hears lines on its standard input, the end of which is the daemon's; it has a session of its own, so that neither Ctrl-C nor
 * the end of a terminal reaches it.
 */
import {spawn} from 'node:child_process';
import type {Problem} from '../../problem.ts';
import {fail, ok, type Result} from '../../result.ts';
import {childEnvironment} from '../devices-run.ts';
import {problem} from '../problems.ts';

/** `beat`: we live. `kept`: nothing is to be taken back any more. `done`: it was. */
export type Word = 'beat' | 'kept' | 'done';

export interface Watcher {
	/** Has reached the kernel when it returns: who dies after that has still said it. */
	tell(word: Word): void;
	/** Resolves when the process has ended. */
	readonly ended: Promise<void>;
	/** For one that does not end. */
	kill(): void;
}

const readyWithinMs = 10_000;

/** `first` is its first line; it answers with one of its own once it can do its work. */
export function startWatcher(argv: readonly [string, ...string[]], first: string): Promise<Result<Watcher, Problem>> {
	const [program, ...args] = argv;
	return new Promise(resolve => {
		const child = spawn(program, args, {env: childEnvironment(), stdio: ['pipe', 'pipe', 'inherit'], detached: true});
		const ended = new Promise<void>(done => {
			child.once('exit', () => done());
			child.once('error', () => done());
		});
		const timer = setTimeout(() => refuse('it did not answer in time'), readyWithinMs);
		const refuse = (why: string): void => {
			clearTimeout(timer);
			child.kill('SIGKILL');
			resolve(fail(notStarted(why)));
		};
		// One that has ended hears nothing, and its end is told.
		child.stdin.on('error', () => undefined);
		child.once('error', cause => refuse(cause.message));
		child.once('exit', () => refuse('it ended'));
		child.stdout.once('data', () => {
			clearTimeout(timer);
			child.unref();
			child.stdout.destroy();
			resolve(ok({
				// A pipe with room takes the line at once (uv_try_write).
				tell: word => void child.stdin.write(`${word}\n`),
				ended,
				kill: () => void child.kill('SIGKILL'),
			}));
		});
		child.stdin.write(`${first}\n`);
	});
}

const notStarted = (why: string): Problem => problem(
	'internal',
	`The process that takes everything back unless you confirm could not be started (${why}). Nothing was changed.`,
	'Free memory and process ids, or start without it: `--confirm-within off`.',
);
