/** System calls that Node has no words for: sockets bound to a link, frames past the network layers. */
import koffi from 'koffi';

type Native = (...values: readonly unknown[]) => number | bigint;

export const [AF_INET, AF_INET6, AF_PACKET] = [2, 10, 17] as const;
export const [SOCK_DGRAM, SOCK_RAW] = [2, 3] as const;
const SOCK_NONBLOCK = 0o4000;
const SOL_SOCKET = 1;
/** asm-generic/socket.h; since Linux 5.7 it needs no capability on a socket that is not bound yet. */
const SO_BINDTODEVICE = 25;

export function openNative() {
	const libc = koffi.load('libc.so.6');
	const socketCall = libc.func('int socket(int, int, int)') as Native;
	const sendtoCall = libc.func('long sendto(int, const uint8_t *, size_t, int, const uint8_t *, uint32_t)') as Native;
	const setsockopt = libc.func('int setsockopt(int, int, int, const uint8_t *, uint32_t)') as Native;
	const bindCall = libc.func('int bind(int, const uint8_t *, uint32_t)') as Native;
	const nameToIndex = libc.func('unsigned int if_nametoindex(const char *)') as Native;
	const closeCall = libc.func('int close(int)') as Native;
	return {
		socket: (family: number, type: number): number => Number(socketCall(family, type | SOCK_NONBLOCK, 0)),
		bindToDevice: (fd: number, name: string): boolean => {
			const text = Buffer.from(`${name}\0`);
			return Number(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, text, text.length)) === 0;
		},
		bind: (fd: number, address: Buffer): boolean => Number(bindCall(fd, address, address.length)) === 0,
		/** Whether the kernel took it. */
		sendTo: (fd: number, bytes: Buffer, to: Buffer): boolean => Number(sendtoCall(fd, bytes, bytes.length, 0, to, to.length)) > 0,
		indexOf: (name: string): number => Number(nameToIndex(name)),
		close: (fd: number): void => void closeCall(fd),
	};
}

export type NativeSockets = ReturnType<typeof openNative>;

/** struct sockaddr_in. */
export function ipv4Address(address: string, port: number): Buffer {
	const bytes = Buffer.alloc(16);
	bytes.writeUInt16LE(AF_INET, 0);
	bytes.writeUInt16BE(port, 2);
	Buffer.from(address.split('.').map(Number)).copy(bytes, 4);
	return bytes;
}

/** struct sockaddr_in6, of an address that has one `::`. */
export function ipv6Address(address: string, port: number): Buffer {
	const bytes = Buffer.alloc(28);
	bytes.writeUInt16LE(AF_INET6, 0);
	bytes.writeUInt16BE(port, 2);
	const [head = [], tail = []] = address.split('::').map(half => half.split(':').filter(group => group !== ''));
	const groups = [...head, ...Array.from({length: 8 - head.length - tail.length}, () => '0'), ...tail];
	groups.forEach((group, index) => bytes.writeUInt16BE(Number.parseInt(group, 16), 8 + index * 2));
	return bytes;
}
