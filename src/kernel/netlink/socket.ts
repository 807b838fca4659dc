/** One netlink socket for questions and answers. Calls are synchronous: the kernel answers before `send` returns. */
import {EAGAIN, EBADF, EINTR, EMSGSIZE, ETIMEDOUT, describeErrno} from '../ffi/errno.ts';
import {int32, MSG_TRUNC, NETLINK_CAP_ACK, NETLINK_EXT_ACK, SO_RCVTIMEO, SOL_NETLINK, SOL_SOCKET, type Libc} from '../ffi/libc.ts';
import {fail, ok, type Result} from '../../result.ts';
import {encodeMessage, isInterrupted, NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR, parseMessages, readAck, type Message, type Request} from './message.ts';

/** linux/netlink.h. */
export const NETLINK_ROUTE = 0;
export const NETLINK_SOCK_DIAG = 4;
export const NETLINK_NETFILTER = 12;

export interface NetlinkError {
	readonly errno: number;
	/** `EPERM (operation not permitted)`, with the kernel's own sentence where it gave one. */
	readonly text: string;
}

export interface NetlinkSocket {
	/** The port id by which others are told who asked. */
	readonly portId: number;
	/** Sends one request and returns what came before its acknowledgement. */
	transact(request: Request): Result<readonly Message[], NetlinkError>;
	/** Asks for a whole table, again when a change tore the answer. */
	dump(request: Request): Result<readonly Message[], NetlinkError>;
	close(): void;
}

/** The kernel fills dumps into buffers of at most 32 KiB (netlink_dump, net/netlink/af_netlink.c). */
const BUFFER_BYTES = 128 * 1024;
const DEADLINE_SECONDS = 3;
const DUMP_ATTEMPTS = 8;

export const netlinkError = (errno: number, detail: string | null = null): NetlinkError => ({
	errno,
	text: detail === null ? describeErrno(errno) : `${describeErrno(errno)}: ${detail}`,
});

export function openNetlink(libc: Libc, protocol: number): Result<NetlinkSocket, NetlinkError> {
	const fd = libc.netlinkSocket(protocol);
	if (fd < 0) return fail(netlinkError(-fd));
	const bound = libc.bindNetlink(fd);
	if (bound < 0) {
		libc.close(fd);
		return fail(netlinkError(-bound));
	}
	libc.setOption(fd, SOL_SOCKET, SO_RCVTIMEO, timeval(DEADLINE_SECONDS));
	libc.setOption(fd, SOL_NETLINK, NETLINK_EXT_ACK, int32(1));
	libc.setOption(fd, SOL_NETLINK, NETLINK_CAP_ACK, int32(1));
	return ok(questions(libc, fd));
}

function questions(libc: Libc, fd: number): NetlinkSocket {
	const buffer = Buffer.alloc(BUFFER_BYTES);
	let sequence = 0;
	let open = true;

	const ask = (request: Request, flags: number): Result<Answer, NetlinkError> => {
		// The number may already be another file's.
		if (!open) return fail(netlinkError(EBADF));
		sequence = (sequence % 0x7fff_ffff) + 1;
		const sent = libc.send(fd, encodeMessage({...request, flags: request.flags | flags}, sequence));
		return sent < 0 ? fail(netlinkError(-sent)) : collect(() => receive(libc, fd, buffer), sequence);
	};

	return {
		portId: libc.portId(fd),
		transact(request) {
			const answer = ask(request, NLM_F_REQUEST | NLM_F_ACK);
			return answer.ok ? ok(answer.value.messages) : answer;
		},
		dump(request) {
			for (let attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
				const answer = ask(request, NLM_F_REQUEST | NLM_F_DUMP);
				if (!answer.ok) return answer;
				if (!answer.value.torn) return ok(answer.value.messages);
			}
			return fail(netlinkError(EINTR, `the table changed during each of ${DUMP_ATTEMPTS} dumps`));
		},
		close() {
			if (open) libc.close(fd);
			open = false;
		},
	};
}

interface Answer {
	readonly messages: readonly Message[];
	readonly torn: boolean;
}

/** Reads until the acknowledgement or the end of the dump that bears our sequence number; older answers are dropped. */
function collect(next: () => Result<Buffer, NetlinkError>, sequence: number): Result<Answer, NetlinkError> {
	const messages: Message[] = [];
	let torn = false;
	for (;;) {
		const datagram = next();
		if (!datagram.ok) return datagram;
		for (const message of parseMessages(datagram.value)) {
			if (message.sequence !== sequence) continue;
			torn ||= isInterrupted(message);
			if (message.type !== NLMSG_ERROR && message.type !== NLMSG_DONE) {
				messages.push(message);
				continue;
			}
			const {errno, detail} = readAck(message);
			if (errno !== 0) return fail(netlinkError(errno, detail));
			return ok({messages, torn});
		}
	}
}

function receive(libc: Libc, fd: number, buffer: Buffer): Result<Buffer, NetlinkError> {
	for (;;) {
		const length = libc.recv(fd, buffer, MSG_TRUNC);
		if (length === -EINTR) continue;
		if (length < 0) return fail(netlinkError(length === -EAGAIN ? ETIMEDOUT : -length));
		if (length > buffer.length) return fail(netlinkError(EMSGSIZE));
		return ok(Buffer.from(buffer.subarray(0, length)));
	}
}

/** struct timeval of a 64-bit platform. */
function timeval(seconds: number): Buffer {
	const bytes = Buffer.alloc(16);
	bytes.writeBigInt64LE(BigInt(seconds), 0);
	return bytes;
}
