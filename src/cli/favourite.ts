/** `vks favourite`. */
import {hasOption, type Args, type ExitCode, type Io} from './io.ts';
import {submit} from './submit.ts';

export const run = (args: Args, io: Io): Promise<ExitCode> => submit({do: 'favourite', server: args.positionals[0] ?? '', on: !hasOption(args, 'off')}, args, io);
