/** PURE: the bytes of probes: frames for packet sockets, ICMP messages, DNS questions. */
import {ipToBytes, isIpv4, type IpAddress} from '../net/address.ts';

const broadcast = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff] as const;
/** The shortest Ethernet frame without its checksum (IEEE 802.3); the rest is padding, and may hold a token. */
const shortestFrame = 60;
const UDP = 17;
/** Discard (RFC 863): who receives it by mistake throws it away. */
export const discardPort = 9;

/** An ARP probe (RFC 5227): asks for an address, and says of its sender none. */
export function arpProbe(hardware: Uint8Array, target: IpAddress, token: Uint8Array): Uint8Array {
	const head = Buffer.concat([
		Buffer.from([...broadcast]), Buffer.from(hardware), Buffer.from('08060001080006040001', 'hex'),
		Buffer.from(hardware), Buffer.alloc(4), Buffer.alloc(6), Buffer.from(ipToBytes(target)), Buffer.from(token),
	]);
	return Uint8Array.from(Buffer.concat([head, Buffer.alloc(Math.max(0, shortestFrame - head.length))]));
}

/** UDP to the discard port in a frame to everybody: a router passes no packet on that came by broadcast. */
export function udpFrame(hardware: Uint8Array, source: IpAddress, destination: IpAddress, token: Uint8Array): Uint8Array {
	const four = isIpv4(destination);
	const datagram = udpDatagram(source, destination, token);
	const etherType = four ? [0x08, 0x00] : [0x86, 0xdd];
	return Uint8Array.from([...broadcast, ...hardware, ...etherType, ...(four ? ipv4Header : ipv6Header)(source, destination, datagram.length), ...datagram]);
}

function ipv4Header(source: IpAddress, destination: IpAddress, length: number): readonly number[] {
	const header = [0x45, 0, ...word(20 + length), 0, 0, 0x40, 0, 64, UDP, 0, 0, ...ipToBytes(source), ...ipToBytes(destination)];
	const sum = checksum(header);
	return [...header.slice(0, 10), ...word(sum), ...header.slice(12)];
}

const ipv6Header = (source: IpAddress, destination: IpAddress, length: number): readonly number[] =>
	[0x60, 0, 0, 0, ...word(length), UDP, 64, ...ipToBytes(source), ...ipToBytes(destination)];

function udpDatagram(source: IpAddress, destination: IpAddress, payload: Uint8Array): readonly number[] {
	const length = 8 + payload.length;
	const datagram = [...word(40_000), ...word(discardPort), ...word(length), 0, 0, ...payload];
	// IPv6 takes no datagram without a checksum (RFC 8200, 8.1).
	const sum = checksum([...ipToBytes(source), ...ipToBytes(destination), 0, UDP, ...word(length), ...datagram]);
	return [...datagram.slice(0, 6), ...word(sum === 0 ? 0xffff : sum), ...payload];
}

/** Type 8 (RFC 792) with its checksum, or 128 (RFC 4443), whose checksum the kernel fills in on a raw ICMPv6 socket (RFC 3542). */
export function echoRequest(family: 4 | 6, token: Uint8Array): Uint8Array {
	const message = [family === 4 ? 8 : 128, 0, 0, 0, 0x76, 0x6b, 0, 1, ...token];
	return Uint8Array.from(family === 4 ? [...message.slice(0, 2), ...word(checksum(message)), ...message.slice(4)] : message);
}

/** Asks for the address of a name that does not exist (RFC 6761), with the token in it. */
export function question(token: Uint8Array): Uint8Array {
	const label = (text: string): readonly number[] => [text.length, ...Buffer.from(text, 'latin1')];
	return Uint8Array.from([0x76, 0x6b, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...label(`vks-${Buffer.from(token).toString('hex')}`), ...label('invalid'), 0, 0, 1, 0, 1]);
}

const word = (value: number): readonly [number, number] => [(value >> 8) & 0xff, value & 0xff];

/** RFC 1071. */
function checksum(bytes: readonly number[]): number {
	let sum = 0;
	for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
	while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
	return ~sum & 0xffff;
}
