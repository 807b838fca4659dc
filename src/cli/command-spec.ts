/** What a command is in the table of commands, and what all of them have in common. */
import type {CommandRun} from './io.ts';

export interface OptionSpec {
	readonly name: string;
	readonly short?: string;
	/** What its value is called in the help; absent for a switch. */
	readonly value?: string;
	/** May be given again: what it was given is then told line by line. */
	readonly many?: true;
	readonly summary: string;
}

export interface ArgumentSpec {
	readonly name: string;
	readonly summary: string;
	/** Any number of them, none too; only the last argument may be so. */
	readonly many?: true;
}

export interface CommandSpec {
	readonly name: string;
	readonly summary: string;
	/** All but those of which there may be any number are required: none of the commands guesses. */
	readonly arguments: readonly ArgumentSpec[];
	/** Besides the common ones. */
	readonly options: readonly OptionSpec[];
	readonly examples: ReadonlyArray<readonly [command: string, what: string]>;
	/** Codes that mean more here than what the common list says. */
	readonly exits?: ReadonlyArray<readonly [code: number, meaning: string]>;
	/** Imported when it is called for: what the others need must not cost this one its start-up. */
	readonly load: () => Promise<{readonly run: CommandRun}>;
}

export const commonOptions: readonly OptionSpec[] = [
	{name: 'socket', value: 'PATH', summary: 'the daemon\'s socket (default: control.sock in $VKS_RUN_FOLDER or /run/vks)'},
	{name: 'json', summary: 'print JSON; problems go to standard error as JSON too'},
	{name: 'no-color', summary: 'no colours (as does NO_COLOR in the environment)'},
	{name: 'help', short: 'h', summary: 'say how it is used'},
	{name: 'version', short: 'V', summary: 'print the version'},
];

export const commonExits: ReadonlyArray<readonly [code: number, meaning: string]> = [
	[0, 'fine'],
	[1, 'failed: the reason is on standard error'],
	[2, 'wrong usage'],
	[3, 'not enforced: the policy is not proven to be in the kernel (`status`, `run`)'],
];
