/** Packets as bytes, and what a captured one was. Pure. */
import {ipFromBytes, ipToBytes, parseIp} from '../../../src/net/address.ts';
import {otherProtocol, type Cell} from './cell.ts';

const numbers = {tcp: 6, udp: 17, icmp: 1, icmpv6: 58, other: otherProtocol, arp: 0} as const;

/** A whole Ethernet frame. */
export function frameOf(cell: Cell, from: Buffer, to: Buffer): Buffer {
	const type = cell.protocol === 'arp' ? 0x0806 : cell.destination.includes(':') ? 0x86dd : 0x0800;
	const header = Buffer.concat([to, from, Buffer.from([type >> 8, type & 255])]);
	return Buffer.concat([header, cell.protocol === 'arp' ? arpOf(cell, from) : ipOf(cell)]);
}

/** An IP packet with right checksums: reading them is what decides whether connection tracking takes it. */
export function ipOf(cell: Cell): Buffer {
	const [source, destination] = [bytesOf(cell.source ?? ''), bytesOf(cell.destination)];
	const body = bodyOf(cell, source, destination);
	const protocol = numbers[cell.protocol];
	if (destination.length === 16) {
		const header = Buffer.alloc(8);
		header.writeUInt8(0x60, 0);
		header.writeUInt16BE(body.length, 4);
		header.writeUInt8(protocol, 6);
		header.writeUInt8(cell.hopLimit, 7);
		return Buffer.concat([header, source, destination, body]);
	}
	const header = Buffer.alloc(12);
	header.writeUInt8(0x45, 0);
	header.writeUInt16BE(20 + body.length, 2);
	header.writeUInt8(cell.hopLimit, 8);
	header.writeUInt8(protocol, 9);
	const whole = Buffer.concat([header, source, destination]);
	whole.writeUInt16BE(checksum(whole), 10);
	return Buffer.concat([whole, body]);
}

function bodyOf(cell: Cell, source: Buffer, destination: Buffer): Buffer {
	const body = plainBody(cell);
	const at = {tcp: 16, udp: 6, icmp: 2, icmpv6: 2, other: null, arp: null}[cell.protocol];
	if (at === null) return body;
	const pseudo = Buffer.alloc(8);
	pseudo.writeUInt32BE(body.length, 0);
	pseudo.writeUInt8(numbers[cell.protocol], 7);
	body.writeUInt16BE(checksum(cell.protocol === 'icmp' ? body : Buffer.concat([source, destination, pseudo, body])), at);
	return body;
}

function plainBody({protocol, sourcePort, destinationPort, icmpType}: Cell): Buffer {
	const body = Buffer.alloc({tcp: 20, udp: 16, icmp: 16, icmpv6: 32, other: 24, arp: 0}[protocol]);
	if (protocol === 'icmp' || protocol === 'icmpv6') {
		body.writeUInt8(icmpType ?? 0, 0);
		// Identifier and sequence: an answer must bear those of the request.
		if ((icmpType ?? 0) < 133) body.writeUInt32BE(0x7653_0001, 4);
	}
	if (protocol === 'tcp' || protocol === 'udp') {
		body.writeUInt16BE(sourcePort ?? 0, 0);
		body.writeUInt16BE(destinationPort ?? 0, 2);
	}
	if (protocol === 'udp') body.writeUInt16BE(body.length, 4);
	if (protocol === 'tcp') {
		body.writeUInt32BE(1_000_000, 4);
		// Five words, SYN, a window.
		body.writeUInt32BE(0x5002_ffff, 12);
	}
	if (protocol === 'other') body.writeUInt32BE(0x7653_0002, 0);
	return body;
}

/** The message of a raw ICMP socket: the kernel fills in what lies below, and for IPv6 the checksum. */
export function messageOf(cell: Cell): Buffer {
	const body = plainBody(cell);
	if (cell.protocol === 'icmp') body.writeUInt16BE(checksum(body), 2);
	return body;
}

function arpOf({source, destination}: Cell, from: Buffer): Buffer {
	return Buffer.concat([Buffer.from('0001080006040001', 'hex'), from, bytesOf(source ?? ''), Buffer.alloc(6), bytesOf(destination)]);
}

/** `udp 203.0.113.80 443`: enough to know one's own packet by. Null for what is neither IP nor ARP. */
export function readPacket(ip: Buffer, arp = false): string | null {
	if (arp) return `arp ${addressAt(ip, 24, 4)}`;
	const six = ip.readUInt8(0) >> 4 === 6;
	const protocol = ip.readUInt8(six ? 6 : 9);
	const start = six ? 40 : (ip.readUInt8(0) & 15) * 4;
	const name = Object.entries(numbers).find(([, number]) => number === protocol)?.[0];
	if (name === undefined) return null;
	const ports = (name === 'tcp' || name === 'udp') && ip.length >= start + 4 ? ip.readUInt16BE(start + 2) : null;
	return `${name} ${six ? addressAt(ip, 24, 16) : addressAt(ip, 16, 4)} ${ports ?? ''}`.trim();
}

export function readFrame(frame: Buffer): string | null {
	const type = frame.readUInt16BE(12);
	return type === 0x0806 ? readPacket(frame.subarray(14), true) : type === 0x0800 || type === 0x86dd ? readPacket(frame.subarray(14)) : null;
}

export const signatureOf = ({protocol, destination, destinationPort}: Cell): string => `${protocol} ${parseIp(destination) ?? destination} ${destinationPort ?? ''}`.trim();

const addressAt = (bytes: Buffer, at: number, length: number): string => ipFromBytes(bytes.subarray(at, at + length));

export function bytesOf(address: string): Buffer {
	const parsed = parseIp(address);
	if (parsed === null) throw new Error(`${address} is no address`);
	return Buffer.from(ipToBytes(parsed));
}

/** RFC 1071. */
function checksum(bytes: Buffer): number {
	let sum = 0;
	for (let index = 0; index < bytes.length; index += 2) sum += index + 1 < bytes.length ? bytes.readUInt16BE(index) : bytes.readUInt8(index) << 8;
	while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
	return ~sum & 0xffff;
}
