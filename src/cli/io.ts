/** What a command may touch of the world outside: given to it, so that tests need no process. */
import type {Readable, Writable} from 'node:stream';

export interface TextSink {
	write(text: string): unknown;
	readonly isTTY?: boolean | undefined;
}

export interface Io {
	readonly stdout: TextSink;
	readonly stderr: TextSink;
	/** Both of them as bytes, for what carries another conversation; reading begins when it is asked for. */
	pipe(): {readonly input: Readable; readonly output: Writable};
	readonly env: Readonly<Record<string, string | undefined>>;
	now(): number;
	/** Asks the person at the terminal; null when there is none, or when they gave no answer. */
	ask(question: string): Promise<string | null>;
	/** Ends what would follow for ever. */
	readonly signal: AbortSignal;
}

/** What was typed after the command's name, already checked against the command table. */
export interface Args {
	/** Long names without dashes; `true` for those that take no value. */
	readonly options: Readonly<Record<string, string | true | undefined>>;
	readonly positionals: readonly string[];
}

export type CommandRun = (args: Args, io: Io) => Promise<ExitCode>;

export const exitCodes = {fine: 0, failed: 1, usage: 2, notEnforced: 3, reverted: 4} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export function textOption(args: Args, name: string): string | null {
	const value = args.options[name];
	return typeof value === 'string' ? value : null;
}

export const hasOption = (args: Args, name: string): boolean => args.options[name] !== undefined;

/** With the file that `--config` names. */
export function environmentOf(args: Args, {env}: Io): Io['env'] {
	const file = textOption(args, 'config');
	return file === null ? env : {...env, VKS_CONFIG: file};
}
