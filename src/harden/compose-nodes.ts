/** Where in a compose file's text an entry of `ports:` stands, and what has to stand there instead. Pure. */
import {isAlias, isMap, isNode, isScalar, isSeq, parseDocument, type Document, type Pair} from 'yaml';
import type {PublishedPort} from '../audit/service.ts';
import type {FileStep} from './step.ts';

export interface PortNode {
	/** Among the entries of that service. */
	readonly index: number;
	readonly node: unknown;
}

type Piece = FileStep['pieces'][number];

/** By a service's name. Aliases and merge keys are followed to where the entry is written. */
export function portNodes(text: string): (service: string) => readonly PortNode[] {
	const document = parseDocument(text, {merge: true, prettyErrors: false, logLevel: 'silent', uniqueKeys: false});
	return service => {
		const ports = valueAt(document, valueAt(document, valueAt(document, document.contents, 'services'), service), 'ports');
		return isSeq(ports) ? ports.items.map((node, index) => ({index, node: resolved(document, node)})) : [];
	};
}

const resolved = (document: Document, node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
const keyOf = ({key}: Pair): string => (isScalar(key) ? (key.source ?? String(key.value)) : '');

function valueAt(document: Document, node: unknown, key: string): unknown {
	if (!isMap(node)) return undefined;
	const own = node.items.find(item => keyOf(item) === key);
	if (own !== undefined) return resolved(document, own.value);
	for (const merged of node.items.filter(item => keyOf(item) === '<<')) {
		const from = resolved(document, merged.value);
		for (const source of isSeq(from) ? from.items : [from]) {
			const found = valueAt(document, resolved(document, source), key);
			if (found !== undefined) return found;
		}
	}
	return undefined;
}

/** Null where it is written in a way that is not understood. */
export function pieceAt(text: string, {node}: PortNode, port: PublishedPort): Piece | null {
	if (isScalar(node)) return shortPiece(text, node.range, port);
	if (!isMap(node) || !isNode(node)) return null;
	const address = node.items.find(item => keyOf(item) === 'host_ip');
	if (address !== undefined) return isScalar(address.value) ? replaced(text, address.value.range, source => (everywhere.test(source) ? loopbackLike(source) : null)) : null;
	const [first] = node.items;
	const start = isScalar(first?.key) ? first.key.range?.[0] : undefined;
	if (start === undefined) return null;
	const line = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
	return {at: start, old: '', new: node.flow === true ? 'host_ip: 127.0.0.1, ' : `host_ip: 127.0.0.1${text.includes('\r\n') ? '\r\n' : '\n'}${' '.repeat(line.length)}`};
}

/** An address that is every address, in any quotes. */
const everywhere = /^(["']?)(?:0\.0\.0\.0|::|\[::\]|\*|)\1$/;
const loopbackLike = (source: string): string => {
	const [quote = ''] = /^["']/.exec(source) ?? [];
	return `${quote}127.0.0.1${quote}`;
};

type Range = readonly [number, number, number] | null | undefined;

function replaced(text: string, range: Range, by: (source: string) => string | null): Piece | null {
	if (!range) return null;
	const old = text.slice(range[0], range[1]);
	const next = by(old);
	return next === null ? null : {at: range[0], old, new: next};
}

/** `8080:80`, quoted or not, with variables or not. The quotes stay; what has none gets them. */
const shortPiece = (text: string, range: Range, {hostAddress, hostPort}: PublishedPort): Piece | null => replaced(text, range, source => {
	const [, quote = '', inner] = /^(["']?)([^"'\n]+)\1$/.exec(source) ?? [];
	if (inner === undefined) return null;
	const [, written = ''] = /^(0\.0\.0\.0|\[::\]|\*|::)(?=:)/.exec(inner) ?? [];
	// A variable holds the address, or the whole.
	if (hostAddress !== '' && written === '') return null;
	const rest = written === '' ? `${hostPort === null ? ':' : ''}${inner}` : inner.slice(written.length + 1);
	return `${quote === '' ? '"' : quote}127.0.0.1:${rest}${quote === '' ? '"' : quote}`;
});
