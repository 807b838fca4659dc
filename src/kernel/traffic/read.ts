/** Reads what talks to whom from connection tracking and the socket tables. Changes nothing. */
import type {Problem} from '../../problem.ts';
import {fail, ok, type Result} from '../../result.ts';
import {attributeMap, readU32be} from '../netlink/attributes.ts';
import type {NetlinkError, NetlinkSocket} from '../netlink/socket.ts';
import {AF_INET, AF_INET6} from '../network/protocol.ts';
import {NFGENMSG_BYTES, nfgenmsg} from '../nftables/protocol.ts';
import {parseSocket, portRequest, SOCK_DIAG_BY_FAMILY, type DiagSocket} from '../owners/sock-diag.ts';
import {problem} from '../problems.ts';
import {parseTracked} from './parse-tracked.ts';
import type {OpenSocket, TrackedConnection} from './traffic.ts';

const IPCTNL_MSG_CT_GET = (1 << 8) | 1;
const IPCTNL_MSG_CT_GET_STATS = (1 << 8) | 5;
const CTA_STATS_GLOBAL_ENTRIES = 1;
/** Some 20 MB of messages, and a fifth of a second in which nothing else is done. */
const mostTracked = 65_536;

export function readTracked(socket: NetlinkSocket): Result<readonly TrackedConnection[], Problem> {
	const stats = socket.transact({type: IPCTNL_MSG_CT_GET_STATS, flags: 0, body: nfgenmsg(0)});
	if (!stats.ok) return fail(unread('Connection tracking', stats.error));
	const [message] = stats.value;
	const count = message === undefined ? 0 : (readU32be(attributeMap(message.body.subarray(NFGENMSG_BYTES)).get(CTA_STATS_GLOBAL_ENTRIES)) ?? 0);
	if (count > mostTracked) return fail(problem('conntrack', `${count} connections are tracked, too many to be read while the policy waits.`, 'Use `conntrack -L` for them.', true));
	const listed = socket.dump({type: IPCTNL_MSG_CT_GET, flags: 0, body: nfgenmsg(0)});
	if (!listed.ok) return fail(unread('Connection tracking', listed.error));
	return ok(listed.value.flatMap(({body}) => parseTracked(body) ?? []));
}

export function readSockets(socket: NetlinkSocket): Result<readonly OpenSocket[], Problem> {
	const found: OpenSocket[] = [];
	for (const protocol of ['tcp', 'udp'] as const) {
		for (const family of [AF_INET, AF_INET6]) {
			// No port is every port (inet_diag_dump_icsk, udp_dump).
			const listed = socket.dump({type: SOCK_DIAG_BY_FAMILY, flags: 0, body: portRequest(family, protocol, 0)});
			if (!listed.ok) return fail(unread('The table of sockets', listed.error));
			found.push(...listed.value.flatMap(({body}) => parseSocket(body) ?? []).map(each => shown(protocol, each)));
		}
	}
	return ok(found);
}

function shown(protocol: OpenSocket['protocol'], {state, source, sourcePort, destination, destinationPort, uid}: DiagSocket): OpenSocket {
	const name = protocol === 'udp' && state === TCP_CLOSE ? 'unconnected' : (states[state] ?? String(state));
	return {protocol, state: name, flow: {source, sourcePort, destination, destinationPort}, uid};
}

const TCP_CLOSE = 7;
/** By number (net/tcp_states.h). */
const states: readonly string[] = ['', 'established', 'syn-sent', 'syn-received', 'fin-wait-1', 'fin-wait-2', 'time-wait', 'closed', 'close-wait', 'last-ack', 'listen', 'closing', 'syn-received', 'bound'];

const unread = (what: string, {text}: NetlinkError): Problem =>
	problem('conntrack', `${what} could not be read: ${text}.`, 'Load nf_conntrack_netlink, tcp_diag and udp_diag on the host.', true);
