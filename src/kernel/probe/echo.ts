/** Pings of our own on the real kernel: one raw socket for a family, and for the uplink or the tunnel. Nothing here waits. */
import {ipFromBytes, type Family} from '../../net/address.ts';
import type {Problem} from '../../problem.ts';
import {fail, ok, type Result} from '../../result.ts';
import {describeErrno} from '../ffi/errno.ts';
import {int32, SOL_SOCKET, type Libc} from '../ffi/libc.ts';
import type {EchoAnswer, EchoSocket, EchoWay} from '../kernel.ts';
import {problem} from '../problems.ts';
import {SOCK_RAW, type ProbeCalls} from './calls.ts';
import {answerOf} from './send.ts';
import {AF_INET, AF_INET6, internetAddress} from './socket-address.ts';

const SO_BINDTODEVICE = 25;
const SO_MARK = 36;
const IPPROTO_ICMP = 1;
const IPPROTO_ICMPV6 = 58;
/** Ours are below a hundred bytes; of what is longer the rest is cut off. */
const largestMessage = 256;
/** A flood of somebody else's must not hold up the daemon: what is left waits for the next reading, or is lost. */
const mostPerRead = 512;

export function openEcho(libc: Libc, calls: ProbeCalls, {family, ...way}: {readonly family: Family} & EchoWay): Result<EchoSocket, Problem> {
	const four = family === 4;
	const fd = calls.socket(four ? AF_INET : AF_INET6, SOCK_RAW, four ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	if (fd < 0) return fail(noEcho(-fd));
	const led = lead(fd, way, libc, calls);
	if (led < 0) {
		libc.close(fd);
		return fail(noEcho(-led));
	}
	return ok(echoOn(fd, family, libc, calls));
}

function lead(fd: number, way: EchoWay, libc: Libc, calls: ProbeCalls): number {
	if ('mark' in way) return libc.setOption(fd, SOL_SOCKET, SO_MARK, int32(way.mark | 0));
	const bound = libc.setOption(fd, SOL_SOCKET, SO_BINDTODEVICE, Buffer.from(`${way.device}\0`));
	const marked = bound < 0 || way.bears === undefined ? bound : libc.setOption(fd, SOL_SOCKET, SO_MARK, int32(way.bears | 0));
	return marked < 0 ? marked : calls.bind(fd, internetAddress(way.source, 0));
}

function echoOn(fd: number, family: Family, libc: Libc, calls: ProbeCalls): EchoSocket {
	const buffer = Buffer.alloc(largestMessage);
	const from = Buffer.alloc(28);
	let open = true;
	return {
		send: (to, message) => answerOf(calls.sendTo(fd, message, internetAddress(to, 0))),
		read() {
			const answers: EchoAnswer[] = [];
			for (let count = 0; open && count < mostPerRead; count++) {
				const length = calls.receiveFrom(fd, buffer, from);
				if (length < 0) break;
				// A raw IPv4 socket hands over the IP header too (raw(7)); an IPv6 one does not (RFC 3542, 3).
				const header = family === 4 ? ((buffer[0] ?? 0) & 0xf) * 4 : 0;
				answers.push({from: ipFromBytes(family === 4 ? from.subarray(4, 8) : from.subarray(8, 24)), message: Uint8Array.from(buffer.subarray(Math.min(header, length), length))});
			}
			return answers;
		},
		close() {
			if (open) libc.close(fd);
			open = false;
		},
	};
}

const noEcho = (errno: number): Problem =>
	problem('no-permission', `Nothing can be pinged: a raw socket was refused, ${describeErrno(errno)}.`, 'Give vks the capability NET_RAW (Docker does by default).', true);
