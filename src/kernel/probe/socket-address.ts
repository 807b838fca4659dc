/** PURE: socket addresses as the kernel reads them (linux/in.h, linux/in6.h, linux/if_packet.h). */
import {ipToBytes, isIpv4, type IpAddress} from '../../net/address.ts';

export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_PACKET = 17;
/** Every protocol (linux/if_ether.h). */
export const ETH_P_ALL = 3;
const SOCKADDR_LL_BYTES = 20;

export function internetAddress(address: IpAddress, port: number): Buffer {
	const four = isIpv4(address);
	const bytes = Buffer.alloc(four ? 16 : 28);
	bytes.writeUInt16LE(four ? AF_INET : AF_INET6, 0);
	bytes.writeUInt16BE(port, 2);
	Buffer.from(ipToBytes(address)).copy(bytes, four ? 4 : 8);
	return bytes;
}

export function linkAddress(index: number, protocol: number): Buffer {
	const bytes = Buffer.alloc(SOCKADDR_LL_BYTES);
	bytes.writeUInt16LE(AF_PACKET, 0);
	bytes.writeUInt16BE(protocol, 2);
	bytes.writeInt32LE(index, 4);
	return bytes;
}

export const linkIndexOf = (address: Buffer): number => address.readInt32LE(4);

/** Null for a link that is no Ethernet (ARPHRD_ETHER is 1, linux/if_arp.h). */
export function hardwareOf(address: Buffer): Uint8Array | null {
	return address.readUInt16LE(8) === 1 && address.readUInt8(11) === 6 ? Uint8Array.from(address.subarray(12, 18)) : null;
}

export const emptyLinkAddress = (): Buffer => Buffer.alloc(SOCKADDR_LL_BYTES);
