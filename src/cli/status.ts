/** `vks status`. */
import {withStatus} from './daemon.ts';
import {exitCodes, type Args, type ExitCode, type Io} from './io.ts';
import {statusLines} from './status-text.ts';

export function run(args: Args, io: Io): Promise<ExitCode> {
	return withStatus(args, io, (status, output) => {
		if (output.wantsJson) output.json(status);
		else for (const text of statusLines(status)) output.line(text);
		return status.proof.kind === 'proven' ? exitCodes.fine : exitCodes.notEnforced;
	});
}
