/** `vks purge`: forgets what holds destinations and uids, in the daemon; where none runs, what is left of it on the disk. */
import type {Command} from '../control/schema.ts';
import {removeOldEvidence} from '../evidence/old.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import {openDaemon} from './daemon.ts';
import {parseDuration} from './duration.ts';
import {environmentOf, exitCodes, hasOption, textOption, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor, wrongUsage} from './output.ts';

type Wish = Extract<Command, {do: 'purge'}>['olderThanSeconds'];

const word = 'purge';
const longestSeconds = 315_360_000;
const answerWithinMs = 30_000;

export async function run(args: Args, io: Io): Promise<ExitCode> {
	const output = outputFor(args, io);
	const wish = wishOf(args);
	if (!wish.ok) return wrongUsage(wish.error, io, 'purge');
	if (wish.value === null && !hasOption(args, 'yes')) {
		const typed = await io.ask(`Type ${word} to forget everything: `);
		if (typed === null) return wrongUsage('without a terminal, write: vks purge --all --yes', io, 'purge');
		if (typed.trim() !== word) {
			output.complain('Nothing was forgotten.');
			return exitCodes.failed;
		}
	}
	const forgotten = await forget(wish.value, args, io);
	if (!forgotten.ok) output.problem(forgotten.error);
	const folder = textOption(args, 'evidence');
	const removed = folder === null ? null : await removeOldEvidence(folder, wish.value === null ? Number.POSITIVE_INFINITY : io.now() - wish.value * 1000);
	if (removed?.ok === false) output.complain(`Evidence was not removed: ${removed.error}`);
	if (output.wantsJson) output.json({version: 1, ok: forgotten.ok, message: forgotten.ok ? forgotten.value : null, evidence: removed?.ok === true ? removed.value : null});
	else {
		if (forgotten.ok) output.line(forgotten.value);
		if (removed?.ok === true) output.line(`Removed ${removed.value} folders and files of evidence from ${folder}.`);
	}
	return forgotten.ok && removed?.ok !== false ? exitCodes.fine : exitCodes.failed;
}

/** Seconds, null for everything; or what is wrong with how it was asked. */
function wishOf(args: Args): Result<Wish, string> {
	const text = textOption(args, 'older-than');
	if (hasOption(args, 'all')) return text === null ? ok(null) : fail('purge takes --older-than TIME or --all, not both');
	if (text === null) return fail('purge needs --older-than TIME, such as 7d, or --all');
	const seconds = parseDuration(text);
	return seconds === null || seconds > longestSeconds ? fail(`--older-than ${text} is no length of time up to ten years: write 90s, 15m, 12h or 7d`) : ok(seconds);
}

async function forget(olderThanSeconds: Wish, args: Args, io: Io): Promise<Result<string, Problem>> {
	const daemon = await openDaemon(args, io, 'command');
	// Of one that cannot be asked nobody knows whether it lives: it would write the file again.
	if (!daemon.ok) return daemon.error.code === 'no-daemon' ? (await import('./purge-disk.ts')).forgetOnDisk(olderThanSeconds, environmentOf(args, io), io.now()) : daemon;
	const {client} = daemon.value;
	const answer = await client.command({do: 'purge', olderThanSeconds}, {deadlineMs: answerWithinMs});
	client.close();
	if (!answer.ok) return answer;
	const {ok: done, message, problem} = answer.value;
	return done ? ok(message) : fail((problem as Problem | null) ?? notForgotten(message));
}

const notForgotten = (what: string): Problem => ({code: 'internal', severity: 'error', what, stillBlocking: 'unknown', next: 'Look at `vks status`.'});
