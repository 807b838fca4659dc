/** The command line of `vks-tui`: which flags were given. What they mean together with variables and file is settled elsewhere. */
import {nearest} from '../config/nearest.ts';
import {consoleOptions, otherFlags, type ConsoleOption} from './settings/options.ts';

/** By flag, what was written. */
export type Flags = Readonly<Record<string, string>>;

export type Parsed =
	| {readonly kind: 'run'; readonly flags: Flags}
	| {readonly kind: 'print-config'; readonly flags: Flags}
	| {readonly kind: 'completion'; readonly shell: string}
	| {readonly kind: 'help'}
	| {readonly kind: 'version'}
	| {readonly kind: 'wrong'; readonly why: string};

interface Spelling {
	readonly flag: string;
	readonly takesValue: boolean;
	/** What a switch stands for. */
	readonly text: string;
	/** The flag it is stored under. */
	readonly under: string;
	/** Given again, it adds a line. */
	readonly repeats: boolean;
}

const options: readonly ConsoleOption[] = consoleOptions;
const spellings: readonly Spelling[] = [
	...options.flatMap(({flag, value, opposite}) => [
		{flag, takesValue: value !== undefined, text: 'true', under: flag, repeats: false},
		...(opposite === undefined ? [] : [{flag: opposite, takesValue: false, text: 'false', under: flag, repeats: false}]),
	]),
	...otherFlags.flatMap(other => [
		{flag: other.flag, takesValue: 'value' in other, text: 'true', under: other.flag, repeats: 'repeats' in other},
		...('short' in other ? [{flag: other.short, takesValue: false, text: 'true', under: other.flag, repeats: false}] : []),
	]),
];

/** As they are typed. */
export const allFlags: readonly string[] = spellings.map(({flag}) => flag);

export function parseArguments(given: readonly string[]): Parsed {
	const flags = new Map<string, string>();
	const rest = given.flatMap(splitValue);
	for (let index = 0; index < rest.length; index++) {
		const word = rest[index] ?? '';
		const spelling = spellings.find(({flag}) => flag === word);
		if (spelling === undefined) return {kind: 'wrong', why: unknownFlag(word)};
		if (!spelling.takesValue) {
			flags.set(spelling.under, spelling.text);
			continue;
		}
		const value = rest[++index];
		if (value === undefined || value === '' || value.startsWith('--')) return {kind: 'wrong', why: `${word} needs a value: vks-tui --help`};
		const before = spelling.repeats ? flags.get(spelling.under) : undefined;
		flags.set(spelling.under, before === undefined ? value : `${before}\n${value}`);
	}
	return meant(flags);
}

function meant(flags: ReadonlyMap<string, string>): Parsed {
	if (flags.has('--help')) return {kind: 'help'};
	if (flags.has('--version')) return {kind: 'version'};
	const shell = flags.get('--completion');
	if (shell !== undefined) return {kind: 'completion', shell};
	return {kind: flags.has('--print-config') ? 'print-config' : 'run', flags: Object.fromEntries(flags)};
}

/** `--theme=mono` as two words; a switch takes none. */
function splitValue(word: string): readonly string[] {
	const at = word.indexOf('=');
	const spelling = spellings.find(({flag, takesValue}) => takesValue && at > 0 && flag === word.slice(0, at));
	return spelling === undefined ? [word] : [spelling.flag, word.slice(at + 1)];
}

function unknownFlag(word: string): string {
	const close = nearest(word, allFlags.filter(flag => flag.startsWith('--')));
	return `there is no option ${word}${close === null ? ': vks-tui --help lists them' : `; did you mean ${close}?`}`;
}
