/** What is asked of our resolver, and what becomes of it (RFC 1035, section 4). Pure; trusts no length it reads. */
import {portsOf, type Scope} from './egress-policy.ts';
import {parseDomain, type DomainName} from './name.ts';

export type AddressType = 'A' | 'AAAA';

export interface Question {
	readonly id: number;
	/** Whether it asked for recursion, which an answer repeats. */
	readonly recursive: boolean;
	/** As it came: an answer repeats it letter by letter. */
	readonly bytes: Uint8Array;
	/** Null for what is no name of a host. */
	readonly name: DomainName | null;
	readonly type: number;
}

export type Ruling =
	/** To be asked through the tunnel. */
	| {readonly kind: 'ask'; readonly name: DomainName; readonly type: AddressType}
	/** Of an allowed name, but not its addresses: has no such records. TXT would carry data, HTTPS the keys that hide a name. */
	| {readonly kind: 'no-records'; readonly name: DomainName}
	/** Of any other: does not exist. */
	| {readonly kind: 'no-name'; readonly name: DomainName | null};

export const headerBytes = 12;
export const types: Readonly<Record<AddressType, number>> = {A: 1, AAAA: 28};
const classInternet = 1;

/** Null for what is no single question: it is not answered at all. */
export function parseQuestion(message: Uint8Array): Question | null {
	const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
	if (bytes.length < headerBytes) return null;
	const flags = bytes.readUInt16BE(2);
	// An answer, or another operation than to ask.
	if ((flags & 0xf800) !== 0 || bytes.readUInt16BE(4) !== 1) return null;
	const labels: string[] = [];
	let at = headerBytes;
	for (;;) {
		const length = bytes[at];
		// A question points nowhere (RFC 1035, 4.1.4: there is nothing before it to point to).
		if (length === undefined || length > 63 || at - headerBytes > 254) return null;
		at += 1;
		if (length === 0) break;
		labels.push(bytes.toString('latin1', at, at + length));
		at += length;
	}
	if (at + 4 > bytes.length || bytes.readUInt16BE(at + 2) !== classInternet) return null;
	const name = labels.some(label => label.includes('.')) ? null : parseDomain(labels.join('.'));
	return {id: bytes.readUInt16BE(0), recursive: (flags & 0x0100) !== 0, bytes: bytes.subarray(headerBytes, at + 4), name: name?.ok === true ? name.value : null, type: bytes.readUInt16BE(at)};
}

export function rule(scope: Scope, {name, type}: Question): Ruling {
	if (name === null || portsOf(scope, name).length === 0) return {kind: 'no-name', name};
	if (type === types.A) return {kind: 'ask', name, type: 'A'};
	return type === types.AAAA ? {kind: 'ask', name, type: 'AAAA'} : {kind: 'no-records', name};
}

/** What is asked through the tunnel in its place: ours from the first byte to the last. `id` is 16 bits by chance. */
export function renderQuestion(name: DomainName, type: AddressType, id: number): Uint8Array {
	const header = Buffer.alloc(headerBytes);
	header.writeUInt16BE(id & 0xffff, 0);
	// Recursion desired.
	header.writeUInt16BE(0x0100, 2);
	header.writeUInt16BE(1, 4);
	return Buffer.concat([header, ...name.split('.').flatMap(label => [Buffer.from([label.length]), Buffer.from(label, 'latin1')]), Buffer.from([0, 0, types[type], 0, classInternet])]);
}
