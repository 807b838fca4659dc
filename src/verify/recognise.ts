/** PURE: whether a frame on a link is, holds or asks for one of ours. */
import {ipToBytes, isIpv4, type IpAddress} from '../net/address.ts';

export interface Mark {
	readonly token: Uint8Array;
	/** Addresses that nobody but this probe uses; a TCP handshake carries no token. */
	readonly destination: IpAddress | null;
}

/** Where an IP header may begin: without a link header (mirrored from a tunnel), after Ethernet, after a VLAN tag. */
const headers = [0, 14, 18] as const;

export function bears(bytes: Uint8Array, {token, destination}: Mark): boolean {
	const frame = Buffer.from(bytes);
	// A question bears its token in hexadecimal.
	if (frame.includes(Buffer.from(token)) || frame.includes(Buffer.from(token).toString('hex'), 0, 'latin1')) return true;
	if (destination === null) return false;
	const address = Buffer.from(ipToBytes(destination));
	// Sixteen bytes do not come by chance; also in a neighbour solicitation.
	if (!isIpv4(destination)) return frame.includes(address);
	const at = (offset: number): boolean => frame.subarray(offset, offset + 4).equals(address);
	const isArp = frame.length >= 42 && frame.readUInt16BE(12) === 0x0806;
	return (isArp && at(38)) || headers.some(start => frame.length >= start + 20 && frame.readUInt8(start) >> 4 === 4 && at(start + 16));
}
