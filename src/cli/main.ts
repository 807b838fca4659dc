/** From what was typed to a command's exit code. */
import {hasOption, type ExitCode, type Io} from './io.ts';
import {wrongUsage} from './output.ts';
import {parseCommandLine} from './parse.ts';

export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
	const parsed = parseCommandLine(argv);
	if (!parsed.ok) return wrongUsage(parsed.error.why, io, parsed.error.command);
	const {command, args} = parsed.value;
	if (hasOption(args, 'help')) return (await import('./help.ts')).printHelp(command, args, io);
	if (hasOption(args, 'version')) return (await import('./version.ts')).run(args, io);
	if (command === null) return wrongUsage('no command given', io);
	return (await command.load()).run(args, io);
}
