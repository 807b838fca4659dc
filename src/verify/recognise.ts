/** PURE: whether a frame on a link is, holds or asks for one of ours. */
import {ipToBytes, isIpv4, type IpAddress} from '../net/address.ts';
import type {Port} from '../net/port.ts';

export interface Mark {
	readonly token: Uint8Array;
	/** Where it goes. A neighbour is asked for it before anything is sent, without the token. */
	readonly destination: IpAddress | null;
	/** A TCP handshake carries no token: one that is begun there is ours. Null for what carries one. */
	readonly tcpPort: Port | null;
}

/** Where an IP header may begin: without a link header (mirrored from a tunnel), after Ethernet, after a VLAN tag. */
const headers = [0, 14, 18] as const;

const TCP = 6;
const SYN = 0x02;
const ACK = 0x10;

/**
 * An IPv4 destination can be guessed, and whoever forges it as his own is answered: with an ARP reply, with the SYN-ACK of a
 * published port. So only a question for it, or a connection begun to it, is ours. An IPv6 one is made by chance.
 */
export function bears(bytes: Uint8Array, {token, destination, tcpPort}: Mark): boolean {
	const frame = Buffer.from(bytes);
	// A question bears its token in hexadecimal.
	if (frame.includes(Buffer.from(token)) || frame.includes(Buffer.from(token).toString('hex'), 0, 'latin1')) return true;
	if (destination === null) return false;
	const address = Buffer.from(ipToBytes(destination));
	// Also in a neighbour solicitation.
	if (!isIpv4(destination)) return frame.includes(address);
	const at = (offset: number): boolean => frame.subarray(offset, offset + 4).equals(address);
	const isArpRequest = frame.length >= 42 && frame.readUInt16BE(12) === 0x0806 && frame.readUInt16BE(20) === 1;
	return (isArpRequest && at(38)) || (tcpPort !== null && headers.some(start => at(start + 16) && beginsConnection(frame.subarray(start), tcpPort)));
}

function beginsConnection(packet: Buffer, port: Port): boolean {
	if (packet.length < 20 || packet.readUInt8(0) >> 4 !== 4 || packet.readUInt8(9) !== TCP) return false;
	const tcp = packet.subarray((packet.readUInt8(0) & 0xf) * 4);
	return tcp.length >= 14 && tcp.readUInt16BE(2) === port && (tcp.readUInt8(13) & (SYN | ACK)) === SYN;
}
