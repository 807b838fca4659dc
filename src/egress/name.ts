/** Domain names and patterns of them, in the one spelling that is compared: lower case, ASCII, without the final dot. Pure. */
import type {Brand} from '../net/brand.ts';
import {fail, ok, type Result} from '../result.ts';

export type DomainName = Brand<string, 'DomainName'>;

/** One name, or with `anyLabel` every name that has exactly one label before it, as a certificate's wildcard (RFC 9525, 6.3). */
export interface NamePattern {
	readonly name: DomainName;
	readonly anyLabel: boolean;
}

const longestName = 253;
const longestLabel = 63;
/** What hosts are called (RFC 1123, 2.1), and the underscore that some of them have all the same. */
export const labelForm = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const wholeLabel = new RegExp(`^${labelForm}$`);

/** A name as it was asked for, or as a connection bears it. What is wrong with it follows it in a sentence. */
export function parseDomain(text: string): Result<DomainName, string> {
	const name = text.toLowerCase().replace(/\.$/, '');
	const labels = name.split('.');
	if (labels.includes('')) return fail('has an empty label');
	if (name.length > longestName || labels.some(({length}) => length > longestLabel)) return fail('is longer than a name can be');
	if (!labels.every(label => wholeLabel.test(label))) return fail('is not a host name');
	// The URL Standard's "ends in a number checker": somewhere it would be read as an address.
	return /^(?:\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '') ? fail('ends in a number, as addresses do') : ok(name as DomainName);
}

/** Of the operator. `toAscii` spells labels of other scripts as the wire has them (RFC 5891); empty where that cannot be done. */
export function parsePattern(text: string, toAscii: (name: string) => string): Result<NamePattern, string> {
	const anyLabel = text.startsWith('*.');
	const rest = anyLabel ? text.slice(2) : text;
	if (rest.includes('*')) return fail('has a * that is not its whole first label');
	// What is plain goes round that: it reads some of it as an address or an escape, and rewrites it.
	const ascii = /[^\x21-\x7e]/.test(rest) ? toAscii(rest) : rest;
	if (ascii === '') return fail('is not a host name');
	const name = parseDomain(ascii);
	if (!name.ok) return name;
	return name.value.includes('.') ? ok({name: name.value, anyLabel}) : fail(anyLabel ? 'is a whole top-level domain' : 'is a single label');
}

export function matchesName({name, anyLabel}: NamePattern, asked: DomainName): boolean {
	if (!anyLabel) return asked === name;
	return asked.slice(asked.indexOf('.') + 1) === name && asked !== name;
}

export const patternText = ({name, anyLabel}: NamePattern): string => (anyLabel ? `*.${name}` : name);
