/** From a refused packet to the process that has its socket open: sock_diag knows the inode, /proc who holds it. */
import type {Libc} from '../ffi/libc.ts';
import {NETLINK_SOCK_DIAG, openNetlink, type NetlinkSocket} from '../netlink/socket.ts';
import {AF_INET, AF_INET6} from '../network/protocol.ts';
import type {LocalFlow, Owners} from './owner.ts';
import {holderOfInode} from './proc.ts';
import {parseSocket, portRequest, senderOf, SOCK_DIAG_BY_FAMILY, type DiagSocket} from './sock-diag.ts';
import {userNames} from './users.ts';

export function openOwners(libc: Libc): Owners & {close(): void} {
	// Asked a few times a second under a flood: one socket, opened for the first question.
	let socket: NetlinkSocket | null = null;
	const opened = (): NetlinkSocket | null => {
		if (socket !== null) return socket;
		const made = openNetlink(libc, NETLINK_SOCK_DIAG);
		return made.ok ? (socket = made.value) : null;
	};
	return {
		userOf: userNames({path: '/etc/passwd', monotonic: () => performance.now()}),
		holderOf(flow) {
			const diag = opened();
			const sender = diag === null ? null : senderOf(flow, socketsOf(diag, flow));
			return sender === null ? null : holderOfInode(sender.inode, sender.uid);
		},
		close: () => socket?.close(),
	};
}

/** A socket of IPv6 may speak IPv4 too. */
function socketsOf(diag: NetlinkSocket, {protocol, source, sourcePort}: LocalFlow): readonly DiagSocket[] {
	const families = source.includes(':') ? [AF_INET6] : [AF_INET, AF_INET6];
	return families.flatMap(family => {
		const listed = diag.dump({type: SOCK_DIAG_BY_FAMILY, flags: 0, body: portRequest(family, protocol, sourcePort)});
		return listed.ok ? listed.value.flatMap(({body}) => parseSocket(body) ?? []) : [];
	});
}
