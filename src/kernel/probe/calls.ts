/** The libc calls behind the sockets of a leak test, typed. Every one answers a number that is never negative, or `-errno`. */
import type {Koffi} from '../ffi/koffi.ts';
import {int32} from '../ffi/libc.ts';

export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
const NONBLOCK_CLOEXEC = 0o4000 | 0o2000000;

export interface ProbeCalls {
	/** Never waits, and closed for programs that are started meanwhile. */
	socket(domain: number, type: number, protocol: number): number;
	bind(fd: number, address: Buffer): number;
	connect(fd: number, address: Buffer): number;
	sendTo(fd: number, bytes: Uint8Array, address: Buffer | null): number;
	receiveFrom(fd: number, into: Buffer, address: Buffer): number;
	/** The socket's own address. */
	nameOf(fd: number, into: Buffer): number;
	peerOf(fd: number, into: Buffer): number;
	readOption(fd: number, level: number, option: number, into: Buffer): number;
	attachFilter(fd: number, filter: Buffer): number;
	interfaceRequest(fd: number, request: number, value: Buffer): number;
}

const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
const BYTES_PER_INSTRUCTION = 8;

export function openProbeCalls(koffi: Koffi): ProbeCalls {
	const lib = koffi.load(null);
	const program = koffi.struct({len: 'uint16_t', filter: 'const void *'});
	const socket: (domain: number, type: number, protocol: number) => number = lib.func('int socket(int domain, int type, int protocol)');
	const bind: (fd: number, address: Buffer, length: number) => number = lib.func('int bind(int fd, const void *address, uint32_t length)');
	const connect: (fd: number, address: Buffer, length: number) => number = lib.func('int connect(int fd, const void *address, uint32_t length)');
	const sendto: (fd: number, bytes: Uint8Array, length: number, flags: number, address: Buffer | null, size: number) => number =
		lib.func('intptr_t sendto(int fd, const void *bytes, size_t length, int flags, const void *address, uint32_t size)');
	const recvfrom: (fd: number, into: Buffer, length: number, flags: number, address: Buffer, size: Buffer) => number =
		lib.func('intptr_t recvfrom(int fd, void *into, size_t length, int flags, void *address, void *size)');
	const getsockname: (fd: number, into: Buffer, size: Buffer) => number = lib.func('int getsockname(int fd, void *into, void *size)');
	const getpeername: (fd: number, into: Buffer, size: Buffer) => number = lib.func('int getpeername(int fd, void *into, void *size)');
	const getsockopt: (fd: number, level: number, option: number, into: Buffer, size: Buffer) => number =
		lib.func('int getsockopt(int fd, int level, int option, void *into, void *size)');
	const setFilter: (fd: number, level: number, option: number, value: {len: number; filter: Buffer}, size: number) => number =
		lib.func('setsockopt', 'int', ['int', 'int', 'int', koffi.pointer(program), 'uint32_t']);
	const ioctl: (fd: number, request: number, type: 'void *', value: Buffer) => number = lib.func('int ioctl(int fd, unsigned long request, ...)');
	const orErrno = (value: number): number => (value < 0 ? -koffi.errno() : value);
	/** A closed pipe or connection is an answer, not a signal. */
	const MSG_NOSIGNAL = 0x4000;

	return {
		socket: (domain, type, protocol) => orErrno(socket(domain, type | NONBLOCK_CLOEXEC, protocol)),
		bind: (fd, address) => orErrno(bind(fd, address, address.length)),
		connect: (fd, address) => orErrno(connect(fd, address, address.length)),
		sendTo: (fd, bytes, address) => orErrno(sendto(fd, bytes, bytes.length, MSG_NOSIGNAL, address, address?.length ?? 0)),
		receiveFrom: (fd, into, address) => orErrno(recvfrom(fd, into, into.length, 0, address, int32(address.length))),
		nameOf: (fd, into) => orErrno(getsockname(fd, into, int32(into.length))),
		peerOf: (fd, into) => orErrno(getpeername(fd, into, int32(into.length))),
		readOption: (fd, level, option, into) => orErrno(getsockopt(fd, level, option, into, int32(into.length))),
		attachFilter: (fd, filter) => orErrno(setFilter(fd, SOL_SOCKET, SO_ATTACH_FILTER, {len: filter.length / BYTES_PER_INSTRUCTION, filter}, koffi.sizeof(program))),
		interfaceRequest: (fd, request, value) => orErrno(ioctl(fd, request, 'void *', value)),
	};
}
