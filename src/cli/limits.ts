/** `vks limits`: what vks cannot do, so that nobody relies on it. Asks no daemon. */
import {exitCodes, type Args, type ExitCode, type Io} from './io.ts';
import {limits} from './limits-table.ts';
import {outputFor, paint} from './output.ts';

export async function run(args: Args, io: Io): Promise<ExitCode> {
	const output = outputFor(args, io);
	if (output.wantsJson) {
		output.json({version: 1, limits: limits.map(({what, because, instead}) => ({what, because, instead}))});
		return exitCodes.fine;
	}
	output.line('What vks cannot do for you. docs/known-issues.md says more, and lists what it does badly.');
	for (const {what, because, instead} of limits) {
		output.line();
		output.line(paint('strong', what));
		output.line(`  why      ${because}`);
		output.line(`  instead  ${instead}`);
	}
	return exitCodes.fine;
}
