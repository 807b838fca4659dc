/** Completion for the three shells people have, from the table of options. */
import {engines} from '../remote/target.ts';
import {themeNames} from '../theme.ts';
import {consoleOptions, otherFlags, type ConsoleOption} from './options.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;

interface Word {
	readonly flag: string;
	readonly help: string;
	readonly takes: 'nothing' | 'file' | 'word' | readonly string[];
}

const options: readonly ConsoleOption[] = consoleOptions;
const words: readonly Word[] = [
	...options.flatMap(({flag, opposite, value, help}): readonly Word[] => [
		{flag, help: opposite === undefined || flag !== '--color' ? help : 'with colour', takes: takenBy(value)},
		...(opposite === undefined ? [] : [{flag: opposite, help: flag === '--color' ? help : `not ${flag}`, takes: 'nothing' as const}]),
	]),
	...otherFlags.map(other => ({flag: other.flag, help: other.help, takes: takenBy('value' in other ? other.value : undefined)})),
];

function takenBy(value: string | undefined): Word['takes'] {
	switch (value) {
		case undefined:
			return 'nothing';
		case 'PATH':
		case 'FILE':
			return 'file';
		case 'NAME':
			return themeNames;
		case 'ENGINE':
			return engines;
		case 'SHELL':
			return shells;
		default:
			return 'word';
	}
}

/** Null for a shell that is not one of them. */
export function completionFor(shell: string): string | null {
	switch (shell) {
		case 'bash':
			return bash();
		case 'zsh':
			return `#compdef vks-tui\n_arguments \\\n${words.map(zshWord).join(' \\\n')}\n`;
		case 'fish':
			return `complete -c vks-tui -f\n${words.map(fishWord).join('\n')}\n`;
		default:
			return null;
	}
}

function bash(): string {
	const chosen = words.flatMap(({flag, takes}) => (typeof takes === 'string' ? [] : [`\t\t${flag}) COMPREPLY=($(compgen -W '${takes.join(' ')}' -- "$word")); return ;;`]));
	const files = words.filter(({takes}) => takes === 'file').map(({flag}) => flag);
	return [
		'_vks_tui() {', '\tlocal word=${COMP_WORDS[COMP_CWORD]}', '\tcase ${COMP_WORDS[COMP_CWORD-1]} in', ...chosen,
		`\t\t${files.join('|')}) COMPREPLY=($(compgen -f -- "$word")); return ;;`, '\tesac',
		`\tCOMPREPLY=($(compgen -W '${words.map(({flag}) => flag).join(' ')}' -- "$word"))`, '}', 'complete -F _vks_tui vks-tui', '',
	].join('\n');
}

/** Quotes and brackets would end the word of the shell. */
const bare = (text: string): string => text.replaceAll(/['"[\]:]/g, '');

function zshWord({flag, help, takes}: Word): string {
	const after = takes === 'nothing' ? '' : takes === 'file' ? ':file:_files' : takes === 'word' ? ':value: ' : `:value:(${takes.join(' ')})`;
	return `\t'${flag}[${bare(help)}]${after}'`;
}

function fishWord({flag, help, takes}: Word): string {
	const after = takes === 'nothing' ? '' : takes === 'file' ? ' -r -F' : takes === 'word' ? ' -x' : ` -x -a '${takes.join(' ')}'`;
	return `complete -c vks-tui -l ${flag.slice(2)}${after} -d '${bare(help)}'`;
}
