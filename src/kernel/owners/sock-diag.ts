/** PURE: the question which sockets have a local port, and the answers (linux/sock_diag.h, linux/inet_diag.h). */
import {addressOf} from '../network/address.ts';
import {AF_INET, AF_INET6} from '../network/protocol.ts';
import type {LocalFlow} from './owner.ts';

export const SOCK_DIAG_BY_FAMILY = 20;
/** struct inet_diag_req_v2: a header of 8 bytes, then struct inet_diag_sockid. */
const REQUEST_BYTES = 56;
const REQUEST_SPORT_AT = 8;
/** struct inet_diag_msg: the same sockid after 4 bytes, then expires, two queues, uid and inode. */
const MESSAGE_BYTES = 72;
const UID_AT = 64;
const INODE_AT = 68;
/** All states, TCP_BOUND_INACTIVE of Linux 6.8 among them: bound, and refused when it connected. */
const ALL_STATES = 0xffff;
const TCP_LISTEN = 10;
const protocolNumbers = {tcp: 6, udp: 17} as const;

export interface DiagSocket {
	readonly state: number;
	readonly source: string;
	readonly sourcePort: number;
	readonly destination: string;
	/** 0 for a socket without a peer. */
	readonly destinationPort: number;
	readonly uid: number;
	/** 0 where no file is left: nobody holds it. */
	readonly inode: number;
}

/** The kernel leaves out what has another local port (inet_diag_dump_icsk, udp_dump). */
export function portRequest(family: number, protocol: LocalFlow['protocol'], port: number): Buffer {
	const body = Buffer.alloc(REQUEST_BYTES);
	body.writeUInt8(family, 0);
	body.writeUInt8(protocolNumbers[protocol], 1);
	body.writeUInt32LE(ALL_STATES, 4);
	body.writeUInt16BE(port, REQUEST_SPORT_AT);
	return body;
}

export function parseSocket(body: Buffer): DiagSocket | null {
	if (body.length < MESSAGE_BYTES) return null;
	const family = body.readUInt8(0);
	if (family !== AF_INET && family !== AF_INET6) return null;
	const length = family === AF_INET ? 4 : 16;
	const [source, destination] = [8, 24].map(at => addressOf(body.subarray(at, at + length)));
	if (source === null || source === undefined || destination === null || destination === undefined) return null;
	return {
		state: body.readUInt8(1),
		source: plain(source), sourcePort: body.readUInt16BE(4),
		destination: plain(destination), destinationPort: body.readUInt16BE(6),
		uid: body.readUInt32LE(UID_AT), inode: body.readUInt32LE(INODE_AT),
	};
}

/** A socket of both families has IPv4 addresses in the form `::ffff:10.0.0.1`. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/, '');

/** The one socket that can have sent this; null when there is none, or more than one. */
export function senderOf(flow: LocalFlow, sockets: readonly DiagSocket[]): DiagSocket | null {
	const mine = sockets.filter(({inode, uid, sourcePort, source}) => inode !== 0 && (flow.uid === null || uid === flow.uid) && sourcePort === flow.sourcePort && (isAny(source) || source === flow.source));
	const connected = mine.filter(({destination, destinationPort}) => destinationPort !== 0 && (flow.destination === null || (destinationPort === flow.destinationPort && destination === flow.destination)));
	// Whoever listens need not be who sent: a server's child answers from the same port.
	const fitting = connected.length > 0 ? connected : mine.filter(({destinationPort, state}) => destinationPort === 0 && (flow.protocol === 'udp' || state !== TCP_LISTEN));
	return new Set(fitting.map(({inode}) => inode)).size === 1 ? (fitting[0] ?? null) : null;
}

const isAny = (address: string): boolean => address === '0.0.0.0' || address === '::';
