/** What `vks-tui --help` prints, from the table of options. */
import {wrapText} from '../text.ts';
import {consoleOptions, otherFlags, type ConsoleOption} from './options.ts';

const options: readonly ConsoleOption[] = consoleOptions;

/** The option as it is typed, and what it does. */
export const optionRows: ReadonlyArray<readonly [typed: string, help: string]> = [
	...options.map(({flag, value, opposite, help}) => [flag === '--color' ? '--no-color' : [flag, value, opposite === undefined ? undefined : `| ${opposite}`].filter(Boolean).join(' '), help] as const),
	...otherFlags.map(other => [[other.flag, 'short' in other ? other.short : undefined, 'value' in other ? other.value : undefined].filter(Boolean).join(', ').replace(/, (?=[A-Z])/, ' '), other.help] as const),
];

const typedWidth = 21;
const lineWidth = 100;

/** The help continues under itself where a line would be too long. */
function rowLines([typed, help]: readonly [string, string]): readonly string[] {
	return wrapText(help, lineWidth - typedWidth - 4).map((text, index) => `  ${(index === 0 ? typed : '').padEnd(typedWidth)}  ${text}`);
}

export const helpText = (): string => `Usage: vks-tui [options]

The operator's console of vks: state and proof, tunnel, ruleset, drops, servers, journal.
It is a client of the daemon (vks run); leaving it changes nothing.

Options:
${optionRows.flatMap(rowLines).join('\n')}

A flag wins over a variable (VKS_THEME, VKS_ASCII, VKS_READ_ONLY, VKS_REFRESH, VKS_CONFIRM_LOCKDOWN,
VKS_SCREEN_READER), a variable over the file, the file over the default.

Examples:
  vks-tui
  docker exec -it vpn vks-tui --read-only
  vks-tui --socket /run/vks/view.sock
  vks-tui --print-config > console.yaml

Exit: 0 left, 1 failed, 2 wrong usage, wrong file or no terminal, 128+n ended by signal n.
`;
