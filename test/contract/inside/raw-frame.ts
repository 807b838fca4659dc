/** Puts one Ethernet frame on a link through AF_PACKET, as a process with NET_RAW can. */
import koffi from 'koffi';

const AF_PACKET = 17;
const SOCK_RAW = 3;
/** IEEE 802 local experimental 1: nobody else on the link sends it. */
export const experimentalType = '0x88b5';

/** The frame always says it is of the experimental type; `protocol` is what its sender tells the kernel it is. */
export function sendRawFrame(linkIndex: number, protocol = Number(experimentalType), payload = Buffer.alloc(50)): void {
	const libc = koffi.load(null);
	const fd: number = libc.func('int socket(int domain, int type, int protocol)')(AF_PACKET, SOCK_RAW, 0);
	if (fd < 0) throw new Error('no packet socket');
	// struct sockaddr_ll, linux/if_packet.h.
	const address = Buffer.alloc(20);
	address.writeUInt16LE(AF_PACKET, 0);
	address.writeUInt16BE(protocol, 2);
	address.writeInt32LE(linkIndex, 4);
	const frame = Buffer.concat([Buffer.from('020000000001' + '020000000002' + experimentalType.slice(2), 'hex'), payload]);
	// A refused frame is an error to the sender or none at all: the other end counts.
	libc.func('intptr_t sendto(int fd, const void *bytes, size_t length, int flags, const void *to, uint32_t size)')(fd, frame, frame.length, 0, address, address.length);
	libc.func('int close(int fd)')(fd);
}
