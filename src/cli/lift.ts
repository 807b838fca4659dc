/** `vks lift`: the less safe direction, so it takes a typed word. */
import {exitCodes, textOption, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor} from './output.ts';
import {submit} from './submit.ts';

const word = 'lift';

export async function run(args: Args, io: Io): Promise<ExitCode> {
	const output = outputFor(args, io);
	const given = textOption(args, 'word');
	if (given === word) return submit({do: 'lift', word}, args, io);
	if (given !== null) {
		output.complain(`vks: not lifted: --word must be "${word}"`);
		return exitCodes.usage;
	}
	const typed = await io.ask(`Type ${word} to end the lockdown: `);
	if (typed === null) {
		output.complain(`vks: without a terminal, write: vks lift --word ${word}`);
		return exitCodes.usage;
	}
	if (typed.trim() === word) return submit({do: 'lift', word}, args, io);
	output.complain('Not lifted.');
	return exitCodes.failed;
}
