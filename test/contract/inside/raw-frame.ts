/** Puts one Ethernet frame on a link through AF_PACKET, as a process with NET_RAW can. */
import koffi from 'koffi';

const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOL_PACKET = 263;
const PACKET_QDISC_BYPASS = 20;
/** IEEE 802 local experimental 1: nobody else on the link sends it. */
export const experimentalType = '0x88b5';

/** A whole frame of the experimental type. */
export const testFrame = (payload = Buffer.alloc(50)): Buffer => Buffer.concat([Buffer.from('020000000001' + '020000000002' + experimentalType.slice(2), 'hex'), payload]);

export interface RawFrame {
	/** What its sender tells the kernel it is; the frame itself always says it is of the experimental type. */
	readonly protocol?: number;
	readonly payload?: Buffer<ArrayBuffer>;
	/** PACKET_QDISC_BYPASS: straight to the driver. */
	readonly bypass?: boolean;
}

export function sendRawFrame(linkIndex: number, {protocol = Number(experimentalType), payload, bypass = false}: RawFrame = {}): void {
	const libc = koffi.load(null);
	const fd: number = libc.func('int socket(int domain, int type, int protocol)')(AF_PACKET, SOCK_RAW, 0);
	if (fd < 0) throw new Error('no packet socket');
	if (bypass && libc.func('int setsockopt(int fd, int level, int option, const void *value, uint32_t length)')(fd, SOL_PACKET, PACKET_QDISC_BYPASS, Buffer.from([1, 0, 0, 0]), 4) !== 0) throw new Error('no PACKET_QDISC_BYPASS');
	// struct sockaddr_ll, linux/if_packet.h.
	const address = Buffer.alloc(20);
	address.writeUInt16LE(AF_PACKET, 0);
	address.writeUInt16BE(protocol, 2);
	address.writeInt32LE(linkIndex, 4);
	const frame = testFrame(payload);
	// A refused frame is an error to the sender or none at all: the other end counts.
	libc.func('intptr_t sendto(int fd, const void *bytes, size_t length, int flags, const void *to, uint32_t size)')(fd, frame, frame.length, 0, address, address.length);
	libc.func('int close(int fd)')(fd);
}
