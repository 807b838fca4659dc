/** A YAML document as plain values, and on which line each of them stands. Aliases and merge keys are followed. Pure. */
import {isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document, type Pair} from 'yaml';
import {fail, ok, type Result} from '../../result.ts';

export type Path = readonly (string | number)[];

export interface Tree {
	readonly value: unknown;
	/** Of the nearest that there is on the way to it. */
	lineOf(path: Path): number;
}

/** What one that doubles itself by aliases may become. */
const mostAliases = 1000;

export function parseTree(text: string): Result<Tree, string> {
	const lines = new LineCounter();
	// The pretty form of an error quotes the line, and the line may hold a secret.
	const document = parseDocument(text, {lineCounter: lines, merge: true, prettyErrors: false, logLevel: 'silent', uniqueKeys: false});
	const [error] = document.errors;
	if (error !== undefined) return fail(`line ${lines.linePos(error.pos[0]).line} is not YAML: ${error.code.toLowerCase().replaceAll('_', ' ')}`);
	const value = plain(document);
	if (!value.ok) return value;
	return ok({value: value.value, lineOf: path => lines.linePos(offsetOf(document, path)).line || 1});
}

function plain(document: Document): Result<unknown, string> {
	try {
		return ok(document.toJS({maxAliasCount: mostAliases}));
	} catch {
		return fail('its aliases lead nowhere, or to too much');
	}
}

function offsetOf(document: Document, path: Path): number {
	let node: unknown = document.contents;
	let offset = 0;
	for (const step of path) {
		const [next, at] = child(document, resolved(document, node), step);
		if (next === undefined) return offset;
		offset = at ?? offset;
		node = next;
	}
	return offset;
}

const resolved = (document: Document, node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

function child(document: Document, node: unknown, step: string | number): readonly [unknown, number | undefined] {
	if (isSeq(node)) return [node.items[Number(step)], startOf(node.items[Number(step)])];
	if (!isMap(node)) return [undefined, undefined];
	const pair = node.items.find(item => keyOf(item) === String(step));
	if (pair !== undefined) return [pair.value ?? null, startOf(pair.key)];
	for (const merged of node.items.filter(item => keyOf(item) === '<<')) {
		const from = resolved(document, merged.value);
		for (const source of isSeq(from) ? from.items : [from]) {
			const found = child(document, resolved(document, source), step);
			if (found[0] !== undefined) return found;
		}
	}
	return [undefined, undefined];
}

// A merge key's own value is a symbol.
const keyOf = ({key}: Pair): string => (isScalar(key) ? (key.source ?? String(key.value)) : '');
