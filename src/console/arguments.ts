/** The command line of `vks-tui`. */
import {themeNames, type ThemeName} from './theme.ts';

export interface Options {
	readonly socketPath: string;
	readonly readOnly: boolean;
	readonly asciiOnly: boolean;
	readonly color: boolean;
	readonly theme: ThemeName;
}

export type Parsed =
	| {readonly kind: 'run'; readonly options: Options}
	| {readonly kind: 'help'}
	| {readonly kind: 'version'}
	| {readonly kind: 'wrong'; readonly why: string};

export function parseArguments(given: readonly string[], environment: Readonly<Record<string, string | undefined>>): Parsed {
	let socketPath = `${environment['VKS_RUN_FOLDER'] || '/run/vks'}/control.sock`;
	let theme = environment['VKS_THEME'] || 'auto';
	let readOnly = false;
	let asciiOnly = false;
	// Empty means unset: https://no-color.org
	let color = !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
	const rest = given.flatMap(each => (/^--(socket|theme)=/.test(each) ? [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)] : [each]));
	for (let index = 0; index < rest.length; index++) {
		const flag = rest[index] ?? '';
		switch (flag) {
			case '--help':
			case '-h':
				return {kind: 'help'};
			case '--version':
			case '-V':
				return {kind: 'version'};
			case '--read-only':
				readOnly = true;
				break;
			case '--ascii':
				asciiOnly = true;
				break;
			case '--no-color':
				color = false;
				break;
			case '--socket':
			case '--theme': {
				const value = rest[++index];
				if (value === undefined || value === '' || value.startsWith('--')) return {kind: 'wrong', why: `${flag} needs a value: vks-tui --help`};
				if (flag === '--socket') socketPath = value;
				else theme = value;
				break;
			}
			default:
				return {kind: 'wrong', why: `there is no option ${flag}: vks-tui --help lists them`};
		}
	}
	const known = themeNames.find(name => name === theme);
	if (known === undefined) return {kind: 'wrong', why: `there is no theme ${theme}: choose ${themeNames.join(', ')}`};
	return {kind: 'run', options: {socketPath, readOnly, asciiOnly, color, theme: color ? known : 'mono'}};
}
