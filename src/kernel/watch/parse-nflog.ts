/** PURE: one NFULNL_MSG_PACKET (linux/netfilter/nfnetlink_log.h) to a drop record. */
import type {DropRecord} from '../kernel.ts';
import {attributeMap, readText, readU16be, readU32be, type Attributes} from '../netlink/attributes.ts';
import {ETH_P_IP, ETH_P_IPV6, parsePacket} from './parse-packet.ts';

const NFULA_PACKET_HDR = 1;
const NFULA_MARK = 2;
const NFULA_IFINDEX_INDEV = 4;
const NFULA_IFINDEX_OUTDEV = 5;
const NFULA_PAYLOAD = 9;
const NFULA_PREFIX = 10;
const NFULA_UID = 11;
const NFULA_SEQ = 12;
const NFULA_GID = 14;
const NFGENMSG_BYTES = 4;
const NFPROTO_IPV4 = 2;
const NFPROTO_NETDEV = 5;
const NFPROTO_IPV6 = 10;
const ETHERNET_HEADER = 14;
const NOBODY = 0xffff_ffff;

export interface NflogContext {
	readonly atMs: number;
	readonly nameOf: (interfaceIndex: number) => string;
}

export interface NflogPacket {
	readonly record: DropRecord;
	/** Counts every packet of the group; a gap is what was lost. */
	readonly sequence: number | null;
}

export function parseNflog(body: Buffer, {atMs, nameOf}: NflogContext): NflogPacket {
	const family = body.length > 0 ? body.readUInt8(0) : 0;
	const attributes = attributeMap(body.subarray(NFGENMSG_BYTES));
	const header = attributes.get(NFULA_PACKET_HDR);
	const interfaceName = (type: number): string | null => {
		const index = readU32be(attributes.get(type)) ?? 0;
		return index === 0 ? null : nameOf(index);
	};
	const packet = readPacket(family, readU16be(header) ?? 0, attributes.get(NFULA_PAYLOAD) ?? Buffer.alloc(0));
	return {
		record: {
			atMs,
			...readPrefix(readText(attributes.get(NFULA_PREFIX)) ?? '', family, header !== undefined && header.length > 2 ? header.readUInt8(2) : 0),
			inInterface: interfaceName(NFULA_IFINDEX_INDEV),
			outInterface: interfaceName(NFULA_IFINDEX_OUTDEV),
			...packet,
			uid: readId(attributes, NFULA_UID),
			gid: readId(attributes, NFULA_GID),
			...readMark(attributes),
		},
		sequence: readU32be(attributes.get(NFULA_SEQ)),
	};
}

/** Absent for packets that no socket sent (the kernel's own, and what comes in). */
function readId(attributes: Attributes, type: number): number | null {
	const id = readU32be(attributes.get(type));
	return id === NOBODY ? null : id;
}

/** The kernel leaves out a mark of zero (__build_packet_message, nfnetlink_log.c). */
function readMark(attributes: Attributes): Pick<DropRecord, 'mark'> {
	const mark = readU32be(attributes.get(NFULA_MARK)) ?? 0;
	return mark === 0 ? {} : {mark};
}

/** On the netdev hooks the frame may start with its Ethernet header; elsewhere the bytes start at the IP header. */
function readPacket(family: number, etherType: number, payload: Buffer): ReturnType<typeof parsePacket> {
	if (family === NFPROTO_IPV4) return parsePacket(payload, ETH_P_IP);
	if (family === NFPROTO_IPV6) return parsePacket(payload, ETH_P_IPV6);
	const framed = family === NFPROTO_NETDEV && payload.length >= ETHERNET_HEADER && payload.readUInt16BE(ETHERNET_HEADER - 2) === etherType;
	return parsePacket(framed ? payload.subarray(ETHERNET_HEADER) : payload, etherType);
}

/** vks logs as `vks:<direction>:<rule-id>`; for anybody else's prefix the hook tells the direction. */
function readPrefix(prefix: string, family: number, hook: number): Pick<DropRecord, 'ruleId' | 'direction'> {
	const own = /^vks:(in|out|forward):(\S+)\s*$/.exec(prefix);
	const [, direction, ruleId] = own ?? [];
	if (ruleId !== undefined && (direction === 'in' || direction === 'out' || direction === 'forward')) return {ruleId, direction};
	return {ruleId: prefix.trim() || 'unnamed', direction: directionOfHook(family, hook)};
}

/** enum nf_inet_hooks and nf_dev_hooks, linux/netfilter.h. */
function directionOfHook(family: number, hook: number): DropRecord['direction'] {
	if (family === NFPROTO_NETDEV) return hook === 0 ? 'in' : 'out';
	if (hook === 2) return 'forward';
	return hook < 2 ? 'in' : 'out';
}
