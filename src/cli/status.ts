/** `vks status`. */
import {statusOf} from '../control/status.ts';
import {ok} from '../result.ts';
import {newest, withDaemon} from './daemon.ts';
import {exitCodes, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor} from './output.ts';
import {statusLines} from './status-text.ts';

export function run(args: Args, io: Io): Promise<ExitCode> {
	return withDaemon(args, io, 'read', async daemon => {
		const update = await newest(daemon, 'snapshot');
		if (!update.ok) return update;
		const output = outputFor(args, io);
		const status = statusOf(update.value.snapshot, io.now());
		if (output.wantsJson) output.json(status);
		else for (const text of statusLines(status)) output.line(text);
		return ok(status.proof.kind === 'proven' ? exitCodes.fine : exitCodes.notEnforced);
	});
}
