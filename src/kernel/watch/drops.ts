/** The drop feed of one NFLOG group: binds it, turns packets into records, counts what was lost. */
import type {Problem} from '../../problem.ts';
import {fail, ok, type Result} from '../../result.ts';
import {EBUSY, EPERM} from '../ffi/errno.ts';
import type {Libc} from '../ffi/libc.ts';
import type {DropRecord} from '../kernel.ts';
import {NLMSG_ERROR, readAck, type Message} from '../netlink/message.ts';
import {NETLINK_NETFILTER, netlinkError, type NetlinkError} from '../netlink/socket.ts';
import {problem} from '../problems.ts';
import {nflogBind, NFULNL_MSG_PACKET} from './nflog-config.ts';
import {parseNflog} from './parse-nflog.ts';
import {openSubscription, type Subscription} from './subscription.ts';

export interface DropFeed {
	readonly subscription: Subscription;
	take(message: Message): void;
	/** What came since the last call. */
	flush(): {readonly records: readonly DropRecord[]; readonly lost: number};
}

const BUFFER_BYTES = 8 * 1024 * 1024;

export function openDropFeed(libc: Libc, group: number, nameOf: (index: number) => string): Result<DropFeed, Problem> {
	const subscription = openSubscription(libc, {protocol: NETLINK_NETFILTER, groups: [], bufferBytes: BUFFER_BYTES});
	if (!subscription.ok) return fail(unbound(group, subscription.error));
	const feed = collector(subscription.value, nameOf);
	const refusals: NetlinkError[] = [];
	const sent = subscription.value.send(nflogBind(group));
	if (!sent.ok) refusals.push(sent.error);
	// The answer is there already, perhaps behind packets.
	subscription.value.drain(message => {
		if (message.type !== NLMSG_ERROR) return feed.take(message);
		const {errno, detail} = readAck(message);
		if (errno !== 0) refusals.push(netlinkError(errno, detail));
	});
	const [refusal] = refusals;
	if (refusal === undefined) return ok(feed);
	subscription.value.close();
	return fail(unbound(group, refusal));
}

function collector(subscription: Subscription, nameOf: (index: number) => string): DropFeed {
	let records: DropRecord[] = [];
	let lost = 0;
	let expected: number | null = null;
	return {
		subscription,
		take({type, body}) {
			if (type !== NFULNL_MSG_PACKET) return;
			const {record, sequence} = parseNflog(body, {atMs: Date.now(), nameOf});
			if (sequence !== null && expected !== null) lost += (sequence - expected) >>> 0;
			if (sequence !== null) expected = (sequence + 1) >>> 0;
			records.push(record);
		},
		flush() {
			const batch = {records, lost};
			[records, lost] = [[], 0];
			return batch;
		},
	};
}

/** EPERM is what a second listener on a group gets (nfulnl_recv_config, net/netfilter/nfnetlink_log.c). */
function unbound(group: number, {errno, text}: NetlinkError): Problem {
	const busy = errno === EPERM || errno === EBUSY;
	return {
		...problem(
			'nflog-busy',
			busy
				? `NFLOG group ${group} already has a listener in this network namespace, so refused packets are counted but not named.`
				: `NFLOG group ${group} could not be opened (${text}), so refused packets are counted but not named.`,
			busy ? 'Stop the other listener (ulogd, tcpdump -i nflog, another vks) or set VKS_NFLOG_GROUP to a free number.' : 'Load the module nfnetlink_log on the host, or set VKS_NFLOG_GROUP.',
		),
		severity: 'warning',
	};
}
