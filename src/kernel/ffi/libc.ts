/** The few libc calls behind every netlink socket, typed. `openLibc` loads koffi and the library; nothing happens at import. */
import type {Koffi} from './koffi.ts';

/** linux/socket.h, linux/netlink.h, bits/fcntl.h. */
export const AF_NETLINK = 16;
export const SOL_SOCKET = 1;
export const SOL_NETLINK = 270;
export const SO_RCVBUF = 8;
export const SO_RCVTIMEO = 20;
export const SO_RCVBUFFORCE = 33;
export const SO_PROTOCOL = 38;
export const SO_DOMAIN = 39;
export const NETLINK_ADD_MEMBERSHIP = 1;
export const NETLINK_CAP_ACK = 10;
export const NETLINK_EXT_ACK = 11;
export const MSG_TRUNC = 0x20;
export const MSG_DONTWAIT = 0x40;
const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
const F_SETFD = 2;
const FD_CLOEXEC = 1;
const SOCKADDR_NL_BYTES = 12;

/** Every call answers a number that is never negative, or `-errno`. */
export interface Libc {
	netlinkSocket(protocol: number): number;
	/** Binds to a port id the kernel chooses: our pid when no other socket of this process has it (netlink(7)). */
	bindNetlink(fd: number): number;
	/** The port id the socket is bound to; 0 when unbound. */
	portId(fd: number): number;
	setOption(fd: number, level: number, option: number, value: Buffer): number;
	/** A socket option that is an int; null when the descriptor is no socket. */
	intOption(fd: number, option: number): number | null;
	closeOnExec(fd: number): number;
	send(fd: number, bytes: Buffer): number;
	recv(fd: number, into: Buffer, flags: number): number;
	close(fd: number): number;
}

export function openLibc(koffi: Koffi): Libc {
	const lib = koffi.load(null);
	const socket: (domain: number, type: number, protocol: number) => number = lib.func('int socket(int domain, int type, int protocol)');
	const bind: (fd: number, address: Buffer, length: number) => number = lib.func('int bind(int fd, const void *address, uint32_t length)');
	const getsockname: (fd: number, address: Buffer, length: Buffer) => number = lib.func('int getsockname(int fd, void *address, void *length)');
	const setsockopt: (fd: number, level: number, option: number, value: Buffer, length: number) => number =
		lib.func('int setsockopt(int fd, int level, int option, const void *value, uint32_t length)');
	const getsockopt: (fd: number, level: number, option: number, value: Buffer, length: Buffer) => number =
		lib.func('int getsockopt(int fd, int level, int option, void *value, void *length)');
	const fcntl: (fd: number, command: number, type: 'int', value: number) => number = lib.func('int fcntl(int fd, int command, ...)');
	const send: (fd: number, bytes: Buffer, length: number, flags: number) => number =
		lib.func('intptr_t send(int fd, const void *bytes, size_t length, int flags)');
	const recv: (fd: number, bytes: Buffer, length: number, flags: number) => number =
		lib.func('intptr_t recv(int fd, void *bytes, size_t length, int flags)');
	const close: (fd: number) => number = lib.func('int close(int fd)');
	const orErrno = (value: number): number => (value < 0 ? -koffi.errno() : value);

	return {
		netlinkSocket: protocol => orErrno(socket(AF_NETLINK, SOCK_RAW_CLOEXEC, protocol)),
		bindNetlink(fd) {
			const address = Buffer.alloc(SOCKADDR_NL_BYTES);
			address.writeUInt16LE(AF_NETLINK, 0);
			return orErrno(bind(fd, address, address.length));
		},
		portId(fd) {
			const [address, length] = [Buffer.alloc(SOCKADDR_NL_BYTES), int32(SOCKADDR_NL_BYTES)];
			return getsockname(fd, address, length) < 0 ? 0 : address.readUInt32LE(4);
		},
		setOption: (fd, level, option, value) => orErrno(setsockopt(fd, level, option, value, value.length)),
		intOption(fd, option) {
			const [value, length] = [int32(0), int32(4)];
			return getsockopt(fd, SOL_SOCKET, option, value, length) < 0 ? null : value.readInt32LE(0);
		},
		closeOnExec: fd => orErrno(fcntl(fd, F_SETFD, 'int', FD_CLOEXEC)),
		send: (fd, bytes) => orErrno(send(fd, bytes, bytes.length, 0)),
		recv: (fd, into, flags) => orErrno(recv(fd, into, into.length, flags)),
		close: fd => orErrno(close(fd)),
	};
}

/** An int as the kernel reads it. amd64 and arm64, the platforms vks runs on, are little-endian. */
export function int32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeInt32LE(value, 0);
	return bytes;
}
