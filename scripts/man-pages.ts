/** vks(1) and vks-tui(1) from the tables that the programs themselves read. man(7) macros, which groff and mandoc take. Pure. */
import {commands, commonExits, commonOptions, type CommandSpec, type OptionSpec} from '../src/cli/commands.ts';
import {usageOf} from '../src/cli/help.ts';
import {keymap, keysOf} from '../src/console/keymap.ts';
import {optionRows} from '../src/console/settings/help.ts';

/** A backslash begins an escape, a hyphen is a dash unless it is said to be a minus, and a dot at the start a request. */
const plain = (text: string): string => text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll(/[…←→↑↓]/g, sign => signs[sign] ?? '?').replace(/^([.'])/, '\\&$1');
const signs: Readonly<Record<string, string>> = {'…': '...', '←': '\\(<-', '→': '\\(->', '↑': '\\(ua', '↓': '\\(da'};
/** What stands between backticks is bold, as it is to be typed. */
const prose = (text: string): string => plain(text).replaceAll(/`([^`]+)`/g, '\\fB$1\\fR');
const bold = (text: string): string => `\\fB${plain(text)}\\fR`;
const entry = (label: string, text: string): readonly string[] => ['.TP', label, prose(text)];

const heading = (name: string, what: string): readonly string[] => [`.TH ${name.toUpperCase()} 1 "" "vks" "User Commands"`, '.SH NAME', `${plain(name)} \\- ${plain(what)}`];
const footer = (others: readonly string[]): readonly string[] => ['.SH SEE ALSO', ...others.map(name => `.BR ${plain(name)} (1)`)];
const page = (lines: readonly string[]): string => `.\\" Written by npm run docs; a test fails when it is stale.\n${lines.join('\n')}\n`;

const optionLabel = ({name, short, value}: OptionSpec): string => `${short === undefined ? '' : `${bold(`-${short}`)}, `}${bold(`--${name}`)}${value === undefined ? '' : ` \\fI${plain(value)}\\fR`}`;
const optionEntries = (options: readonly OptionSpec[]): readonly string[] => options.flatMap(option => entry(optionLabel(option), option.summary));

function commandSection(command: CommandSpec): readonly string[] {
	return [
		`.SS "${plain(usageOf(command))}"`, prose(`${capital(command.summary)}.`),
		...command.arguments.flatMap(({name, summary}) => entry(`<\\fI${plain(name)}\\fR>`, summary)),
		...optionEntries(command.options),
		...(command.exits ?? []).flatMap(([code, meaning]) => entry(`exit code ${code}`, meaning)),
		...command.examples.flatMap(([typed, what]) => entry(bold(typed), what)),
	];
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

export const vksPage = (): string => page([
	...heading('vks', 'a kill switch for VPN containers'),
	'.SH SYNOPSIS', '.B vks', '\\fIcommand\\fR [\\fIoptions\\fR]',
	'.SH DESCRIPTION', prose('The daemon (`vks run`) holds a policy in the kernel by which nothing leaves but through a verified tunnel; every other command is a client of it. The daemon\'s settings are variables of the environment, or a YAML file: see docs/settings.md.'),
	'.SH COMMANDS', ...commands.flatMap(commandSection),
	'.SH OPTIONS', 'Every command takes these.', ...optionEntries(commonOptions),
	'.SH EXIT STATUS', ...commonExits.flatMap(([code, meaning]) => entry(String(code), meaning)),
	'.SH FILES',
	...entry('\\fI/etc/vks/vks.yaml\\fR', 'settings; the environment wins over it'),
	...entry('\\fI/etc/vks/tunnels\\fR', 'the servers: WireGuard\'s .conf and OpenVPN\'s .ovpn files'),
	...entry('\\fI/run/vks\\fR', 'the control sockets'),
	...entry('\\fI/var/lib/vks\\fR', 'what is remembered across restarts'),
	...footer(['vks-tui', 'nft']).map(line => line.replace('nft (1)', 'nft (8)')),
]);

export const consolePage = (): string => page([
	...heading('vks-tui', 'the operator\'s console of vks'),
	'.SH SYNOPSIS', '.B vks\\-tui', '[\\fIoptions\\fR]',
	'.SH DESCRIPTION', prose('Shows state and proof, tunnel, ruleset, drops, servers and journal of a running vks, and sends it commands. It is a client: leaving it changes nothing.'),
	'.SH OPTIONS', ...optionRows.flatMap(([typed, help]) => entry(bold(typed), help)),
	'.SH KEYS', prose('`?` shows them too. They can be given other keys in the file that `--config` names.'), ...keymap.flatMap(binding => entry(bold(keysOf(binding)), `${binding.help}${binding.where === 'everywhere' ? '' : ` (${binding.where})`}`)),
	'.SH EXIT STATUS', ...entry('0', 'left'), ...entry('1', 'failed'), ...entry('2', 'wrong usage, wrong file or no terminal'), ...entry('128+n', 'ended by signal n'),
	...footer(['vks']),
]);
