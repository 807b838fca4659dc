/** Connection tracking over ctnetlink (linux/netfilter/nfnetlink_conntrack.h). Best effort: the module may be absent. */
import {attributeMap, readU32be} from '../netlink/attributes.ts';
import type {NetlinkSocket} from '../netlink/socket.ts';
import {NFGENMSG_BYTES, nfgenmsg} from '../nftables/protocol.ts';

const NFNL_SUBSYS_CTNETLINK = 1;
const IPCTNL_MSG_CT_DELETE = (NFNL_SUBSYS_CTNETLINK << 8) | 2;
const IPCTNL_MSG_CT_GET_STATS = (NFNL_SUBSYS_CTNETLINK << 8) | 5;
const CTA_STATS_GLOBAL_ENTRIES = 1;

/** Forgets every connection of this namespace, both families; returns how many there were. */
export function flushConntrack(socket: NetlinkSocket): number {
	const stats = socket.transact({type: IPCTNL_MSG_CT_GET_STATS, flags: 0, body: nfgenmsg(0)});
	const flushed = socket.transact({type: IPCTNL_MSG_CT_DELETE, flags: 0, body: nfgenmsg(0)});
	const [message] = stats.ok ? stats.value : [];
	if (!flushed.ok || message === undefined) return 0;
	return readU32be(attributeMap(message.body.subarray(NFGENMSG_BYTES)).get(CTA_STATS_GLOBAL_ENTRIES)) ?? 0;
}
