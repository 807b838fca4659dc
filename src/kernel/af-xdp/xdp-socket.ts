/**
 * One AF_XDP socket in copy mode, bound to one queue of one link (linux/if_xdp.h). It never sends and nothing ever arrives:
 * that takes an XDP program, and no traffic of the link is touched by the binding (xp_assign_dev, net/xdp/xsk_buff_pool.c).
 */
import {ENOMEM, ENXIO} from '../ffi/errno.ts';
import type {Koffi} from '../ffi/koffi.ts';
import {int32, MSG_DONTWAIT, type Libc} from '../ffi/libc.ts';

const AF_XDP = 44;
const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
const SOL_XDP = 283;
const XDP_RX_RING = 2;
const XDP_UMEM_REG = 4;
const XDP_UMEM_FILL_RING = 5;
const XDP_UMEM_COMPLETION_RING = 6;
const XDP_COPY = 2;
const PROT_READ_WRITE = 3;
const MAP_PRIVATE_ANONYMOUS = 0x22;
/** One chunk: the smallest memory the kernel takes, so that RLIMIT_MEMLOCK of 64 KiB is enough for 16 queues. */
const CHUNK_BYTES = 4096;
const UMEM_REG_BYTES = 24;
const SOCKADDR_XDP_BYTES = 16;

export interface XdpSockets {
	/** A descriptor bound to that queue, or `-errno`: EBUSY when it is somebody's, EINVAL when there is no such queue. */
	bind(linkIndex: number, queue: number): number;
	/** Whether the socket still has its queue: a link that leaves the namespace takes it away (xsk_unbind_dev). */
	isBound(fd: number): boolean;
	close(fd: number): void;
}

export function openXdpSockets(koffi: Koffi, libc: Libc): XdpSockets {
	const lib = koffi.load(null);
	const socket: (domain: number, type: number, protocol: number) => number = lib.func('int socket(int domain, int type, int protocol)');
	const bind: (fd: number, address: Buffer, length: number) => number = lib.func('int bind(int fd, const void *address, uint32_t length)');
	const mmap: (at: null, length: number, protection: number, flags: number, fd: number, offset: number) => number | bigint =
		lib.func('intptr_t mmap(void *at, size_t length, int protection, int flags, int fd, int64_t offset)');
	let page: bigint | null = null;

	/** The same page serves every socket, since none of them ever writes to it. */
	const memory = (): bigint | null => {
		if (page === null) {
			const address = BigInt(mmap(null, CHUNK_BYTES, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0));
			page = address < 0n ? null : address;
		}
		return page;
	};

	const prepare = (fd: number, address: bigint): number => {
		const one = int32(1);
		for (const [option, value] of [[XDP_UMEM_REG, umem(address)], [XDP_UMEM_FILL_RING, one], [XDP_UMEM_COMPLETION_RING, one], [XDP_RX_RING, one]] as const) {
			const set = libc.setOption(fd, SOL_XDP, option, value);
			if (set < 0) return set;
		}
		return 0;
	};

	return {
		bind(linkIndex, queue) {
			const address = memory();
			if (address === null) return -ENOMEM;
			const fd = socket(AF_XDP, SOCK_RAW_CLOEXEC, 0);
			if (fd < 0) return -koffi.errno();
			const prepared = prepare(fd, address);
			const bound = prepared < 0 ? prepared : bind(fd, queueAddress(linkIndex, queue), SOCKADDR_XDP_BYTES) < 0 ? -koffi.errno() : 0;
			if (bound === 0) return fd;
			libc.close(fd);
			return bound;
		},
		// xsk_check_common (net/xdp/xsk.c) asks for the binding first; a link that is down gives ENETDOWN after that.
		isBound: fd => libc.recv(fd, Buffer.alloc(1), MSG_DONTWAIT) !== -ENXIO,
		close: fd => void libc.close(fd),
	};
}

/** struct xdp_umem_reg as it was in the first version, which every kernel takes. */
function umem(address: bigint): Buffer {
	const bytes = Buffer.alloc(UMEM_REG_BYTES);
	bytes.writeBigUInt64LE(address, 0);
	bytes.writeBigUInt64LE(BigInt(CHUNK_BYTES), 8);
	bytes.writeUInt32LE(CHUNK_BYTES, 16);
	return bytes;
}

/** struct sockaddr_xdp. */
function queueAddress(linkIndex: number, queue: number): Buffer {
	const bytes = Buffer.alloc(SOCKADDR_XDP_BYTES);
	bytes.writeUInt16LE(AF_XDP, 0);
	bytes.writeUInt16LE(XDP_COPY, 2);
	bytes.writeUInt32LE(linkIndex, 4);
	bytes.writeUInt32LE(queue, 8);
	return bytes;
}
