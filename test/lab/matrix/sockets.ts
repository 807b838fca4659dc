/** The system calls the matrix sends and listens with. Each answers a number that is never negative, or `-errno`. */
import {openSync} from 'node:fs';
import koffi from 'koffi';
import {otherProtocol, type Cell} from './cell.ts';
import {bytesOf, frameOf, messageOf} from './wire.ts';

/** sys/socket.h, netinet/in.h, linux/if_ether.h. */
const AF_INET = 2;
const AF_INET6 = 10;
const AF_PACKET = 17;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_BROADCAST = 6;
const SO_BINDTODEVICE = 25;
const SO_MARK = 36;
const IPPROTO_IPV6 = 41;
const IPV6_UNICAST_HOPS = 16;
const IPV6_MULTICAST_HOPS = 18;
const ETH_P_ALL = 3;
const CLONE_NEWNET = 0x4000_0000;

const int = (value: number): Buffer => {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32LE(value >>> 0, 0);
	return bytes;
};

export function openSockets() {
	const lib = koffi.load(null);
	const call = (declaration: string) => {
		const raw: (...args: unknown[]) => number = lib.func(declaration);
		return (...args: unknown[]): number => {
			const answer = Number(raw(...args));
			return answer < 0 ? -koffi.errno() : answer;
		};
	};
	const socket = call('int socket(int, int, int)');
	const bind = call('int bind(int, const void *, uint32_t)');
	const connect = call('int connect(int, const void *, uint32_t)');
	const setsockopt = call('int setsockopt(int, int, int, const void *, uint32_t)');
	const sendto = call('intptr_t sendto(int, const void *, size_t, int, const void *, uint32_t)');
	const receive = call('intptr_t read(int, void *, size_t)');
	const write = call('intptr_t write(int, const void *, size_t)');
	const close = call('int close(int)');
	const setns = call('int setns(int, int)');
	const ioctl = call('int ioctl(int, unsigned long, void *)');

	const must = (what: string, answer: number): number => {
		if (answer < 0) throw new Error(`${what}: errno ${-answer}`);
		return answer;
	};
	/** Answers what the last call said; the socket is closed whatever it was. */
	const using = (made: number, use: (fd: number) => number): number => {
		if (made < 0) return made;
		const answer = use(made);
		close(made);
		return answer;
	};
	const inTurn = (...steps: readonly (() => number)[]): number => steps.reduce((answer, step) => (answer < 0 ? answer : step()), 0);

	/** Kept: closing one waits for every processor to have looked away (synchronize_net in packet_release). */
	let packets: number | null = null;

	return {
		/** By an ordinary socket, or one that chooses its protocol. */
		send(cell: Cell, indexOf: (device: string) => number): number {
			const six = cell.destination.includes(':');
			const index = cell.device === null ? 0 : indexOf(cell.device);
			const family = six ? AF_INET6 : AF_INET;
			return using(openFor(cell, family), fd => inTurn(
				() => setsockopt(fd, SOL_SOCKET, SO_BROADCAST, int(1), 4),
				() => setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, int(1), 4),
				() => (cell.mark === 0 ? 0 : setsockopt(fd, SOL_SOCKET, SO_MARK, int(cell.mark), 4)),
				() => (cell.device === null ? 0 : setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, Buffer.from(`${cell.device}\0`), cell.device.length + 1)),
				() => (six && cell.hopLimit !== 64 ? setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, int(cell.hopLimit), 4) : 0),
				() => (six && cell.hopLimit !== 64 ? setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, int(cell.hopLimit), 4) : 0),
				() => {
					if (cell.source === null && cell.sourcePort === null) return 0;
					const local = socketAddress(cell.source ?? (six ? '::' : '0.0.0.0'), cell.sourcePort ?? 0, index);
					return bind(fd, local, local.length);
				},
				() => {
					const raw = cell.protocol !== 'tcp' && cell.protocol !== 'udp';
					const remote = socketAddress(cell.destination, raw ? 0 : (cell.destinationPort ?? 0), index);
					if (cell.protocol === 'tcp') return connect(fd, remote, remote.length);
					const message = raw ? messageOf(cell) : Buffer.alloc(8);
					return sendto(fd, message, message.length, 0, remote, remote.length);
				},
			));
		},
		/** By a packet socket, past everything but the egress hook. */
		sendFrame(cell: Cell, link: {readonly index: number; readonly mac: Buffer}): number {
			// Loopback hands up only what is for its own address.
			const frame = frameOf(cell, link.mac, cell.device === 'lo' ? link.mac : Buffer.from('02f00d000001', 'hex'));
			packets ??= must('a packet socket', socket(AF_PACKET, SOCK_RAW, 0));
			const fd = packets;
			return inTurn(
				() => setsockopt(fd, SOL_SOCKET, SO_MARK, int(cell.mark), 4),
				() => sendto(fd, frame, frame.length, 0, linkAddress(link.index, frame.readUInt16BE(12)), 20),
			);
		},
		/** A packet socket on one link, for all it receives. It stays in the namespace it was opened in. */
		listen(index: number): number {
			const fd = must('a packet socket', socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0));
			must('binding it', bind(fd, linkAddress(index, ETH_P_ALL), 20));
			return fd;
		},
		/** What waits at a descriptor that does not block; null for nothing. */
		read(fd: number): Buffer | null {
			const into = Buffer.alloc(2_048);
			const length = receive(fd, into, into.length);
			return length <= 0 ? null : into.subarray(0, length);
		},
		write: (fd: number, bytes: Buffer): number => write(fd, bytes, bytes.length),
		/** The calling thread, and the sockets it opens from now on, are in that namespace. */
		enter(path: string): void {
			must(`setns ${path}`, setns(openSync(path, 'r'), CLONE_NEWNET));
		},
		/** A tunnel device without a tunnel: what is routed into it is read here, what is written comes out of it. */
		openTun(name: string): number {
			const fd = must('/dev/net/tun', call('int open(const char *, int)')('/dev/net/tun', 2 | SOCK_NONBLOCK));
			const request = Buffer.alloc(40);
			request.write(name, 'latin1');
			// IFF_TUN | IFF_NO_PI (linux/if_tun.h).
			request.writeUInt16LE(0x1001, 16);
			must('TUNSETIFF', ioctl(fd, 0x4004_54ca, request));
			return fd;
		},
	};

	function openFor({protocol, sender}: Cell, family: number): number {
		switch (protocol) {
			case 'tcp':
				return socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0);
			case 'udp':
				return socket(family, SOCK_DGRAM, 0);
			case 'icmp':
				return socket(family, sender === 'app' ? SOCK_DGRAM : SOCK_RAW, 1);
			case 'icmpv6':
				return socket(family, sender === 'app' ? SOCK_DGRAM : SOCK_RAW, 58);
			case 'other':
				return socket(family, SOCK_RAW, otherProtocol);
			case 'arp':
				throw new Error('ARP leaves as a frame');
		}
	}
}

export type Sockets = ReturnType<typeof openSockets>;

/** struct sockaddr_in and sockaddr_in6; a scope for what is only unique on a link. */
function socketAddress(address: string, port: number, scope: number): Buffer {
	const bytes = bytesOf(address);
	const six = bytes.length === 16;
	const out = Buffer.alloc(six ? 28 : 16);
	out.writeUInt16LE(six ? AF_INET6 : AF_INET, 0);
	out.writeUInt16BE(port, 2);
	bytes.copy(out, six ? 8 : 4);
	if (six && /^(fe8|ff)/.test(address)) out.writeUInt32LE(scope, 24);
	return out;
}

/** struct sockaddr_ll, linux/if_packet.h. */
function linkAddress(index: number, protocol: number): Buffer {
	const address = Buffer.alloc(20);
	address.writeUInt16LE(AF_PACKET, 0);
	address.writeUInt16BE(protocol, 2);
	address.writeInt32LE(index, 4);
	return address;
}
