/** Sends the packets of a leak test, each from a socket of its own that is closed at once. Nothing here waits. */
import {isIpv4} from '../../net/address.ts';
import {describeErrno, EHOSTUNREACH, ENETUNREACH, EPERM} from '../ffi/errno.ts';
import {int32, SOL_SOCKET, type Libc} from '../ffi/libc.ts';
import type {ProbeAnswer, ProbePacket} from '../kernel.ts';
import {SOCK_DGRAM, SOCK_RAW, SOCK_STREAM, type ProbeCalls} from './calls.ts';
import {AF_INET, AF_INET6, AF_PACKET, emptyLinkAddress, hardwareOf, internetAddress, linkAddress} from './socket-address.ts';

const SO_BINDTODEVICE = 25;
const SO_MARK = 36;
/** linux/in.h, linux/in6.h. */
const SOL_IP = 0;
const IP_TTL = 2;
const SOL_IPV6 = 41;
const IPV6_UNICAST_HOPS = 16;
const IPPROTO_ICMP = 1;
const IPPROTO_ICMPV6 = 58;
/** asm-generic/errno.h; Node's table has it as EINPROGRESS under another number on no platform that vks runs on. */
const EINPROGRESS = 115;

export function sendProbe(libc: Libc, calls: ProbeCalls, packet: ProbePacket): ProbeAnswer {
	const {socket, destination, port, payload, source} = packet;
	const fd = openSocket(calls, packet);
	if (fd < 0) return {kind: 'not-possible', why: `no such socket: ${describeErrno(-fd)}`};
	try {
		const prepared = prepare(libc, fd, packet);
		if (prepared < 0) return {kind: 'not-possible', why: `the socket could not be prepared: ${describeErrno(-prepared)}`};
		const bound = source === null ? 0 : calls.bind(fd, internetAddress(source, 0));
		if (bound < 0) return {kind: 'not-possible', why: `${source ?? ''} is no address of ours: ${describeErrno(-bound)}`};
		const to = internetAddress(destination, port ?? 0);
		return answerOf(socket === 'tcp' ? calls.connect(fd, to) : calls.sendTo(fd, payload, to));
	} finally {
		libc.close(fd);
	}
}

function openSocket(calls: ProbeCalls, {socket, destination}: ProbePacket): number {
	const four = isIpv4(destination);
	const domain = four ? AF_INET : AF_INET6;
	if (socket === 'icmp') return calls.socket(domain, SOCK_RAW, four ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	return calls.socket(domain, socket === 'tcp' ? SOCK_STREAM : SOCK_DGRAM, 0);
}

function prepare(libc: Libc, fd: number, {destination, device, mark, hops}: ProbePacket): number {
	const four = isIpv4(destination);
	const options: readonly (readonly [number, number, Buffer])[] = [
		...(device === null ? [] : [[SOL_SOCKET, SO_BINDTODEVICE, Buffer.from(`${device}\0`)] as const]),
		...(mark === null ? [] : [[SOL_SOCKET, SO_MARK, int32(mark | 0)] as const]),
		...(hops === null ? [] : [[four ? SOL_IP : SOL_IPV6, four ? IP_TTL : IPV6_UNICAST_HOPS, int32(hops)] as const]),
	];
	for (const [level, option, value] of options) {
		const status = libc.setOption(fd, level, option, value);
		if (status < 0) return status;
	}
	return 0;
}

/** A packet that the firewall refuses is EPERM to its sender; one without a way, or on an `unreachable` route, is told so. */
export function answerOf(status: number): ProbeAnswer {
	if (status >= 0 || status === -EINPROGRESS) return {kind: 'sent'};
	if (status === -EPERM) return {kind: 'refused', why: 'refused'};
	if (status === -ENETUNREACH || status === -EHOSTUNREACH) return {kind: 'refused', why: 'no route'};
	return {kind: 'refused', why: describeErrno(-status)};
}

export function sendFrame(libc: Libc, calls: ProbeCalls, linkIndex: number, frame: Uint8Array): ProbeAnswer {
	const fd = calls.socket(AF_PACKET, SOCK_RAW, 0);
	if (fd < 0) return {kind: 'not-possible', why: `no packet socket: ${describeErrno(-fd)}`};
	const etherType = Buffer.from(frame).readUInt16BE(12);
	const sent = calls.sendTo(fd, frame, linkAddress(linkIndex, etherType));
	libc.close(fd);
	return answerOf(sent);
}

/** `getsockname` of a bound packet socket tells the link's own address (packet_getname, net/packet/af_packet.c). */
export function hardwareAddress(libc: Libc, calls: ProbeCalls, linkIndex: number): Uint8Array | null {
	const fd = calls.socket(AF_PACKET, SOCK_RAW, 0);
	if (fd < 0) return null;
	const address = emptyLinkAddress();
	const known = calls.bind(fd, linkAddress(linkIndex, 0)) >= 0 && calls.nameOf(fd, address) >= 0;
	libc.close(fd);
	return known ? hardwareOf(address) : null;
}
