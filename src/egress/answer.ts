/** What the tunnel's resolver answers, reduced to addresses and their time; and the answer that is made of them. Pure. */
import {familyOf, ipFromBytes, ipToBytes, isLoopback, type IpAddress} from '../net/address.ts';
import {cidrContains, type Cidr} from '../net/cidr.ts';
import {isPrivate} from '../net/private-ranges.ts';
import {headerBytes, parseQuestion, types, type AddressType, type Question} from './question.ts';

export interface Answer {
	/** RFC 1035, 4.1.1: 0 is no error, 2 the server's failure, 3 no such name. */
	readonly code: number;
	readonly addresses: readonly IpAddress[];
	/** The least of all records that led to them. */
	readonly ttlSeconds: number;
}

const isAnswer = 0x8000;
const typeCname = 5;
const recordBytes = 10;
/** What a message without EDNS may be at most (RFC 1035, 4.2.1): ours never needs to be cut. */
const longestMessage = 512;
/** 0.0.0.0/8 is this host itself, the rest is nobody's or everybody's: multicast and reserved. */
const nobodys = ['0.0.0.0/8', '224.0.0.0/3', '::/8', 'ff00::/8'] as readonly string[] as readonly Cidr[];

/** Null when it is no whole answer to that question of ours. */
export function readAnswer(message: Uint8Array, asked: Uint8Array, type: AddressType): Answer | null {
	const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
	const question = parseQuestion(asked);
	if (question === null || bytes.length < headerBytes || (bytes.readUInt16BE(2) & isAnswer) === 0) return null;
	const end = headerBytes + question.bytes.length;
	const same = bytes.readUInt16BE(0) === question.id && bytes.readUInt16BE(4) === 1 && bytes.toString('latin1', headerBytes, end).toLowerCase() === Buffer.from(question.bytes).toString('latin1').toLowerCase();
	if (!same) return null;
	const addresses: IpAddress[] = [];
	let ttlSeconds = Number.POSITIVE_INFINITY;
	let at: number | null = end;
	for (let count = bytes.readUInt16BE(6); count > 0; count--) {
		at = afterName(bytes, at);
		if (at === null || at + recordBytes > bytes.length) return null;
		const [kind, ttl, length] = [bytes.readUInt16BE(at), bytes.readUInt32BE(at + 4), bytes.readUInt16BE(at + 8)];
		const data = bytes.subarray(at + recordBytes, at + recordBytes + length);
		if (data.length < length) return null;
		at += recordBytes + length;
		if (kind !== types[type] && kind !== typeCname) continue;
		// RFC 2181, 8: with the highest bit set it is zero.
		ttlSeconds = Math.min(ttlSeconds, ttl > 0x7fff_ffff ? 0 : ttl);
		if (kind === types[type] && length === (type === 'A' ? 4 : 16)) addresses.push(ipFromBytes(data));
	}
	return {code: bytes.readUInt16BE(2) & 0xf, addresses, ttlSeconds: Number.isFinite(ttlSeconds) ? ttlSeconds : 0};
}

/** A name must lead to the internet: what is on the LAN, in the namespace or in the tunnel's own network is opened by address. */
export const mayBeReached = (address: IpAddress): boolean => !isPrivate(address) && !isLoopback(address) && !nobodys.some(range => cidrContains(range, address));

/** Nothing of the resolver's message but addresses goes on: `code` without any is the whole answer. */
export function renderAnswer(question: Question, code: number, addresses: readonly IpAddress[] = [], ttlSeconds = 0): Uint8Array {
	const records = addresses.map(address => record(address, ttlSeconds));
	const room = Math.floor((longestMessage - headerBytes - question.bytes.length) / (records[0]?.length ?? 1));
	const header = Buffer.alloc(headerBytes);
	header.writeUInt16BE(question.id, 0);
	// Recursion is available.
	header.writeUInt16BE(isAnswer | (question.recursive ? 0x0100 : 0) | 0x0080 | code, 2);
	header.writeUInt16BE(1, 4);
	header.writeUInt16BE(Math.min(records.length, room), 6);
	return Buffer.concat([header, question.bytes, ...records.slice(0, room)]);
}

function record(address: IpAddress, ttlSeconds: number): Buffer {
	const data = ipToBytes(address);
	const head = Buffer.alloc(2 + recordBytes);
	// The name of the question, where that stands.
	head.writeUInt16BE(0xc000 | headerBytes, 0);
	head.writeUInt16BE(types[familyOf(address) === 4 ? 'A' : 'AAAA'], 2);
	head.writeUInt16BE(1, 4);
	head.writeUInt32BE(ttlSeconds, 6);
	head.writeUInt16BE(data.length, 10);
	return Buffer.concat([head, Buffer.from(data)]);
}

/** A name ends with an empty label, or with the place where the rest of it stands (RFC 1035, 4.1.4). */
function afterName(bytes: Buffer, start: number): number | null {
	for (let at = start; at < bytes.length;) {
		const length = bytes.readUInt8(at);
		if (length === 0) return at + 1;
		if (length >= 0xc0) return at + 2;
		if (length > 63) return null;
		at += 1 + length;
	}
	return null;
}
