/** `vks run`: the daemon. */
import {exitCodes, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor} from './output.ts';

export async function run(args: Args, io: Io): Promise<ExitCode> {
	outputFor(args, io).complain('vks: the daemon is not part of this build');
	return exitCodes.failed;
}
