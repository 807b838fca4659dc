/** PURE: the first bytes of a packet to what a person wants to know of it. Bytes may be missing anywhere. */
import type {DropRecord} from '../kernel.ts';
import {addressOf} from '../network/address.ts';

export type Packet = Pick<DropRecord, 'source' | 'destination' | 'protocol' | 'sourcePort' | 'destinationPort' | 'icmpType' | 'length' | 'etherType'>;

export const ETH_P_IP = 0x0800;
export const ETH_P_ARP = 0x0806;
export const ETH_P_IPV6 = 0x86dd;

/** IP protocol numbers (IANA). */
const ICMP = 1;
const TCP = 6;
const UDP = 17;
const ICMPV6 = 58;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
/** Hop-by-hop, routing, destination options: a length byte counts units of eight (RFC 8200). */
const EXTENSIONS: ReadonlySet<number> = new Set([0, 43, 60]);
const MOST_EXTENSIONS = 8;

export function parsePacket(bytes: Buffer, etherType: number): Packet {
	if (etherType === ETH_P_IP) return parseIpv4(bytes);
	if (etherType === ETH_P_IPV6) return parseIpv6(bytes);
	if (etherType === ETH_P_ARP) return parseArp(bytes);
	return {...unknown(bytes.length), ...(etherType === 0 ? {} : {etherType})};
}

const unknown = (length: number): Packet => ({
	source: '',
	destination: '',
	protocol: 'other',
	sourcePort: null,
	destinationPort: null,
	icmpType: null,
	length,
});

const addressAt = (bytes: Buffer, at: number, length: number): string => addressOf(bytes.subarray(at, at + length)) ?? '';

function parseIpv4(bytes: Buffer): Packet {
	if (bytes.length < 20 || bytes.readUInt8(0) >> 4 !== 4) return unknown(bytes.length);
	const firstFragment = (bytes.readUInt16BE(6) & 0x1fff) === 0;
	return {
		...unknown(bytes.readUInt16BE(2)),
		source: addressAt(bytes, 12, 4),
		destination: addressAt(bytes, 16, 4),
		...transport(bytes.readUInt8(9), firstFragment ? bytes.subarray((bytes.readUInt8(0) & 0xf) * 4) : null),
	};
}

function parseIpv6(bytes: Buffer): Packet {
	if (bytes.length < 40 || bytes.readUInt8(0) >> 4 !== 6) return unknown(bytes.length);
	const {protocol, rest} = skipExtensions(bytes.readUInt8(6), bytes.subarray(40));
	return {
		...unknown(40 + bytes.readUInt16BE(4)),
		source: addressAt(bytes, 8, 16),
		destination: addressAt(bytes, 24, 16),
		...transport(protocol, rest),
	};
}

interface Upper {
	readonly protocol: number;
	/** Null when the transport header is not in these bytes. */
	readonly rest: Buffer | null;
}

function skipExtensions(first: number, bytes: Buffer): Upper {
	let [protocol, rest] = [first, bytes];
	for (let count = 0; count < MOST_EXTENSIONS; count++) {
		const isFragment = protocol === FRAGMENT;
		if (!isFragment && protocol !== AUTHENTICATION && !EXTENSIONS.has(protocol)) return {protocol, rest};
		if (rest.length < 8) return {protocol, rest: null};
		const next = rest.readUInt8(0);
		if (isFragment && rest.readUInt16BE(2) >> 3 !== 0) return {protocol: next, rest: null};
		const length = isFragment ? 8 : protocol === AUTHENTICATION ? (rest.readUInt8(1) + 2) * 4 : (rest.readUInt8(1) + 1) * 8;
		[protocol, rest] = [next, rest.subarray(length)];
	}
	return {protocol, rest: null};
}

function transport(protocol: number, bytes: Buffer | null): Partial<Packet> {
	const port = (at: number): number | null => (bytes !== null && bytes.length >= at + 2 ? bytes.readUInt16BE(at) : null);
	const icmpType = bytes !== null && bytes.length > 0 ? bytes.readUInt8(0) : null;
	switch (protocol) {
		case TCP:
			return {protocol: 'tcp', sourcePort: port(0), destinationPort: port(2)};
		case UDP:
			return {protocol: 'udp', sourcePort: port(0), destinationPort: port(2)};
		case ICMP:
			return {protocol: 'icmp', icmpType};
		case ICMPV6:
			return {protocol: 'icmpv6', icmpType};
		default:
			return {};
	}
}

/** Who asks, and for whom (RFC 826, Ethernet and IPv4). */
function parseArp(bytes: Buffer): Packet {
	return {...unknown(bytes.length), source: addressAt(bytes, 14, 4), destination: addressAt(bytes, 24, 4)};
}
