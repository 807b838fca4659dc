/** One question for the IPv4 addresses of a name, and what answers it (RFC 1035, section 4). Pure; trusts no length it reads. */
import {ipFromBytes, type IpAddress} from '../net/address.ts';

const HEADER_BYTES = 12;
/** Query, recursion desired. */
const ASKS = 0x0100;
const IS_ANSWER = 0x8000;
const TYPE_A = 1;
const CLASS_IN = 1;
const LONGEST_LABEL = 63;
const LONGEST_NAME = 253;

/** Null for what is no name of a host. `id` is 16 bits by chance, so that nobody else can answer. */
export function dnsQuestion(name: string, id: number): Uint8Array | null {
	const labels = name.replace(/\.$/, '').split('.').map(label => Buffer.from(label, 'latin1'));
	if (name.length > LONGEST_NAME || labels.some(label => label.length === 0 || label.length > LONGEST_LABEL) || !/^[A-Za-z0-9._-]+$/.test(name)) return null;
	const header = Buffer.alloc(HEADER_BYTES);
	header.writeUInt16BE(id & 0xffff, 0);
	header.writeUInt16BE(ASKS, 2);
	header.writeUInt16BE(1, 4);
	const tail = Buffer.alloc(5);
	tail.writeUInt16BE(TYPE_A, 1);
	tail.writeUInt16BE(CLASS_IN, 3);
	return Buffer.concat([header, ...labels.flatMap(label => [Buffer.from([label.length]), label]), tail]);
}

/** The IPv4 addresses it names; null when it is no whole answer to the question of this number. */
export function dnsAddresses(message: Uint8Array, id: number): readonly IpAddress[] | null {
	const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
	if (bytes.length < HEADER_BYTES || bytes.readUInt16BE(0) !== (id & 0xffff) || (bytes.readUInt16BE(2) & IS_ANSWER) === 0) return null;
	let at: number | null = HEADER_BYTES;
	for (let count = bytes.readUInt16BE(4); count > 0; count--) {
		at = afterName(bytes, at);
		if (at === null) return null;
		at += 4;
	}
	const found: IpAddress[] = [];
	for (let count = bytes.readUInt16BE(6); count > 0; count--) {
		at = afterName(bytes, at);
		if (at === null || at + 10 > bytes.length) return null;
		const [type, kind, length] = [bytes.readUInt16BE(at), bytes.readUInt16BE(at + 2), bytes.readUInt16BE(at + 8)];
		const data = bytes.subarray(at + 10, at + 10 + length);
		if (data.length < length) return null;
		if (type === TYPE_A && kind === CLASS_IN && length === 4) found.push(ipFromBytes(data));
		at += 10 + length;
	}
	return found;
}

/** A name ends with an empty label, or with the place where the rest of it stands (RFC 1035, 4.1.4). */
function afterName(bytes: Buffer, start: number): number | null {
	for (let at = start; at < bytes.length;) {
		const length = bytes.readUInt8(at);
		if (length === 0) return at + 1;
		if (length >= 0xc0) return at + 2;
		if (length > LONGEST_LABEL) return null;
		at += 1 + length;
	}
	return null;
}
