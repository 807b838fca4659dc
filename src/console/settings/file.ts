/** Reads the console's file. Wrong in one place is wrong as a whole: nobody gets half of the keys they asked for. */
import {isAlias, isMap, isNode, isScalar, LineCounter, parseDocument, visit, type Document} from 'yaml';
import {z} from 'zod';
import {nearest} from '../../config/nearest.ts';
import {fail, ok, type Result} from '../../result.ts';
import {fileTrouble, readSmallFile} from '../../small-file.ts';
import {remapKeys} from '../keys/remap.ts';
import {keymap, type Binding} from '../keymap.ts';
import {parseTarget} from '../remote/target.ts';
import {themeNames} from '../theme.ts';
import {consoleOptions, type ConsoleOption, type OptionKey} from './options.ts';
import type {ConsoleFile} from './settle.ts';

/** A bare `1` is YAML's number, and a key all the same. */
const keyName = z.union([z.string(), z.number().transform(String)]);
const valueOf: Readonly<Record<OptionKey, z.ZodType>> = {
	socket: z.string().min(1),
	readOnly: z.boolean(),
	confirmLockdown: z.boolean(),
	refresh: z.int().min(0).max(999_999),
	theme: z.enum(themeNames),
	ascii: z.boolean(),
	color: z.boolean(),
	screenReader: z.boolean(),
};
const schema = z.strictObject({...valueOf, targets: z.record(z.string(), z.string()), keys: z.record(z.string(), z.union([keyName, z.array(keyName)]))}).partial();

const options: readonly ConsoleOption[] = consoleOptions;
const known = [...options.map(({key}) => key), 'keys', 'targets'];

/** The error is one sentence that names the file and, where there is one, the line. */
export function readConsoleFile(path: string): Result<ConsoleFile, string> {
	try {
		return parseConsoleFile(path, readSmallFile(path, 64));
	} catch (error) {
		return fail(`${path} cannot be read (${fileTrouble(error)})`);
	}
}

export function parseConsoleFile(path: string, text: string, table: readonly Binding[] = keymap): Result<ConsoleFile, string> {
	const lines = new LineCounter();
	const document = parseDocument(text, {lineCounter: lines, prettyErrors: false, logLevel: 'silent'});
	const at = (offset: number): string => `${path} line ${lines.linePos(offset).line || 1}`;
	const [broken] = document.errors;
	if (broken !== undefined) return fail(`${at(broken.pos[0])}: is not YAML: ${broken.code.toLowerCase().replaceAll('_', ' ')}`);
	let aliasAt: number | null = null;
	visit(document, {Alias: (_key, node) => {
		aliasAt ??= node.range?.[0] ?? 0;
	}});
	if (aliasAt !== null) return fail(`${at(aliasAt)}: is an alias: write the value itself`);
	const content: unknown = document.contents === null || (isScalar(document.contents) && document.contents.value === null) ? {} : document.toJS();
	const parsed = schema.safeParse(content);
	if (!parsed.success) return fail(sentenceFor(parsed.error.issues[0], document, at));
	const {keys: wanted = {}, targets = {}, ...values} = parsed.data;
	const remapped = remapKeys(table, Object.fromEntries(Object.entries(wanted).map(([action, keys]) => [action, listOf(keys)])));
	if (!remapped.ok) return fail(`${at(offsetOf(document, ['keys', remapped.error.action]))}: ${remapped.error.why}`);
	for (const [name, way] of Object.entries(targets)) {
		const target = parseTarget(`${name}=${way}`);
		if (!target.ok) return fail(`${at(offsetOf(document, ['targets', name]))}: ${target.error}`);
	}
	const texts = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
	return ok({path, values: texts, keys: remapped.value, targets});
}

const listOf = (keys: string | readonly string[]): readonly string[] => (typeof keys !== 'string' ? keys : keys === 'none' ? [] : [keys]);

function sentenceFor(issue: z.core.$ZodIssue | undefined, document: Document, at: (offset: number) => string): string {
	if (issue === undefined) return `${at(0)}: is not a console file`;
	if (issue.code === 'unrecognized_keys') {
		const [name = ''] = issue.keys;
		const meant = nearest(name, known);
		return `${at(offsetOf(document, [name]))}: "${name}" is not a setting${meant === null ? `; there are ${known.join(', ')}` : `; did you mean ${meant}?`}`;
	}
	const [key] = issue.path;
	if (key === undefined) return `${at(0)}: does not hold "key: value" lines`;
	const place = at(offsetOf(document, issue.path));
	if (key === 'keys') return `${place}: ${issue.path.slice(1).join(' ') || 'keys'} must be a key, a list of keys or none`;
	if (key === 'targets') return `${place}: ${issue.path.slice(1).join(' ') || 'targets'} must be a way to a daemon: ssh://HOST/CONTAINER, docker:CONTAINER or the path of a socket`;
	const option = options.find(each => each.key === key);
	return `${place}: ${String(key)} must be something else: ${option?.form ?? 'see vks-tui --help'}`;
}

/** Where the key of that path stands. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
	let node: unknown = document.contents;
	let found = 0;
	for (const name of path) {
		if (!isMap(node)) break;
		const pair = node.items.find(({key}) => isScalar(key) && String(key.value) === String(name));
		if (pair === undefined) break;
		if (isNode(pair.key) && !isAlias(pair.key)) found = pair.key.range?.[0] ?? found;
		node = pair.value;
	}
	return found;
}
