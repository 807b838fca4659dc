/** Which of this machine's Debian packages an image needs: what every system has, and what is asked for, with what they depend on. */
import {run} from '../commands.ts';

export interface Package {
	readonly name: string;
	readonly essential: boolean;
	/** In their order; of alternatives the first that is installed is taken. */
	readonly depends: readonly (readonly string[])[];
	/** Virtual names that it stands for. */
	readonly provides: readonly string[];
}

const format = '${Package}\\t${Essential}\\t${Pre-Depends}, ${Depends}\\t${Provides}\\t${db:Status-Status}\\n';

export async function readInstalled(): Promise<readonly Package[]> {
	const {stdout} = await run(['dpkg-query', '--show', `--showformat=${format}`]);
	return parseInstalled(stdout);
}

export function parseInstalled(text: string): readonly Package[] {
	return text.split('\n').flatMap(line => {
		const [name = '', essential, depends = '', provides = '', status] = line.split('\t');
		return status === 'installed' ? [{name, essential: essential === 'yes', depends: parseDepends(depends), provides: parseDepends(provides).flat()}] : [];
	});
}

/** Versions and architectures are the machine's own affair: what is installed fits together. */
const parseDepends = (text: string): readonly (readonly string[])[] =>
	text.split(',').map(one => one.split('|').map(name => name.trim().replace(/[ :(].*$/, '')).filter(Boolean)).filter(names => names.length > 0);

/** Throws with the names that this machine lacks. */
export function closureOf(installed: readonly Package[], wanted: readonly string[]): readonly string[] {
	const byName = new Map(installed.map(each => [each.name, each]));
	const providers = new Map(installed.flatMap(({name, provides}) => provides.map(virtual => [virtual, name] as const)));
	const find = (name: string): Package | undefined => byName.get(name) ?? byName.get(providers.get(name) ?? '');
	const missing = wanted.filter(name => find(name) === undefined);
	if (missing.length > 0) throw new Error(`not installed here: ${missing.join(' ')}`);
	const found = new Set<string>();
	const add = (each: Package | undefined): void => {
		if (each === undefined || found.has(each.name)) return;
		found.add(each.name);
		for (const alternatives of each.depends) add(alternatives.map(find).find(candidate => candidate !== undefined));
	};
	for (const each of installed) if (each.essential) add(each);
	for (const name of wanted) add(find(name));
	return [...found].toSorted();
}
