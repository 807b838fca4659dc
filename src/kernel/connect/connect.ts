/**
 * TCP connections of our own, with what Node cannot ask for: a mark, by which a packet finds the uplink and its pinhole. The
 * socket is made and connected here and handed to Node once it has a peer.
 */
import {Socket} from 'node:net';
import type {Duplex} from 'node:stream';
import {setTimeout as sleep} from 'node:timers/promises';
import {isIpv4, type IpAddress} from '../../net/address.ts';
import type {InterfaceName} from '../../net/interface-name.ts';
import {formatEndpoint, type Port} from '../../net/port.ts';
import type {Problem} from '../../problem.ts';
import {fail, ok, type Result} from '../../result.ts';
import {describeErrno} from '../ffi/errno.ts';
import {int32, SOL_SOCKET, type Libc} from '../ffi/libc.ts';
import {problem} from '../problems.ts';
import {SOCK_STREAM, type ProbeCalls} from '../probe/calls.ts';
import {answerOf} from '../probe/send.ts';
import {AF_INET, AF_INET6, internetAddress} from '../probe/socket-address.ts';

export interface ConnectWish {
	readonly address: IpAddress;
	readonly port: Port;
	/** SO_MARK; null is none: then the packets go the way of everybody's. */
	readonly mark: number | null;
	/** The address it comes from; null leaves it to the kernel. */
	readonly source: IpAddress | null;
	/** The interface it leaves by, wherever routes lead; absent leaves that to them. */
	readonly device?: InterfaceName;
}

export const SO_MARK = 36;
export const SO_BINDTODEVICE = 25;
/** On and zero seconds: what is closed is reset at once, so that nothing of it comes after the pinhole is closed (socket(7)). */
const SO_LINGER = 13;
const resetAtClose = Buffer.concat([int32(1), int32(0)]);
/** asm-generic/socket.h: what became of a connection that was begun; reading it clears it. */
const SO_ERROR = 4;
const lookAgainMs = 10;

export async function connectTcp(libc: Libc, calls: ProbeCalls, wish: ConnectWish, signal: AbortSignal): Promise<Result<Duplex, Problem>> {
	const begun = begin(libc, calls, wish);
	if (!begun.ok) return begun;
	const fd = begun.value;
	while (!signal.aborted) {
		const error = pendingError(libc, fd);
		if (error !== 0) return closed(libc, fd, failed(wish, describeErrno(error)));
		// Before the handshake is done there is no peer (ENOTCONN).
		if (calls.peerOf(fd, Buffer.alloc(28)) >= 0) return ok(new Socket({fd, readable: true, writable: true}));
		await sleep(lookAgainMs, undefined, {signal}).catch(() => undefined);
	}
	return closed(libc, fd, failed(wish, 'nobody answered in time'));
}

function begin(libc: Libc, calls: ProbeCalls, wish: ConnectWish): Result<number, Problem> {
	const {address, port, mark, source} = wish;
	const fd = calls.socket(isIpv4(address) ? AF_INET : AF_INET6, SOCK_STREAM, 0);
	if (fd < 0) return fail(failed(wish, describeErrno(-fd)));
	const marked = mark === null ? 0 : libc.setOption(fd, SOL_SOCKET, SO_MARK, int32(mark | 0));
	if (marked < 0) return closed(libc, fd, failed(wish, `the packets could not be marked: ${describeErrno(-marked)}`));
	const lingering = libc.setOption(fd, SOL_SOCKET, SO_LINGER, resetAtClose);
	if (lingering < 0) return closed(libc, fd, failed(wish, `the socket could not be prepared: ${describeErrno(-lingering)}`));
	const held = wish.device === undefined ? 0 : libc.setOption(fd, SOL_SOCKET, SO_BINDTODEVICE, Buffer.from(`${wish.device}\0`));
	if (held < 0) return closed(libc, fd, failed(wish, `the socket could not be bound to ${wish.device ?? ''}: ${describeErrno(-held)}`));
	const bound = source === null ? 0 : calls.bind(fd, internetAddress(source, 0));
	if (bound < 0) return closed(libc, fd, failed(wish, `${source ?? ''} is no address of ours: ${describeErrno(-bound)}`));
	const answer = answerOf(calls.connect(fd, internetAddress(address, port)));
	return answer.kind === 'sent' ? ok(fd) : closed(libc, fd, failed(wish, answer.why));
}

function pendingError(libc: Libc, fd: number): number {
	return libc.intOption(fd, SO_ERROR) ?? 0;
}

function closed(libc: Libc, fd: number, error: Problem): Result<never, Problem> {
	libc.close(fd);
	return fail(error);
}

const failed = (wish: ConnectWish, why: string): Problem =>
	problem('no-server', `${formatEndpoint(wish)} could not be reached: ${why}.`, 'Check that the uplink works and that the address is still the service\'s.', true);
