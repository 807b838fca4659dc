/** Puts one Ethernet frame on a queue of a link through AF_XDP in copy mode, as a process with NET_RAW can (linux/if_xdp.h). */
import koffi from 'koffi';
import {testFrame} from '../contract/inside/raw-frame.ts';

const AF_XDP = 44;
const SOL_XDP = 283;
const XDP_TX_RING = 3;
const PAGE = 4096;
const TX_RING_AT = 0x8000_0000;

export interface XdpSender {
	/** 0, or the errno with which the kernel refused the queue. */
	readonly errno: number;
	send(): void;
	close(): void;
}

/** `flags` 2 is XDP_COPY. */
export function openXdpSender(linkIndex: number, {queue = 0, flags = 2}: {readonly queue?: number; readonly flags?: number} = {}): XdpSender {
	const libc = koffi.load(null);
	const setOption: (fd: number, level: number, option: number, value: Buffer, length: number) => number = libc.func('int setsockopt(int fd, int level, int option, const void *value, uint32_t length)');
	const map: (at: null, length: number, protection: number, flags: number, fd: number, offset: number) => bigint | number = libc.func('intptr_t mmap(void *at, size_t length, int protection, int flags, int fd, int64_t offset)');
	const unmap: (at: bigint | number, length: number) => number = libc.func('int munmap(intptr_t at, size_t length)');
	let ringAt: bigint | number | null = null;
	const fd: number = libc.func('int socket(int domain, int type, int protocol)')(AF_XDP, 3, 0);
	if (fd < 0) throw new Error(`no AF_XDP socket: errno ${koffi.errno()}`);
	const memory = map(null, PAGE, 3, 0x8022, -1, 0);
	const umem = Buffer.alloc(24);
	umem.writeBigUInt64LE(BigInt(memory), 0);
	umem.writeBigUInt64LE(BigInt(PAGE), 8);
	umem.writeUInt32LE(PAGE, 16);
	const one = Buffer.from([1, 0, 0, 0]);
	for (const [option, value] of [[4, umem], [5, one], [6, one], [XDP_TX_RING, one]] as const) {
		if (setOption(fd, SOL_XDP, option, value, value.length) < 0) throw new Error(`AF_XDP option ${option}: errno ${koffi.errno()}`);
	}
	const address = Buffer.alloc(16);
	address.writeUInt16LE(AF_XDP, 0);
	address.writeUInt16LE(flags, 2);
	address.writeUInt32LE(linkIndex, 4);
	address.writeUInt32LE(queue, 8);
	const bound: number = libc.func('int bind(int fd, const void *address, uint32_t length)')(fd, address, address.length);
	const errno = bound < 0 ? koffi.errno() : 0;
	return {
		errno,
		send() {
			const frame = testFrame();
			Buffer.from(koffi.view(BigInt(memory), PAGE)).set(frame, 0);
			// struct xdp_mmap_offsets: rx, tx, fr, cr, each producer, consumer, desc, flags.
			const [offsets, length] = [Buffer.alloc(128), Buffer.from([128, 0, 0, 0])];
			libc.func('int getsockopt(int fd, int level, int option, void *value, void *length)')(fd, SOL_XDP, 1, offsets, length);
			const [producer, descriptors] = [Number(offsets.readBigUInt64LE(32)), Number(offsets.readBigUInt64LE(48))];
			ringAt = map(null, PAGE, 3, 0x8001, fd, TX_RING_AT);
			const ring = Buffer.from(koffi.view(BigInt(ringAt), PAGE));
			ring.writeBigUInt64LE(0n, descriptors);
			ring.writeUInt32LE(frame.length, descriptors + 8);
			ring.writeUInt32LE(ring.readUInt32LE(producer) + 1, producer);
			libc.func('intptr_t sendto(int fd, const void *bytes, size_t length, int flags, const void *to, uint32_t size)')(fd, null, 0, 0x40, null, 0);
		},
		close() {
			// A mapped ring keeps the socket, and with it the queue, after the descriptor is closed.
			if (ringAt !== null) unmap(ringAt, PAGE);
			unmap(memory, PAGE);
			libc.func('int close(int fd)')(fd);
		},
	};
}
