/**
 * Completion for the three shells people have, from the command table. Names of servers come from files and providers: no
 * shell may run what one of them says, so bash, which expands the words it is given, gets them quoted.
 */
import {commands, commonOptions, type ArgumentSpec, type CommandSpec, type OptionSpec} from './commands.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** What prints the servers' names, one a line. */
export const serversWord = 'servers';

type Takes = 'nothing' | 'word' | 'file' | 'folder' | 'server' | readonly string[];

function takenByArgument({name}: ArgumentSpec): Takes {
	switch (name) {
		case 'server':
			return 'server';
		case 'file':
		case 'compose':
			return 'file';
		case 'protocol':
			return ['tcp', 'udp', 'icmp', 'icmpv6'];
		case 'shell':
			return shells;
		case 'action':
			return ['restore'];
		default:
			return 'word';
	}
}

function takenByOption({value}: OptionSpec): Takes {
	switch (value) {
		case undefined:
			return 'nothing';
		case 'FILE':
		case 'PATH':
			return 'file';
		case 'DIR':
			return 'folder';
		default:
			return 'word';
	}
}

export function completionFor(shell: Shell): string {
	switch (shell) {
		case 'bash':
			return bash();
		case 'zsh':
			return zsh();
		case 'fish':
			return fish();
	}
}

const flagsOf = (options: readonly OptionSpec[]): readonly string[] => options.flatMap(({name, short}) => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])]);
const optionsOf = ({options}: CommandSpec): readonly OptionSpec[] => [...options, ...commonOptions];
const everyOption: readonly OptionSpec[] = [...commonOptions, ...commands.flatMap(({options}) => options)];
/** Flags after which comes something of that kind, each once. */
const flagsTaking = (...kinds: readonly Takes[]): readonly string[] => [...new Set(everyOption.filter(option => kinds.includes(takenByOption(option))).map(({name}) => `--${name}`))];

const chosen = (words: readonly string[]): string => `COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$word"))`;

function bashArgument(takes: Takes): string {
	switch (takes) {
		case 'server':
			return '_vks_servers';
		case 'file':
			return 'COMPREPLY=($(compgen -f -- "$word"))';
		case 'folder':
			return 'COMPREPLY=($(compgen -d -- "$word"))';
		case 'nothing':
		case 'word':
			return ':';
		default:
			return chosen(takes);
	}
}

function bash(): string {
	const argumentCases = commands.flatMap(command => command.arguments.map((argument, index) => `\t\t${command.name}:${argument.many === true ? '*' : index}) ${bashArgument(takenByArgument(argument))} ;;`));
	return `_vks_servers() {
	local name
	while IFS= read -r name; do
		if [[ $name == "$word"* ]]; then COMPREPLY+=("$(printf %q "$name")"); fi
	done < <(vks completion ${serversWord} 2>/dev/null)
}
_vks() {
	local word=\${COMP_WORDS[COMP_CWORD]} command='' given=0 index
	COMPREPLY=()
	case \${COMP_WORDS[COMP_CWORD-1]} in
		${flagsTaking('file').join('|')}) ${bashArgument('file')}; return ;;
		${flagsTaking('folder').join('|')}) ${bashArgument('folder')}; return ;;
		${flagsTaking('word').join('|')}) return ;;
	esac
	for ((index = 1; index < COMP_CWORD; index++)); do
		case \${COMP_WORDS[index]} in
			${flagsTaking('file', 'folder', 'word').join('|')}) index=$((index + 1)) ;;
			-*) ;;
			*) if [[ -z $command ]]; then command=\${COMP_WORDS[index]}; else given=$((given + 1)); fi ;;
		esac
	done
	if [[ $word == -* ]]; then
		case $command in
${commands.map(command => `\t\t\t${command.name}) ${chosen(flagsOf(optionsOf(command)))} ;;`).join('\n')}
			*) ${chosen(flagsOf(commonOptions))} ;;
		esac
		return
	fi
	if [[ -z $command ]]; then ${chosen(commands.map(({name}) => name))}; return; fi
	case $command:$given in
${argumentCases.join('\n')}
	esac
}
complete -F _vks vks
`;
}

/** Quotes, brackets and colons would end the word of the shell. */
const bare = (text: string): string => text.replaceAll(/['"[\]:\\`$]/g, '');

function zshAction(takes: Takes): string {
	switch (takes) {
		case 'server':
			return '_vks_servers';
		case 'file':
			return '_files';
		case 'folder':
			return '_files -/';
		case 'nothing':
		case 'word':
			return ' ';
		default:
			return `(${takes.join(' ')})`;
	}
}

const zshOptions = (options: readonly OptionSpec[]): readonly string[] => options.flatMap(option => {
	const takes = takenByOption(option);
	return flagsOf([option]).map(flag => `'${flag}[${bare(option.summary)}]${takes === 'nothing' ? '' : `:${option.value ?? ''}:${zshAction(takes)}`}'`);
});

const zshCommand = (command: CommandSpec): string =>
	`\t\t\t${command.name}) _arguments ${[...zshOptions(optionsOf(command)), ...command.arguments.map((argument, index) => `'${argument.many === true ? '*' : index + 1}:${argument.name}:${zshAction(takenByArgument(argument))}'`)].join(' ')} ;;`;

function zsh(): string {
	return `#compdef vks
_vks_servers() {
	local -a names
	names=("\${(@f)$(vks completion ${serversWord} 2>/dev/null)}")
	compadd -a names
}
_vks() {
	local state line
	_arguments -C ${zshOptions(commonOptions).join(' ')} '1:command:->command' '*::argument:->argument'
	case $state in
		command)
			local -a known
			known=(${commands.map(({name, summary}) => `'${name}:${bare(summary)}'`).join(' ')})
			_describe command known ;;
		argument) case $line[1] in
${commands.map(zshCommand).join('\n')}
		esac ;;
	esac
}
if [ "$funcstack[1]" = _vks ]; then _vks "$@"; else compdef _vks vks; fi
`;
}

function fishTakes(takes: Takes): string {
	switch (takes) {
		case 'nothing':
			return '';
		case 'file':
		case 'folder':
			return ' -r -F';
		case 'word':
			return ' -x';
		case 'server':
			return ` -x -a '(vks completion ${serversWord} 2>/dev/null)'`;
		default:
			return ` -x -a '${takes.join(' ')}'`;
	}
}

function fish(): string {
	const option = (where: string, spec: OptionSpec): string =>
		`complete -c vks${where} -l ${spec.name}${spec.short === undefined ? '' : ` -s ${spec.short}`}${fishTakes(takenByOption(spec))} -d '${bare(spec.summary)}'`;
	const lines = commands.flatMap(command => {
		const where = ` -n '__fish_seen_subcommand_from ${command.name}'`;
		const named = command.arguments.map(takenByArgument).filter(takes => takes !== 'word');
		return [
			`complete -c vks -n __fish_use_subcommand -a ${command.name} -d '${bare(command.summary)}'`,
			...command.options.map(spec => option(where, spec)),
			...named.map(takes => `complete -c vks${where}${takes === 'file' ? ' -F' : fishTakes(takes).replace(' -x', '')}`),
		];
	});
	return ['complete -c vks -f', ...commonOptions.map(spec => option('', spec)), ...lines, ''].join('\n');
}
