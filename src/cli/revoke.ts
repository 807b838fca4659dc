/** `vks revoke`: the safer direction, so it asks nothing. */
import type {Args, ExitCode, Io} from './io.ts';
import {wrongUsage} from './output.ts';
import {submit} from './submit.ts';

export async function run(args: Args, io: Io): Promise<ExitCode> {
	const [typed = ''] = args.positionals;
	const id = /^\d{1,9}$/.test(typed) ? Number(typed) : 0;
	return id < 1 ? wrongUsage(`"${typed}" is not the number of an exception: \`vks exceptions\` lists them`, io, 'revoke') : submit({do: 'revoke', id}, args, io);
}
