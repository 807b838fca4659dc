/**
 * Ends TCP connections that are bound to an address which is gone. Without this their owner waits for minutes: TCP takes the
 * kernel's refusal of each segment for a loss (tcp_write_xmit, net/ipv4/tcp_output.c). linux/sock_diag.h, inet_diag.h.
 */
import type {IpAddress} from '../../net/address.ts';
import type {Problem} from '../../problem.ts';
import {fail, ok, type Result} from '../../result.ts';
import {ENOENT} from '../ffi/errno.ts';
import type {NetlinkError, NetlinkSocket} from '../netlink/socket.ts';
import {problem} from '../problems.ts';
import {addressBytes} from './address.ts';
import {AF_INET, AF_INET6, IPPROTO_TCP} from './protocol.ts';

const SOCK_DIAG_BY_FAMILY = 20;
const SOCK_DESTROY = 21;
/** struct inet_diag_req_v2, and inet_diag_msg up to the same place: a header, then struct inet_diag_sockid. */
const REQUEST_BYTES = 56;
const SOCKID_AT = {request: 8, message: 4} as const;
const SOCKID_BYTES = 48;
/** Of struct inet_diag_sockid, after two ports. */
const SOURCE_AT = 4;
/** By TCP_ESTABLISHED … TCP_CLOSING (net/tcp_states.h), without what has no peer yet or none any more. */
const OPEN_STATES = [1, 2, 4, 5, 8, 9, 11].reduce((mask, state) => mask | (1 << state), 0);
const MAPPED = Buffer.from('00000000000000000000ffff', 'hex');

/** How many were ended. */
export function endConnections(socket: NetlinkSocket, addresses: readonly IpAddress[]): Result<number, Problem> {
	const sources = addresses.map(addressBytes);
	let ended = 0;
	for (const family of [AF_INET, AF_INET6]) {
		const listed = socket.dump({type: SOCK_DIAG_BY_FAMILY, flags: 0, body: request(family)});
		if (!listed.ok) return fail(unended(listed.error));
		for (const {body} of listed.value) {
			const id = body.subarray(SOCKID_AT.message, SOCKID_AT.message + SOCKID_BYTES);
			if (id.length < SOCKID_BYTES || !sources.some(source => isFrom(id, source, family))) continue;
			const answer = socket.transact({type: SOCK_DESTROY, flags: 0, body: request(family, id)});
			if (answer.ok) ended += 1;
			else if (answer.error.errno !== ENOENT) return fail(unended(answer.error));
		}
	}
	return ok(ended);
}

function request(family: number, id: Buffer = Buffer.alloc(0)): Buffer {
	const body = Buffer.alloc(REQUEST_BYTES);
	body.writeUInt8(family, 0);
	body.writeUInt8(IPPROTO_TCP, 1);
	body.writeUInt32LE(OPEN_STATES, 4);
	id.copy(body, SOCKID_AT.request);
	return body;
}

/** A socket of both families has an IPv4 address in the form `::ffff:10.0.0.1`. */
function isFrom(id: Buffer, source: Buffer, family: number): boolean {
	const bytes = id.subarray(SOURCE_AT, SOURCE_AT + 16);
	if (family === AF_INET) return source.length === 4 && bytes.subarray(0, 4).equals(source);
	return bytes.equals(source.length === 4 ? Buffer.concat([MAPPED, source]) : source);
}

const unended = ({text}: NetlinkError): Problem =>
	problem('conntrack', `TCP connections bound to an old tunnel's address cannot be ended: ${text}.`, 'They are refused all the same, and end when their owner gives up waiting.', true);
