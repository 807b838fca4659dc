/** `vks version`. */
import {version} from '../version.ts';
import {exitCodes, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor} from './output.ts';

export async function run(args: Args, io: Io): Promise<ExitCode> {
	const output = outputFor(args, io);
	if (output.wantsJson) output.json({version});
	else output.line(version);
	return exitCodes.fine;
}
