/** A netlink socket that only listens: joined groups, a large buffer, reads that never wait. */
import {EAGAIN, EINTR, ENOBUFS} from '../ffi/errno.ts';
import {int32, MSG_DONTWAIT, MSG_TRUNC, NETLINK_ADD_MEMBERSHIP, SO_RCVBUF, SO_RCVBUFFORCE, SOL_NETLINK, SOL_SOCKET, type Libc} from '../ffi/libc.ts';
import {parseMessages, type Message} from '../netlink/message.ts';
import {netlinkError, type NetlinkError} from '../netlink/socket.ts';
import {fail, ok, type Result} from '../../result.ts';

export interface SubscriptionOptions {
	readonly protocol: number;
	readonly groups: readonly number[];
	readonly bufferBytes: number;
}

/** `more`: the turn's share is used up and more may wait. `lost`: the kernel dropped messages for want of room. `broken`: no use. */
export type Drained = 'empty' | 'more' | 'lost' | 'broken';

export interface Subscription {
	readonly fd: number;
	send(bytes: Buffer): Result<void, NetlinkError>;
	/** Hands over what waits. A message's bytes are valid during the call only. */
	drain(take: (message: Message) => void): Drained;
	close(): void;
}

const DATAGRAMS_PER_TURN = 64;
/** Above nlbufsiz of NFLOG (64 KiB) and what rtnetlink sends. */
const LARGEST_DATAGRAM = 256 * 1024;

export function openSubscription(libc: Libc, {protocol, groups, bufferBytes}: SubscriptionOptions): Result<Subscription, NetlinkError> {
	const fd = libc.netlinkSocket(protocol);
	if (fd < 0) return fail(netlinkError(-fd));
	const steps = [
		() => libc.bindNetlink(fd),
		// FORCE passes net.core.rmem_max and needs NET_ADMIN in the first user namespace; rootless containers get less.
		() => (libc.setOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, int32(bufferBytes)) < 0 ? libc.setOption(fd, SOL_SOCKET, SO_RCVBUF, int32(bufferBytes)) : 0),
		...groups.map(group => () => libc.setOption(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, int32(group))),
	];
	for (const step of steps) {
		const status = step();
		if (status >= 0) continue;
		libc.close(fd);
		return fail(netlinkError(-status));
	}
	return ok(listener(libc, fd));
}

function listener(libc: Libc, fd: number): Subscription {
	const buffer = Buffer.alloc(LARGEST_DATAGRAM);
	let open = true;
	return {
		fd,
		send(bytes) {
			const sent = libc.send(fd, bytes);
			return sent < 0 ? fail(netlinkError(-sent)) : ok(undefined);
		},
		drain(take) {
			let drained: Drained = 'more';
			for (let count = 0; open && count < DATAGRAMS_PER_TURN; count++) {
				const length = libc.recv(fd, buffer, MSG_DONTWAIT | MSG_TRUNC);
				if (length === -EAGAIN) return drained === 'lost' ? 'lost' : 'empty';
				if (length === -EINTR) continue;
				if (length < 0 && length !== -ENOBUFS) return 'broken';
				// A datagram that does not fit is as lost as one that found no room.
				if (length < 0 || length > buffer.length) drained = 'lost';
				else for (const message of parseMessages(buffer.subarray(0, length))) take(message);
			}
			return drained;
		},
		close() {
			if (open) libc.close(fd);
			open = false;
		},
	};
}
