/** Netlink attributes (linux/netlink.h, struct nlattr): written padded to four bytes, read without trusting any length. */

const HEADER = 4;
const NLA_F_NESTED = 0x8000;
const NLA_TYPE_MASK = 0x3fff;

export interface Attribute {
	readonly type: number;
	readonly value: Buffer;
}

const pad = (length: number): number => (length + 3) & ~3;

export function attribute(type: number, value: Buffer): Buffer {
	const bytes = Buffer.alloc(pad(HEADER + value.length));
	bytes.writeUInt16LE(HEADER + value.length, 0);
	bytes.writeUInt16LE(type, 2);
	value.copy(bytes, HEADER);
	return bytes;
}

export const nested = (type: number, ...children: readonly Buffer[]): Buffer => attribute(type | NLA_F_NESTED, Buffer.concat(children));

/** NUL-terminated, as the kernel's NLA_STRING and NLA_NUL_STRING both take it. */
export const textAttribute = (type: number, text: string): Buffer => attribute(type, Buffer.from(`${text}\0`));

/** Host byte order (rtnetlink). */
export const u32Attribute = (type: number, value: number): Buffer => attribute(type, u32(value));

/** Network byte order (nfnetlink). */
export const u32beAttribute = (type: number, value: number): Buffer => attribute(type, u32be(value));

export function u32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32LE(value >>> 0, 0);
	return bytes;
}

export function u32be(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(value >>> 0, 0);
	return bytes;
}

export function u16be(value: number): Buffer {
	const bytes = Buffer.alloc(2);
	bytes.writeUInt16BE(value, 0);
	return bytes;
}

/** Reads attributes up to the first one whose length cannot be true. */
export function readAttributes(bytes: Buffer): readonly Attribute[] {
	const found: Attribute[] = [];
	for (let at = 0; at + HEADER <= bytes.length; ) {
		const length = bytes.readUInt16LE(at);
		if (length < HEADER || at + length > bytes.length) break;
		found.push({type: bytes.readUInt16LE(at + 2) & NLA_TYPE_MASK, value: bytes.subarray(at + HEADER, at + length)});
		at += pad(length);
	}
	return found;
}

export type Attributes = ReadonlyMap<number, Buffer>;

/** The same by type; the last of a repeated type counts, as in the kernel's nla_parse. */
export const attributeMap = (bytes: Buffer): Attributes => new Map(readAttributes(bytes).map(({type, value}) => [type, value]));

export const readU16be = (value: Buffer | undefined): number | null => (value !== undefined && value.length >= 2 ? value.readUInt16BE(0) : null);
export const readU32 = (value: Buffer | undefined): number | null => (value !== undefined && value.length >= 4 ? value.readUInt32LE(0) : null);
export const readU32be = (value: Buffer | undefined): number | null => (value !== undefined && value.length >= 4 ? value.readUInt32BE(0) : null);

export function readText(value: Buffer | undefined): string | null {
	if (value === undefined) return null;
	const end = value.indexOf(0);
	return value.toString('utf8', 0, end === -1 ? value.length : end);
}
