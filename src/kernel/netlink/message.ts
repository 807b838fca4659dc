/** Netlink messages (linux/netlink.h, struct nlmsghdr): pure, no socket. */
import {attributeMap, readText} from './attributes.ts';

export const NLM_F_REQUEST = 0x1;
export const NLM_F_ACK = 0x4;
export const NLM_F_DUMP = 0x300;
export const NLM_F_REPLACE = 0x100;
export const NLM_F_EXCL = 0x200;
export const NLM_F_CREATE = 0x400;
export const NLMSG_ERROR = 2;
export const NLMSG_DONE = 3;
const NLMSG_NOOP = 1;
const NLM_F_DUMP_INTR = 0x10;
const NLM_F_ACK_TLVS = 0x200;
const NLM_F_CAPPED = 0x100;
const NLMSGERR_ATTR_MSG = 1;
const HEADER = 16;

export interface Message {
	readonly type: number;
	readonly flags: number;
	readonly sequence: number;
	readonly portId: number;
	readonly body: Buffer;
}

export interface Request {
	readonly type: number;
	readonly flags: number;
	readonly body: Buffer;
}

const pad = (length: number): number => (length + 3) & ~3;

export function encodeMessage({type, flags, body}: Request, sequence: number): Buffer {
	const bytes = Buffer.alloc(pad(HEADER + body.length));
	bytes.writeUInt32LE(HEADER + body.length, 0);
	bytes.writeUInt16LE(type, 4);
	bytes.writeUInt16LE(flags, 6);
	bytes.writeUInt32LE(sequence >>> 0, 8);
	body.copy(bytes, HEADER);
	return bytes;
}

/** Every whole message of one datagram; stops at the first length that cannot be true. */
export function parseMessages(bytes: Buffer): readonly Message[] {
	const found: Message[] = [];
	for (let at = 0; at + HEADER <= bytes.length; ) {
		const length = bytes.readUInt32LE(at);
		if (length < HEADER || at + length > bytes.length) break;
		const type = bytes.readUInt16LE(at + 4);
		if (type !== NLMSG_NOOP) {
			found.push({
				type,
				flags: bytes.readUInt16LE(at + 6),
				sequence: bytes.readUInt32LE(at + 8),
				portId: bytes.readUInt32LE(at + 12),
				body: bytes.subarray(at + HEADER, at + length),
			});
		}
		at += pad(length);
	}
	return found;
}

/** The dump was overtaken by a change and may be torn: ask again. */
export const isInterrupted = ({flags}: Message): boolean => (flags & NLM_F_DUMP_INTR) !== 0;

/** What an NLMSG_ERROR or NLMSG_DONE says: errno 0 is an acknowledgement. `detail` is the kernel's own sentence, if any. */
export function readAck({flags, type, body}: Message): {readonly errno: number; readonly detail: string | null} {
	const errno = body.length >= 4 ? 0 - body.readInt32LE(0) : 0;
	if (errno === 0 || (flags & NLM_F_ACK_TLVS) === 0) return {errno, detail: null};
	return {errno, detail: readText(attributeMap(body.subarray(extendedAckAt(type, flags, body))).get(NLMSGERR_ATTR_MSG))};
}

/** An error echoes the request's header, and its body too unless capped (struct nlmsgerr); a DONE echoes nothing. */
function extendedAckAt(type: number, flags: number, body: Buffer): number {
	if (type !== NLMSG_ERROR) return 4;
	const echoed = (flags & NLM_F_CAPPED) === 0 && body.length >= 8 ? body.readUInt32LE(4) : HEADER;
	return 4 + pad(Math.max(HEADER, echoed));
}
