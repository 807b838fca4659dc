/** Where each setting's text comes from: the environment, then the file, then the default. Unknown names are problems. */
import {assertNever} from '../result.ts';
import {consoleVariables} from './console-variables.ts';
import {nearest} from './nearest.ts';
import {settingProblem, type Fault, type SettingProblem} from './setting-problem.ts';
import {fromEnvironment, settingList, type Environment, type Setting, type SettingId} from './settings.ts';
import type {FileEntry} from './yaml-file.ts';

/** The text of one setting, and how the operator would find it again. */
export interface Source {
	readonly name: string;
	readonly where: string;
	readonly text: string;
}

export type Sources = Readonly<Record<SettingId, Source>>;

/** Kubernetes puts these into every pod when a service is called "vks"; they are no one's mistake. */
const kubernetes = /^VKS_(?:SERVICE_(?:HOST|PORT(?:_\w+)?)|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)$/;

export function gatherSources(env: Environment, entries: readonly FileEntry[]): {readonly sources: Sources; readonly problems: readonly SettingProblem[]} {
	const inFile = new Map(entries.map(entry => [entry.key, entry]));
	const sources = Object.fromEntries(settingList.map(setting => [setting.id, sourceOf(setting, env, inFile)])) as Sources;
	return {sources, problems: [...unknownNames(env), ...unknownKeys(entries), ...contradictions(env), ...misshapenEntries(entries)]};
}

function sourceOf(setting: Setting, env: Environment, inFile: ReadonlyMap<string, FileEntry>): Source {
	const given = fromEnvironment(setting, env);
	if (given !== null) return {...given, where: 'environment'};
	const entry = setting.key === null ? undefined : inFile.get(setting.key);
	// A misshapen entry is reported once, not again by the parser of its text.
	if (entry === undefined || entry.text === '' || misshape(setting, entry) !== null) return {name: setting.name, where: 'default', text: setting.default};
	return {name: entry.key, where: entry.where, text: entry.text};
}

function unknownNames(env: Environment): readonly SettingProblem[] {
	const known = settingList.flatMap(setting => [setting.name, ...(setting.aliases ?? [])]);
	return Object.entries(env)
		.filter(([name, text]) => /^vks_/i.test(name) && !known.includes(name) && !consoleVariables.includes(name) && !isKubernetes(name, text))
		.map(([name]) => unknown(name, 'environment', known));
}

// A service of that name also sets VKS_PORT to a URL.
const isKubernetes = (name: string, text = ''): boolean => kubernetes.test(name) || (name === 'VKS_PORT' && /^(?:tcp|udp|sctp):\/\//.test(text));

function unknownKeys(entries: readonly FileEntry[]): readonly SettingProblem[] {
	const known = settingList.flatMap(setting => setting.key ?? []);
	return entries.filter(entry => !known.some(key => key === entry.key)).map(entry => unknown(entry.key, entry.where, known));
}

/** The value of an unknown name is not shown: nobody knows whether it is a secret. */
function unknown(setting: string, where: string, known: readonly string[]): SettingProblem {
	const meant = nearest(setting, known);
	const form = meant === null ? 'Remove it; docs/settings.md lists every setting.' : `Did you mean ${meant}?`;
	return settingProblem({setting, where, fault: {value: null, wrong: 'is not a setting'}, form});
}

/** One setting under two names with two values: neither can be the right one to pick. */
function contradictions(env: Environment): readonly SettingProblem[] {
	return settingList.flatMap(setting => {
		const given = fromEnvironment(setting, env);
		return (setting.aliases ?? [])
			.filter(alias => given !== null && alias !== given.name && (env[alias]?.trim() ?? '') !== '' && env[alias]?.trim() !== given.text)
			.map(alias => {
				const fault: Fault = {value: env[alias] ?? '', wrong: `contradicts ${setting.name}`, right: `Set ${setting.name} only.`};
				return settingProblem({setting: alias, where: 'environment', fault, form: setting.form});
			});
	});
}

function misshapenEntries(entries: readonly FileEntry[]): readonly SettingProblem[] {
	return entries.flatMap(entry => {
		const setting = settingList.find(({key}) => key === entry.key);
		const wrong = setting === undefined ? null : misshape(setting, entry);
		if (setting === undefined || wrong === null) return [];
		return [settingProblem({setting: entry.key, where: entry.where, fault: {value: null, wrong}, form: setting.form})];
	});
}

function misshape(setting: Setting, {shape}: FileEntry): string | null {
	switch (shape) {
		case 'value':
			return null;
		case 'list':
			return setting.many === true ? null : 'is a list, and takes one value';
		case 'group':
			return 'is a group, and takes plain text';
		case 'alias':
			return 'is an alias, and takes plain text';
		default:
			return assertNever(shape);
	}
}
