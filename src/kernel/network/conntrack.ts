/** Connection tracking over ctnetlink (linux/netfilter/nfnetlink_conntrack.h). The module may be absent. */
import type {Problem} from '../../problem.ts';
import {fail, ok, type Result} from '../../result.ts';
import {attributeMap, readU32be} from '../netlink/attributes.ts';
import type {NetlinkSocket} from '../netlink/socket.ts';
import {NFGENMSG_BYTES, nfgenmsg} from '../nftables/protocol.ts';
import {problem} from '../problems.ts';

const NFNL_SUBSYS_CTNETLINK = 1;
const IPCTNL_MSG_CT_DELETE = (NFNL_SUBSYS_CTNETLINK << 8) | 2;
const IPCTNL_MSG_CT_GET_STATS = (NFNL_SUBSYS_CTNETLINK << 8) | 5;
const CTA_STATS_GLOBAL_ENTRIES = 1;

/** Forgets every connection of this namespace, both families; returns how many there were. */
export function flushConntrack(socket: NetlinkSocket): Result<number, Problem> {
	const stats = socket.transact({type: IPCTNL_MSG_CT_GET_STATS, flags: 0, body: nfgenmsg(0)});
	const flushed = socket.transact({type: IPCTNL_MSG_CT_DELETE, flags: 0, body: nfgenmsg(0)});
	if (!flushed.ok) return fail(untracked(flushed.error.text));
	const [message] = stats.ok ? stats.value : [];
	return ok((message === undefined ? null : readU32be(attributeMap(message.body.subarray(NFGENMSG_BYTES)).get(CTA_STATS_GLOBAL_ENTRIES))) ?? 0);
}

const untracked = (why: string): Problem => ({...problem(
	'conntrack',
	`Connections of earlier tunnels are not forgotten: connection tracking cannot be asked (${why}).`,
	'They are refused by address and interface all the same. Load nf_conntrack_netlink on the host (`modprobe nf_conntrack_netlink`).',
	true,
), severity: 'warning'});
