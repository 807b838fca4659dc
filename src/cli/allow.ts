/** `vks allow`: the less safe direction, so it asks for an end and a reason. */
import {parseAllow} from './exception-command.ts';
import {hasOption, textOption, type Args, type ExitCode, type Io} from './io.ts';
import {wrongUsage} from './output.ts';
import {submit} from './submit.ts';

export async function run(args: Args, io: Io): Promise<ExitCode> {
	const [protocol = '', target = ''] = args.positionals;
	const command = parseAllow({
		protocol, target,
		inbound: hasOption(args, 'in'),
		time: textOption(args, 'for'),
		reason: textOption(args, 'reason'),
		uid: textOption(args, 'uid'),
		by: io.env['SUDO_USER'] ?? io.env['USER'] ?? '',
	});
	return command.ok ? submit(command.value, args, io) : wrongUsage(command.error, io, 'allow');
}
