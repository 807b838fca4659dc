/** PURE: `ip rule` entries and their messages (linux/fib_rules.h), both ways. */
import {loopback, parseInterfaceName} from '../../net/interface-name.ts';
import {parsePort} from '../../net/port.ts';
import type {RoutingRule} from '../kernel.ts';
import {attribute, attributeMap, readText, readU32, textAttribute, u32Attribute, type Attributes} from '../netlink/attributes.ts';
import {addressBytes, addressOf, familyNumber, familyOfNumber} from './address.ts';
import {
	FIB_RULE_HDR_BYTES,
	FIB_RULE_INVERT,
	FR_ACT_TO_TBL,
	FRA_DST,
	FRA_FWMARK,
	FRA_FWMASK,
	FRA_IIFNAME,
	FRA_IP_PROTO,
	FRA_OIFNAME,
	FRA_PRIORITY,
	FRA_PROTOCOL,
	FRA_SPORT_MASK,
	FRA_SPORT_RANGE,
	FRA_SUPPRESS_IFGROUP,
	FRA_SUPPRESS_PREFIXLEN,
	FRA_TABLE,
	IPPROTO_TCP,
	IPPROTO_UDP,
} from './protocol.ts';

const EVERY_BIT = 0xffff_ffff;
/** What vks itself puts into a rule; the kernel adds a protocol to each and may say "not set" for a suppressor. */
const known: ReadonlySet<number> = new Set([FRA_DST, FRA_FWMARK, FRA_FWMASK, FRA_IIFNAME, FRA_IP_PROTO, FRA_OIFNAME, FRA_PRIORITY, FRA_PROTOCOL, FRA_SPORT_MASK, FRA_SPORT_RANGE, FRA_SUPPRESS_IFGROUP, FRA_SUPPRESS_PREFIXLEN, FRA_TABLE]);

export function parseRule(body: Buffer): RoutingRule | null {
	const family = body.length < FIB_RULE_HDR_BYTES ? null : familyOfNumber(body.readUInt8(0));
	if (family === null) return null;
	const attributes = attributeMap(body.subarray(FIB_RULE_HDR_BYTES));
	const mask = readU32(attributes.get(FRA_FWMASK));
	const mark = readU32(attributes.get(FRA_FWMARK)) ?? (mask === null ? null : 0);
	const outName = readText(attributes.get(FRA_OIFNAME));
	const outInterface = outName === null ? null : parseInterfaceName(outName);
	const inName = readText(attributes.get(FRA_IIFNAME));
	const suppress = readU32(attributes.get(FRA_SUPPRESS_PREFIXLEN));
	const from = readFrom(attributes);
	const to = addressOf(attributes.get(FRA_DST));
	const wholeHost = body.readUInt8(1) === (to === null ? 0 : hostLength(family));
	const special =
		body.readUInt8(3) !== 0 ||
		body.readUInt8(7) !== FR_ACT_TO_TBL ||
		(body.readUInt32LE(8) & FIB_RULE_INVERT) !== 0 ||
		(mask !== null && mask !== EVERY_BIT) ||
		(outName !== null && outInterface === null) ||
		(inName !== null && inName !== loopback) ||
		from === 'other' ||
		!wholeHost ||
		(readU32(attributes.get(FRA_SUPPRESS_IFGROUP)) ?? EVERY_BIT) !== EVERY_BIT ||
		[...attributes.keys()].some(type => !known.has(type));
	return {
		family,
		priority: readU32(attributes.get(FRA_PRIORITY)) ?? 0,
		mark,
		outInterface,
		table: readU32(attributes.get(FRA_TABLE)) ?? body.readUInt8(4),
		suppressPrefixLength: suppress === null || suppress === EVERY_BIT ? null : suppress,
		...(to === null || !wholeHost ? {} : {to}),
		...(from === null || from === 'other' ? {} : {from}),
		...(inName === loopback ? {local: true} : {}),
		...(special ? {special, message: Uint8Array.from(body)} : {}),
	};
}

export function encodeRule({family, priority, mark, outInterface, table, suppressPrefixLength, to, from, local}: RoutingRule): Buffer {
	const header = Buffer.alloc(FIB_RULE_HDR_BYTES);
	header.writeUInt8(familyNumber(family), 0);
	header.writeUInt8(to === undefined ? 0 : hostLength(family), 1);
	header.writeUInt8(table < 256 ? table : 0, 4);
	header.writeUInt8(FR_ACT_TO_TBL, 7);
	const attributes = [u32Attribute(FRA_PRIORITY, priority), u32Attribute(FRA_TABLE, table)];
	if (to !== undefined) attributes.push(attribute(FRA_DST, addressBytes(to)));
	if (mark !== null) attributes.push(u32Attribute(FRA_FWMARK, mark), u32Attribute(FRA_FWMASK, EVERY_BIT));
	if (local === true) attributes.push(textAttribute(FRA_IIFNAME, loopback));
	if (outInterface !== null) attributes.push(textAttribute(FRA_OIFNAME, outInterface));
	if (suppressPrefixLength !== null) attributes.push(u32Attribute(FRA_SUPPRESS_PREFIXLEN, suppressPrefixLength));
	if (from !== undefined) attributes.push(attribute(FRA_IP_PROTO, Buffer.from([protocols[from.transport]])), attribute(FRA_SPORT_RANGE, portRange(from.port)));
	return Buffer.concat([header, ...attributes]);
}

const hostLength = (family: RoutingRule['family']): number => (family === 4 ? 32 : 128);

const protocols = {tcp: IPPROTO_TCP, udp: IPPROTO_UDP} as const;

/** struct fib_rule_port_range: first and last, in host byte order. */
function portRange(port: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt16LE(port, 0);
	bytes.writeUInt16LE(port, 2);
	return bytes;
}

/** One transport and one whole port, or something else. The kernel adds a mask of all bits to a single port (Linux 6.15). */
function readFrom(attributes: Attributes): NonNullable<RoutingRule['from']> | null | 'other' {
	const [protocol, range, mask] = [FRA_IP_PROTO, FRA_SPORT_RANGE, FRA_SPORT_MASK].map(type => attributes.get(type));
	if (protocol === undefined && range === undefined && mask === undefined) return null;
	if (protocol?.length !== 1 || range?.length !== 4 || (mask !== undefined && !mask.equals(Buffer.from([0xff, 0xff])))) return 'other';
	const transport = protocol[0] === IPPROTO_TCP ? 'tcp' : protocol[0] === IPPROTO_UDP ? 'udp' : null;
	const port = parsePort(range.readUInt16LE(0));
	return transport === null || port === null || port !== range.readUInt16LE(2) ? 'other' : {transport, port};
}
