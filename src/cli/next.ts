/** `vks next`. */
import type {Args, ExitCode, Io} from './io.ts';
import {submit} from './submit.ts';

export const run = (args: Args, io: Io): Promise<ExitCode> => submit({do: 'next'}, args, io);
