/**
 * Table ownership (NFT_TABLE_F_OWNER|PERSIST, Linux 6.9): nobody else can change the table, and it outlives us. nft 1.0.6
 * cannot say `persist`, so the message is sent raw, through libnftables' own socket: the owner must be the socket that edits.
 */
import {readFileSync} from 'node:fs';
import {EAGAIN, EINTR, EINVAL, EOPNOTSUPP, EPERM} from '../ffi/errno.ts';
import {MSG_DONTWAIT, type Libc} from '../ffi/libc.ts';
import {textAttribute, u32beAttribute} from '../netlink/attributes.ts';
import {encodeMessage, NLM_F_ACK, NLM_F_CREATE, NLM_F_REQUEST, NLMSG_ERROR, parseMessages, readAck} from '../netlink/message.ts';
import {netlinkError, type NetlinkError, type NetlinkSocket} from '../netlink/socket.ts';
import type {Problem} from '../../problem.ts';
import {fail, ok, type Result} from '../../result.ts';
import type {TableFamily} from '../kernel.ts';
import {problem, readFailed, rulesetRefused} from '../problems.ts';
import {batchBody, NFNL_MSG_BATCH_BEGIN, NFNL_MSG_BATCH_END, NFT_MSG_DELTABLE, NFT_MSG_NEWTABLE, NFT_TABLE_F_OWNER, NFT_TABLE_F_PERSIST, NFTA_TABLE_FLAGS, NFTA_TABLE_NAME, tableBody} from './protocol.ts';
import {readTable} from './reads.ts';

export interface OwnershipSockets {
	readonly libc: Libc;
	/** libnftables' descriptor; no call of the library may be running. */
	readonly owner: number;
	readonly reader: NetlinkSocket;
}

export function ownTable(sockets: OwnershipSockets, family: TableFamily, name: string): Result<'owned' | 'unsupported', Problem> {
	const table = readTable(sockets.reader, family, name);
	if (!table.ok) return fail(readFailed(`Table ${family} ${name} could not be read`, table.error));
	const ourPort = sockets.libc.portId(sockets.owner);
	if (table.value?.ownerPort === ourPort) return ok('owned');
	if (table.value !== null && table.value.ownerPort !== null) return fail(heldBy(family, name, table.value.ownerPort));
	// The kernel refuses to add PERSIST to a table that lives: ask it about a scratch table instead.
	if (table.value !== null && !table.value.persist) return supportsOwnership(sockets, family) ? fail(plain(family, name)) : ok('unsupported');

	const done = sendBatch(sockets, [claim(family, name)]);
	if (done.ok) return ok('owned');
	if (isUnsupported(done.error)) return ok('unsupported');
	if (done.error.errno === EPERM) return fail(heldBy(family, name, ownerNow(sockets.reader, family, name)));
	return fail(rulesetRefused(`The kernel refused the ownership of table ${family} ${name}: ${done.error.text}.`));
}

interface BatchEntry {
	readonly type: number;
	readonly body: Buffer;
}

const claim = (family: TableFamily, name: string): BatchEntry => ({
	type: NFT_MSG_NEWTABLE,
	body: tableBody(family, textAttribute(NFTA_TABLE_NAME, name), u32beAttribute(NFTA_TABLE_FLAGS, NFT_TABLE_F_OWNER | NFT_TABLE_F_PERSIST)),
});

function supportsOwnership(sockets: OwnershipSockets, family: TableFamily): boolean {
	const scratch = 'vks_ownership_probe';
	const remove = {type: NFT_MSG_DELTABLE, body: tableBody(family, textAttribute(NFTA_TABLE_NAME, scratch))};
	return sendBatch(sockets, [claim(family, scratch), remove]).ok;
}

/** Kernels before 5.12 (OWNER) and 6.9 (PERSIST) answer "not supported" to flags they do not know. */
const isUnsupported = ({errno}: NetlinkError): boolean => errno === EOPNOTSUPP || errno === EINVAL;

/** Sends one transaction and takes every answer off the socket, so that libnftables finds it as it left it. */
function sendBatch({libc, owner}: OwnershipSockets, entries: readonly BatchEntry[]): Result<void, NetlinkError> {
	const batch = [
		{type: NFNL_MSG_BATCH_BEGIN, flags: NLM_F_REQUEST, body: batchBody()},
		...entries.map(({type, body}) => ({type, flags: NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE, body})),
		{type: NFNL_MSG_BATCH_END, flags: NLM_F_REQUEST, body: batchBody()},
	];
	// libnftables counts its own sequence numbers from 0; ours start where it will not get.
	const sent = libc.send(owner, Buffer.concat(batch.map((message, index) => encodeMessage(message, 0x7e57_0000 + index))));
	if (sent < 0) return fail(netlinkError(-sent));
	return drain(libc, owner);
}

/** The kernel has answered by the time `send` returns; the first error is the verdict. */
function drain(libc: Libc, fd: number): Result<void, NetlinkError> {
	const buffer = Buffer.alloc(32 * 1024);
	const verdicts: NetlinkError[] = [];
	let answered = false;
	for (;;) {
		const length = libc.recv(fd, buffer, MSG_DONTWAIT);
		if (length === -EINTR) continue;
		if (length < 0) {
			const [first] = length === -EAGAIN && answered ? verdicts : [netlinkError(-length)];
			return first === undefined ? ok(undefined) : fail(first);
		}
		answered = true;
		for (const message of parseMessages(buffer.subarray(0, length)).filter(({type}) => type === NLMSG_ERROR)) {
			const {errno, detail} = readAck(message);
			if (errno !== 0) verdicts.push(netlinkError(errno, detail));
		}
	}
}

function ownerNow(reader: NetlinkSocket, family: TableFamily, name: string): number | null {
	const table = readTable(reader, family, name);
	return table.ok ? (table.value?.ownerPort ?? null) : null;
}

/** A port id is the holder's pid unless it holds several netlink sockets (netlink(7)). */
function heldBy(family: TableFamily, name: string, port: number | null): Problem {
	const who = port === null ? 'another process' : describeHolder(port);
	return problem(
		'table-held',
		`Table ${family} ${name} is held by ${who}. Its rules stand and this process cannot change them.`,
		'Stop that process, or the other vks, in this network namespace; then restart.',
	);
}

function describeHolder(port: number): string {
	try {
		return `pid ${port} (${readFileSync(`/proc/${port}/comm`, 'utf8').trim()})`;
	} catch {
		return `another process (netlink port ${port})`;
	}
}

const plain = (family: TableFamily, name: string): Problem =>
	problem(
		'table-held',
		`Table ${family} ${name} exists without the ownership flag, and the kernel adds that flag to new tables only.`,
		'Delete the table and create it again while another table refuses everything.',
	);
