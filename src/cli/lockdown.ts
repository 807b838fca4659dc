/** `vks lockdown`: the safer direction, so it asks nothing. */
import {textOption, type Args, type ExitCode, type Io} from './io.ts';
import {submit} from './submit.ts';

/** The daemon takes no longer reason, and an emergency must not fail over its wording. */
const longestReason = 500;

export const run = (args: Args, io: Io): Promise<ExitCode> =>
	submit({do: 'lockdown', reason: (textOption(args, 'reason') ?? 'from the command line').slice(0, longestReason)}, args, io);
