/** Checks what was typed against the command table. Pure. */
import {parseArgs} from 'node:util';
import {fail, ok, type Result} from '../result.ts';
import {commands, commonOptions, type CommandSpec, type OptionSpec} from './commands.ts';
import type {Args} from './io.ts';
import {suggestion} from './suggest.ts';

export interface Invocation {
	/** Null when only options were given. */
	readonly command: CommandSpec | null;
	readonly args: Args;
}

type Tokens = NonNullable<ReturnType<typeof parseArgs<{tokens: true; strict: false; args: string[]}>>['tokens']>;
type OptionToken = Extract<Tokens[number], {kind: 'option'}>;

export interface WrongUsage {
	/** One line for the person who typed it. */
	readonly why: string;
	/** The command that was meant, where it is one. */
	readonly command: string | null;
}

export function parseCommandLine(argv: readonly string[]): Result<Invocation, WrongUsage> {
	const tokens = tokensOf(argv);
	const words = tokens.flatMap(token => (token.kind === 'positional' ? [token.value] : []));
	const typed = tokens.filter(token => token.kind === 'option');
	const [name, ...positionals] = words;
	const command = name === undefined ? null : commands.find(spec => spec.name === name);
	if (command === undefined) return fail({why: `unknown command "${name}"${meant(name ?? '', commands.map(spec => spec.name), '')}`, command: null});
	const wrong = (why: string): Result<never, WrongUsage> => fail({why, command: command?.name ?? null});

	const known = [...commonOptions, ...(command?.options ?? [])];
	const options: Record<string, string | true> = {};
	for (const token of typed) {
		const spec = known.find(option => option.name === token.name);
		const problem = spec === undefined ? unknownOption(token, known) : misused(token, spec);
		if (problem !== null) return wrong(problem);
		const before = options[token.name];
		options[token.name] = spec?.many === true && before !== undefined ? `${before}\n${token.value ?? ''}` : (token.value ?? true);
	}
	const asksForHelp = options['help'] !== undefined || options['version'] !== undefined;
	const problem = command === null || asksForHelp ? null : wrongCount(command, positionals);
	return problem === null ? ok({command, args: {options, positionals}}) : wrong(problem);
}

function tokensOf(argv: readonly string[]): Tokens {
	// All options of all commands: until the command is known, whether a word is an option's value must be.
	const all = [...commonOptions, ...commands.flatMap(spec => spec.options)];
	const options = Object.fromEntries(
		all.map(({name, short, value}) => [name, {type: value === undefined ? ('boolean' as const) : ('string' as const), ...(short === undefined ? {} : {short})}]),
	);
	return parseArgs({args: [...argv], options, strict: false, tokens: true, allowPositionals: true}).tokens;
}

function unknownOption(token: OptionToken, known: readonly OptionSpec[]): string {
	return `unknown option ${token.rawName}${meant(token.name, known.map(option => option.name), '--')}`;
}

function misused(token: OptionToken, spec: OptionSpec): string | null {
	if (spec.value === undefined) return token.value === undefined ? null : `--${spec.name} takes no value`;
	if (token.value === undefined) return `--${spec.name} needs a value: --${spec.name} ${spec.value}`;
	// More often a forgotten value than one that begins with a dash.
	return !token.inlineValue && token.value.startsWith('-') ? `--${spec.name} needs a value; write --${spec.name}=${token.value} if that is it` : null;
}

function wrongCount(command: CommandSpec, positionals: readonly string[]): string | null {
	const missing = command.arguments[positionals.length];
	const many = command.arguments.at(-1)?.many === true;
	if (missing !== undefined && missing.many !== true) return `${command.name} needs <${missing.name}>: ${missing.summary}`;
	const extra = many ? undefined : positionals[command.arguments.length];
	return extra === undefined ? null : `${command.name} does not take "${extra}"`;
}

function meant(typed: string, known: readonly string[], prefix: string): string {
	const best = suggestion(typed, known);
	return best === null ? '' : `; did you mean ${prefix}${best}?`;
}
