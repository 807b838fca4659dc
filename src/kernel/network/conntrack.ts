/** Connection tracking over ctnetlink (linux/netfilter/nfnetlink_conntrack.h). The module may be absent. */
import type {IpAddress} from '../../net/address.ts';
import type {Problem} from '../../problem.ts';
import {fail, ok, type Result} from '../../result.ts';
import {attribute, attributeMap, nested, readAttributes, readU32be} from '../netlink/attributes.ts';
import {ENOENT} from '../ffi/errno.ts';
import type {NetlinkSocket} from '../netlink/socket.ts';
import {NFGENMSG_BYTES, nfgenmsg} from '../nftables/protocol.ts';
import {problem} from '../problems.ts';
import {addressOf} from './address.ts';

const NFNL_SUBSYS_CTNETLINK = 1;
const IPCTNL_MSG_CT_DELETE = (NFNL_SUBSYS_CTNETLINK << 8) | 2;
const IPCTNL_MSG_CT_GET_STATS = (NFNL_SUBSYS_CTNETLINK << 8) | 5;
const IPCTNL_MSG_CT_GET = (NFNL_SUBSYS_CTNETLINK << 8) | 1;
const CTA_STATS_GLOBAL_ENTRIES = 1;
const CTA_TUPLE_ORIG = 1;
const CTA_TUPLE_REPLY = 2;
const CTA_ID = 12;
const CTA_ZONE = 18;
const CTA_TUPLE_IP = 1;

/** Forgets every connection of this namespace, both families; returns how many there were. */
export function flushConntrack(socket: NetlinkSocket): Result<number, Problem> {
	const count = countTracked(socket);
	const flushed = socket.transact({type: IPCTNL_MSG_CT_DELETE, flags: 0, body: nfgenmsg(0)});
	if (!flushed.ok) return fail(untracked(flushed.error.text));
	return ok(count);
}

/** 0 where the kernel does not say. */
export function countTracked(socket: NetlinkSocket): number {
	const stats = socket.transact({type: IPCTNL_MSG_CT_GET_STATS, flags: 0, body: nfgenmsg(0)});
	const [message] = stats.ok ? stats.value : [];
	return (message === undefined ? null : readU32be(attributeMap(message.body.subarray(NFGENMSG_BYTES)).get(CTA_STATS_GLOBAL_ENTRIES))) ?? 0;
}

/**
 * Forgets those of them that have one of these addresses at either end, in either direction; `translated` are those whose own
 * ends have none: somebody else's, whom we gave the address on the way (ctnetlink_fill_info, net/netfilter/nf_conntrack_netlink.c).
 */
export function forgetTracked(socket: NetlinkSocket, addresses: readonly IpAddress[], which: 'all' | 'translated'): Result<number, Problem> {
	const listed = socket.dump({type: IPCTNL_MSG_CT_GET, flags: 0, body: nfgenmsg(0)});
	if (!listed.ok) return fail(untracked(listed.error.text));
	const known = new Set<string>(addresses);
	let forgotten = 0;
	for (const {body} of listed.value) {
		const attributes = attributeMap(body.subarray(NFGENMSG_BYTES));
		const [own, answer] = [CTA_TUPLE_ORIG, CTA_TUPLE_REPLY].map(type => endsOf(attributes.get(type)).some(address => known.has(address)));
		if ((own !== true && answer !== true) || (own === true && which === 'translated')) continue;
		const named = [CTA_TUPLE_ORIG, CTA_ID, CTA_ZONE].flatMap(type => {
			const value = attributes.get(type);
			return value === undefined ? [] : [type === CTA_TUPLE_ORIG ? nested(type, value) : attribute(type, value)];
		});
		const answered = socket.transact({type: IPCTNL_MSG_CT_DELETE, flags: 0, body: Buffer.concat([nfgenmsg(body.readUInt8(0)), ...named])});
		if (answered.ok) forgotten += 1;
		else if (answered.error.errno !== ENOENT) return fail(untracked(answered.error.text));
	}
	return ok(forgotten);
}

/** Source and destination: attributes 1 and 2 for IPv4, 3 and 4 for IPv6 (enum ctattr_ip). */
function endsOf(tuple: Buffer | undefined): readonly IpAddress[] {
	const ip = tuple === undefined ? undefined : attributeMap(tuple).get(CTA_TUPLE_IP);
	return ip === undefined ? [] : readAttributes(ip).flatMap(({value}) => addressOf(value) ?? []);
}

const untracked = (why: string): Problem => ({...problem(
	'conntrack',
	`Connections of earlier tunnels are not forgotten: connection tracking cannot be asked (${why}).`,
	'They are refused by address and interface all the same. Load nf_conntrack_netlink on the host (`modprobe nf_conntrack_netlink`).',
	true,
), severity: 'warning'});
