/** The one table of what can be set for the console: flags, variables and file keys, --help, --print-config and completion. */
import {themeNames} from '../theme.ts';
import {needsAscii} from './locale.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface ConsoleOption {
	/** In the file. */
	readonly key: string;
	readonly flag: string;
	/** What follows the flag; absent for a switch. */
	readonly value?: string;
	/** The switch that says the opposite, where the default may be on. */
	readonly opposite?: string;
	readonly help: string;
	/** What the environment says; undefined when nothing. */
	readonly fromEnvironment: (environment: Environment) => string | undefined;
	readonly byDefault: (environment: Environment) => string;
	/** Whether the text is a value of this option. */
	readonly holds: (text: string) => boolean;
	/** For a person who wrote another. */
	readonly form: string;
}

const isSwitch = (text: string): boolean => text === 'true' || text === 'false';
const switchForm = 'write true or false';

/** `1`, `yes` and `on` too, as variables are written; others stay, and are refused. */
const asSwitch = (text: string | undefined): string | undefined => {
	const known: Readonly<Record<string, string>> = {1: 'true', yes: 'true', on: 'true', 0: 'false', no: 'false', off: 'false'};
	const given = text?.trim().toLowerCase() ?? '';
	return given === '' ? undefined : (known[given] ?? given);
};

export const leastRefreshMs = 250;

export const consoleOptions = [
	{
		key: 'socket', flag: '--socket', value: 'PATH', help: "the daemon's socket (default: control.sock in $VKS_RUN_FOLDER or /run/vks)",
		fromEnvironment: environment => (environment['VKS_RUN_FOLDER'] ? `${environment['VKS_RUN_FOLDER']}/control.sock` : undefined),
		byDefault: () => '/run/vks/control.sock', holds: text => text !== '', form: 'write the path of a socket',
	},
	{
		key: 'readOnly', flag: '--read-only', help: 'look only: no command leaves this console',
		fromEnvironment: environment => asSwitch(environment['VKS_READ_ONLY']), byDefault: () => 'false', holds: isSwitch, form: switchForm,
	},
	{
		key: 'confirmLockdown', flag: '--confirm-lockdown', help: 'L asks for a y before it locks down',
		fromEnvironment: environment => asSwitch(environment['VKS_CONFIRM_LOCKDOWN']), byDefault: () => 'false', holds: isSwitch, form: switchForm,
	},
	{
		key: 'refresh', flag: '--refresh', value: 'MS', help: `draw new data this often at most; ${leastRefreshMs} at least (default)`,
		fromEnvironment: environment => environment['VKS_REFRESH'] || undefined,
		byDefault: () => String(leastRefreshMs), holds: text => /^\d{1,6}$/.test(text), form: `write milliseconds, ${leastRefreshMs} or more`,
	},
	{
		key: 'theme', flag: '--theme', value: 'NAME', help: `${themeNames.slice(0, -1).join(', ')} or ${themeNames.at(-1) ?? ''}`,
		fromEnvironment: environment => environment['VKS_THEME'] || undefined,
		byDefault: () => 'auto', holds: text => themeNames.some(name => name === text), form: `choose ${themeNames.join(', ')}`,
	},
	{
		key: 'ascii', flag: '--ascii', opposite: '--no-ascii', help: 'no symbols or lines outside ASCII (by itself where the locale is not UTF-8)',
		fromEnvironment: environment => asSwitch(environment['VKS_ASCII']), byDefault: environment => String(needsAscii(environment)), holds: isSwitch, form: switchForm,
	},
	{
		key: 'color', flag: '--color', opposite: '--no-color', help: 'no colour (as NO_COLOR does)',
		// Empty means unset: https://no-color.org
		fromEnvironment: environment => (environment['NO_COLOR'] || environment['TERM'] === 'dumb' ? 'false' : undefined),
		byDefault: () => 'true', holds: isSwitch, form: switchForm,
	},
	{
		key: 'screenReader', flag: '--screen-reader', help: 'plain lines in reading order, drawn anew only when words change',
		fromEnvironment: environment => asSwitch(environment['VKS_SCREEN_READER']) ?? (environment['INK_SCREEN_READER'] === 'true' ? 'true' : undefined),
		byDefault: () => 'false', holds: isSwitch, form: switchForm,
	},
] as const satisfies readonly ConsoleOption[];

export type OptionKey = (typeof consoleOptions)[number]['key'];

/** Flags that are asked for rather than set. */
export const otherFlags = [
	{flag: '--host', value: 'URL', help: 'look at a daemon elsewhere: ssh://[USER@]HOST[:PORT]; by ssh, which must not have to ask'},
	{flag: '--container', value: 'CONTAINER', help: 'the container it runs in, there or here'},
	{flag: '--engine', value: 'ENGINE', help: 'what runs that container: docker (default) or podman'},
	{flag: '--target', value: 'NAME=WAY', repeats: true, help: 'a daemon to choose with T, several times; WAY is ssh://HOST/CONTAINER, docker:CONTAINER or a socket. NAME alone is one of the file'},
	{flag: '--config', value: 'FILE', help: 'settings and keys (default: $VKS_CONSOLE_CONFIG, ~/.config/vks/console.yaml, /etc/vks/console.yaml)'},
	{flag: '--replay', value: 'FILE', help: 'open what w, e or `vks record` wrote, anywhere: without a daemon, without root'},
	{flag: '--print-config', help: 'print what is set now and by what, as such a file, and leave'},
	{flag: '--completion', value: 'SHELL', help: 'print completion for bash, zsh or fish'},
	{flag: '--version', short: '-V', help: 'print the version'},
	{flag: '--help', short: '-h', help: 'print this'},
] as const;
