/** Reads the YAML file's entries as text, so that file and environment go through the same parsers. */
import {isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument} from 'yaml';
import {settingProblem, type SettingProblem} from './setting-problem.ts';

export interface ConfigFile {
	readonly path: string;
	readonly text: string;
}

export interface FileEntry {
	readonly key: string;
	/** `/etc/vks/vks.yaml line 3` */
	readonly where: string;
	readonly shape: 'value' | 'list' | 'group' | 'alias';
	/** A list's items are joined with `;`. Empty unless value or list. */
	readonly text: string;
}

export interface FileEntries {
	readonly entries: readonly FileEntry[];
	readonly problems: readonly SettingProblem[];
}

/** Walks the document's nodes instead of building objects: no alias can blow up, no key can reach a prototype. */
export function readYaml({path, text}: ConfigFile): FileEntries {
	const lines = new LineCounter();
	// The pretty form of an error quotes the line, and the line may hold a secret.
	const document = parseDocument(text, {lineCounter: lines, prettyErrors: false, logLevel: 'silent'});
	const lineAt = (node: unknown): string => `line ${lines.linePos(isNode(node) ? (node.range?.[0] ?? 0) : 0).line || 1}`;
	const trouble = (where: string, wrong: string): SettingProblem =>
		settingProblem({setting: path, where, fault: {value: null, wrong}, form: 'Write one "key: value" per line; several values as a list.'});
	if (document.errors.length > 0) {
		const problems = document.errors.map(({pos, code}) => trouble(`line ${lines.linePos(pos[0]).line}`, `is not YAML: ${code.toLowerCase().replaceAll('_', ' ')}`));
		return {entries: [], problems};
	}
	const root = document.contents;
	if (root === null || (isScalar(root) && root.value === null)) return {entries: [], problems: []};
	if (!isMap(root)) return {entries: [], problems: [trouble(lineAt(root), 'does not hold "key: value" lines')]};
	const named = root.items.filter(({key}) => isScalar(key));
	return {
		entries: named.map(({key, value}) => ({key: scalarText(key) ?? '', where: `${path} ${lineAt(key)}`, ...shapeOf(value)})),
		problems: root.items.filter(pair => !named.includes(pair)).map(({key}) => trouble(lineAt(key), 'has a key that is not a word')),
	};
}

function shapeOf(value: unknown): Pick<FileEntry, 'shape' | 'text'> {
	if (isAlias(value)) return {shape: 'alias', text: ''};
	const items = isSeq(value) ? value.items : [value];
	const texts = items.flatMap(item => scalarText(item) ?? []);
	if (texts.length < items.length) return {shape: 'group', text: ''};
	return {shape: isSeq(value) ? 'list' : 'value', text: texts.join(';').trim()};
}

/** The text as written where YAML made a number of it: `0x10` stays `0x10`. Null when the node is no single value. */
function scalarText(node: unknown): string | null {
	if (node === null) return '';
	if (!isScalar(node)) return null;
	if (node.value === null) return '';
	if (typeof node.value === 'string') return node.value;
	return typeof node.value === 'number' || typeof node.value === 'boolean' ? (node.source ?? String(node.value)) : null;
}
