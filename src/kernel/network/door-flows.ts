/**
 * Connections that came in by one door of ours. What connection tracking knows of them decides whether their next packet is an
 * answer or the beginning of something (linux/netfilter/nfnetlink_conntrack.h, nf_conntrack_tcp.h).
 */
import {parseIp, type IpAddress} from '../../net/address.ts';
import {cidrContains} from '../../net/cidr.ts';
import type {Problem} from '../../problem.ts';
import {fail, ok, type Result} from '../../result.ts';
import {EEXIST, ENOENT} from '../ffi/errno.ts';
import type {DoorFlows} from '../kernel.ts';
import {attribute, attributeMap, nested, u16be, u32beAttribute} from '../netlink/attributes.ts';
import {NLM_F_CREATE, NLM_F_EXCL} from '../netlink/message.ts';
import type {NetlinkError, NetlinkSocket} from '../netlink/socket.ts';
import {NFGENMSG_BYTES, nfgenmsg} from '../nftables/protocol.ts';
import {problem} from '../problems.ts';
import {parseTracked} from '../traffic/parse-tracked.ts';
import type {Flow, OpenSocket} from '../traffic/traffic.ts';
import {addressBytes} from './address.ts';
import {countTracked} from './conntrack.ts';
import {AF_INET, AF_INET6, IPPROTO_TCP} from './protocol.ts';

const IPCTNL_MSG_CT_NEW = 1 << 8;
const IPCTNL_MSG_CT_GET = (1 << 8) | 1;
const IPCTNL_MSG_CT_DELETE = (1 << 8) | 2;
const [CTA_TUPLE_ORIG, CTA_TUPLE_REPLY, CTA_STATUS, CTA_PROTOINFO, CTA_TIMEOUT, CTA_MARK, CTA_ID, CTA_ZONE, CTA_MARK_MASK] = [1, 2, 3, 4, 7, 8, 12, 18, 21] as const;
/** The kernel's own time for one that is established (nf_conntrack_tcp.c). */
const establishedSeconds = 432_000;
/** IPS_SEEN_REPLY, IPS_ASSURED, IPS_CONFIRMED (nf_conntrack_common.h). */
const answeredAndKept = 2 | 4 | 8;
const TCP_CONNTRACK_ESTABLISHED = 3;
/** Nobody knows its windows: IP_CT_TCP_FLAG_BE_LIBERAL, as flags and mask. */
const liberal = Buffer.from([8, 8]);

/** Whether it came in from there to that port of ours; `local` are our own addresses. */
export const cameIn = ({port, from}: DoorFlows, local: ReadonlySet<string>) => (server: Flow, begunBy: string): boolean => {
	const client = parseIp(server.destination);
	return server.sourcePort === port && local.has(server.source) && !local.has(begunBy) && client !== null && (from.length === 0 || from.some(range => cidrContains(range, client)));
};

/** As `flushConntrack`, but for those that came in by the door. */
export function flushAllBut(socket: NetlinkSocket, door: DoorFlows, local: ReadonlySet<string>): Result<number, Problem> {
	const before = countTracked(socket);
	// Ours bear a mark: all that have none go in one step (ctnetlink_flush_iterate), and few are left to be looked at.
	const flushed = socket.transact({type: IPCTNL_MSG_CT_DELETE, flags: 0, body: Buffer.concat([nfgenmsg(0), u32beAttribute(CTA_MARK, 0), u32beAttribute(CTA_MARK_MASK, 0xffff_ffff)])});
	if (!flushed.ok) return fail(notAsked(flushed.error));
	const left = readAll(socket);
	if (!left.ok) return left;
	const isKept = cameIn(door, local);
	const kept = left.value.filter(({tracked}) => tracked?.protocol === 'tcp' && isKept(tracked.answered, tracked.begun.source));
	for (const {family, name} of left.value.filter(entry => !kept.includes(entry))) {
		const answered = socket.transact({type: IPCTNL_MSG_CT_DELETE, flags: 0, body: Buffer.concat([nfgenmsg(family), ...name])});
		if (!answered.ok && answered.error.errno !== ENOENT) return fail(notAsked(answered.error));
	}
	return ok(Math.max(0, before - kept.length));
}

/**
 * Has those that stand known as begun from outside, with this mark. Those that were not tracked (nobody asked for it before) are
 * made known: the server's next segment would otherwise begin a connection outward.
 */
export function adoptFlows(socket: NetlinkSocket, {door, mark, local, sockets}: {
	readonly door: DoorFlows;
	readonly mark: number;
	readonly local: ReadonlySet<string>;
	readonly sockets: readonly OpenSocket[];
}): Result<number, Problem> {
	const tracked = readAll(socket);
	if (!tracked.ok) return tracked;
	const isOurs = cameIn(door, local);
	const known = tracked.value.filter(entry => entry.tracked?.protocol === 'tcp' && isOurs(entry.tracked.answered, entry.tracked.begun.source));
	for (const {family, name} of known.filter(entry => entry.tracked?.mark !== mark)) {
		const marked = socket.transact({type: IPCTNL_MSG_CT_NEW, flags: 0, body: Buffer.concat([nfgenmsg(family), ...name, u32beAttribute(CTA_MARK, mark)])});
		if (!marked.ok && marked.error.errno !== ENOENT) return fail(notAsked(marked.error));
	}
	// Where nobody listens, none of them came in.
	const listens = sockets.some(({protocol, state, flow}) => protocol === 'tcp' && state === 'listen' && flow.sourcePort === door.port);
	const others = new Set(tracked.value.flatMap(entry => (entry.tracked === null ? [] : [ends(entry.tracked.begun), ends(entry.tracked.answered)])));
	const unknown = sockets.filter(({protocol, state, flow}) => listens && protocol === 'tcp' && state === 'established' && isOurs(flow, flow.destination) && !others.has(ends(flow)));
	for (const {flow} of unknown) {
		const made = socket.transact({type: IPCTNL_MSG_CT_NEW, flags: NLM_F_CREATE | NLM_F_EXCL, body: established(flow, mark)});
		if (!made.ok && made.error.errno !== EEXIST) return fail(notAsked(made.error));
	}
	return ok(known.length + unknown.length);
}

function readAll(socket: NetlinkSocket) {
	const listed = socket.dump({type: IPCTNL_MSG_CT_GET, flags: 0, body: nfgenmsg(0)});
	if (!listed.ok) return fail(notAsked(listed.error));
	return ok(listed.value.map(({body}) => {
		const attributes = attributeMap(body.subarray(NFGENMSG_BYTES));
		const name = [CTA_TUPLE_ORIG, CTA_ID, CTA_ZONE].flatMap(type => {
			const value = attributes.get(type);
			return value === undefined ? [] : [type === CTA_TUPLE_ORIG ? nested(type, value) : attribute(type, value)];
		});
		return {family: body.readUInt8(0), name, tracked: parseTracked(body)};
	}));
}

/** `flow` is the server's side, as its socket has it. */
function established(flow: Flow, mark: number): Buffer {
	const ahead = tuple({source: flow.destination, sourcePort: flow.destinationPort, destination: flow.source, destinationPort: flow.sourcePort});
	return Buffer.concat([
		nfgenmsg(flow.source.includes(':') ? AF_INET6 : AF_INET),
		nested(CTA_TUPLE_ORIG, ahead),
		nested(CTA_TUPLE_REPLY, tuple(flow)),
		u32beAttribute(CTA_STATUS, answeredAndKept),
		u32beAttribute(CTA_TIMEOUT, establishedSeconds),
		u32beAttribute(CTA_MARK, mark),
		nested(CTA_PROTOINFO, nested(1, attribute(1, Buffer.from([TCP_CONNTRACK_ESTABLISHED])), attribute(4, liberal), attribute(5, liberal))),
	]);
}

/** Addresses are attributes 1 and 2 for IPv4, 3 and 4 for IPv6 (enum ctattr_ip); ports are 2 and 3 (enum ctattr_l4proto). */
function tuple({source, sourcePort, destination, destinationPort}: Flow): Buffer {
	const first = source.includes(':') ? 3 : 1;
	return Buffer.concat([
		nested(1, attribute(first, addressBytes(source as IpAddress)), attribute(first + 1, addressBytes(destination as IpAddress))),
		nested(2, attribute(1, Buffer.from([IPPROTO_TCP])), attribute(2, u16be(sourcePort ?? 0)), attribute(3, u16be(destinationPort ?? 0))),
	]);
}

const ends = ({source, sourcePort, destination, destinationPort}: Flow): string => `${source} ${sourcePort} ${destination} ${destinationPort}`;

const notAsked = ({text}: NetlinkError): Problem => ({...problem(
	'conntrack',
	`Connection tracking cannot be asked (${text}): connections by the management path may end, and those of earlier tunnels are not forgotten.`,
	'The latter are refused by address and interface all the same. Load nf_conntrack_netlink on the host (`modprobe nf_conntrack_netlink`).',
	true,
), severity: 'warning'});
