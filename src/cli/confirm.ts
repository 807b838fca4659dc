/** `vks confirm`: the operator still gets in, so what the start changed stays. */
import type {Args, ExitCode, Io} from './io.ts';
import {submit} from './submit.ts';

export const run = (args: Args, io: Io): Promise<ExitCode> => submit({do: 'confirm'}, args, io);
