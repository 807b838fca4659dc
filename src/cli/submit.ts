/** Sends one command to the daemon and prints its outcome. */
import {lockdownPatience} from '../control/client.ts';
import type {Command} from '../control/schema.ts';
import {formatDuration} from '../console/format.ts';
import type {Problem} from '../problem.ts';
import {ok} from '../result.ts';
import {withDaemon} from './daemon.ts';
import {exitCodes, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor} from './output.ts';

/** Longer than the daemon itself tries: its word on why something failed is better than ours. */
const outcomeWithinMs = 120_000;

export function submit(command: Command, args: Args, io: Io): Promise<ExitCode> {
	const urgent = command.do === 'lockdown';
	return withDaemon(args, io, urgent ? 'lockdown' : 'command', async ({client}) => {
		const answer = await client.command(command, urgent ? lockdownPatience : {deadlineMs: outcomeWithinMs});
		if (!answer.ok) return answer;
		const outcome = answer.value;
		const output = outputFor(args, io);
		if (output.wantsJson) output.json({version: 1, ...outcome});
		else if (outcome.ok) {
			output.line(`${outcome.message} (${formatDuration(outcome.durationMs)})`);
			if (outcome.problem !== null) output.problem(outcome.problem as Problem, outcome.carries);
		}
		else if (outcome.problem === null) output.complain(outcome.message);
		else {
			// Where it ended; the problem alone says only what was in the way.
			if (!outcome.message.includes(outcome.problem.what)) output.complain(outcome.message);
			output.problem(outcome.problem as Problem, outcome.carries);
		}
		return ok(outcome.ok ? exitCodes.fine : exitCodes.failed);
	});
}
