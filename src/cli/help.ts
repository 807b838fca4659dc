/** `vks help`, and `--help` of every command: rendered from the command table. */
import {commands, commonExits, commonOptions, type ArgumentSpec, type CommandSpec, type OptionSpec} from './commands.ts';
import {exitCodes, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor} from './output.ts';
import {factLines} from './table.ts';

export async function run(args: Args, io: Io): Promise<ExitCode> {
	return printHelp(null, args, io);
}

export function printHelp(command: CommandSpec | null, args: Args, io: Io): ExitCode {
	const output = outputFor(args, io);
	for (const text of command === null ? helpLines() : commandHelpLines(command)) output.line(text);
	return exitCodes.fine;
}

export function helpLines(): readonly string[] {
	return [
		'vks: a kill switch for VPN containers',
		'',
		'Usage: vks <command> [options]',
		'',
		'Commands',
		...factLines(commands.map(({name, summary}) => [name, summary])),
		'',
		'Options of every command',
		...optionLines(commonOptions),
		'',
		'Exit codes',
		...exitLines(commonExits),
		'',
		'`vks <command> --help` shows examples. The console is `vks-tui`.',
	];
}

export const usageOf = ({name, arguments: words, options}: CommandSpec): string =>
	['vks', name, ...words.map(argumentName), ...options.map(option => `[${optionName(option)}]`)].join(' ');

export function commandHelpLines(command: CommandSpec): readonly string[] {
	const {name, summary, arguments: words, options, examples, exits = []} = command;
	const section = (title: string, lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : ['', title, ...lines]);
	const codes = commonExits.map(([code, meaning]) => exits.find(([own]) => own === code) ?? ([code, meaning] as const));
	return [
		`vks ${name}: ${summary}`,
		'',
		`Usage: ${usageOf(command)}`,
		...section('Arguments', words.length === 0 ? [] : factLines(words.map(word => [argumentName(word), word.summary]))),
		...section('Options', optionLines([...options, ...commonOptions])),
		...section('Examples', factLines(examples)),
		...section('Exit codes', exitLines(codes.filter(([code]) => code !== exitCodes.notEnforced || exits.length > 0))),
	];
}

const argumentName = ({name, many}: ArgumentSpec): string => (many === true ? `[<${name}>…]` : `<${name}>`);
const optionName = ({name, value}: OptionSpec): string => (value === undefined ? `--${name}` : `--${name} ${value}`);

const optionLines = (options: readonly OptionSpec[]): readonly string[] =>
	factLines(options.map(option => [`${option.short === undefined ? '    ' : `-${option.short}, `}${optionName(option)}`, option.summary]));

const exitLines = (exits: ReadonlyArray<readonly [code: number, meaning: string]>): readonly string[] =>
	factLines(exits.map(([code, meaning]) => [String(code), meaning]));
