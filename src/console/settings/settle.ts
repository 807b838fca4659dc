/** What holds of flags, variables, file and defaults, in this order. */
import {fail, ok, type Result} from '../../result.ts';
import type {Flags} from '../arguments.ts';
import {keymap, type Binding} from '../keymap.ts';
import {themeNames, type ThemeName} from '../theme.ts';
import {consoleOptions, leastRefreshMs, type ConsoleOption, type OptionKey} from './options.ts';
import {targetsFor, type Targets} from './targets.ts';

export interface Options {
	readonly socketPath: string;
	readonly readOnly: boolean;
	readonly confirmLockdown: boolean;
	readonly refreshMs: number;
	readonly theme: ThemeName;
	readonly asciiOnly: boolean;
	readonly color: boolean;
	readonly screenReader: boolean;
	readonly keys: readonly Binding[];
}

export type SettledOptions = Options & Targets;

/** A file that was found whole and right. */
export interface ConsoleFile {
	readonly path: string;
	readonly values: Readonly<Partial<Record<OptionKey, string>>>;
	readonly keys: readonly Binding[];
	/** By name, the way to a daemon. */
	readonly targets?: Readonly<Record<string, string>>;
}

export interface Setting {
	readonly text: string;
	/** The flag, `environment`, the file's path or `default`. */
	readonly where: string;
}

export interface Settled {
	readonly options: SettledOptions;
	readonly settings: Readonly<Record<OptionKey, Setting>>;
}

interface Given {
	readonly flags: Flags;
	readonly environment: Readonly<Record<string, string | undefined>>;
	readonly file: ConsoleFile | null;
}

export function settle(given: Given): Result<Settled, string> {
	const chosen = consoleOptions.map(option => [option, settingFor(option, given)] as const);
	for (const [option, {text, where}] of chosen) {
		if (!option.holds(text)) return fail(`${nameOf(option, where)} cannot be "${text}": ${option.form}`);
	}
	const settings = Object.fromEntries(chosen.map(([{key}, setting]) => [key, setting])) as Settled['settings'];
	const targets = targetsFor({flags: given.flags, file: given.file?.targets ?? {}, socketPath: settings.socket.text});
	if (!targets.ok) return targets;
	return ok({settings, options: {...optionsOf(settings, given.file?.keys ?? keymap), ...targets.value}});
}

function settingFor(option: (typeof consoleOptions)[number], {flags, environment, file}: Given): Setting {
	const fromFlag = flags[option.flag];
	if (fromFlag !== undefined) return {text: fromFlag, where: option.flag};
	const fromEnvironment = option.fromEnvironment(environment);
	if (fromEnvironment !== undefined) return {text: fromEnvironment, where: 'environment'};
	const fromFile = file?.values[option.key];
	if (file !== null && fromFile !== undefined) return {text: fromFile, where: file.path};
	return {text: option.byDefault(environment), where: 'default'};
}

const nameOf = ({key, flag}: ConsoleOption, where: string): string => (where === flag ? flag : `${key} (${where})`);

function optionsOf(settings: Settled['settings'], keys: readonly Binding[]): Options {
	const isOn = (key: OptionKey): boolean => settings[key].text === 'true';
	const color = isOn('color');
	const wanted = themeNames.find(name => name === settings.theme.text) ?? 'auto';
	return {
		socketPath: settings.socket.text,
		readOnly: isOn('readOnly'),
		confirmLockdown: isOn('confirmLockdown'),
		refreshMs: Math.max(leastRefreshMs, Number(settings.refresh.text)),
		theme: color ? wanted : 'mono',
		asciiOnly: isOn('ascii'),
		color,
		screenReader: isOn('screenReader'),
		keys,
	};
}
