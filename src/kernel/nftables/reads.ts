/**
 * What is read from nf_tables without nft: a table's header, a chain's devices, the generation. nft 1.0.6 garbles the first
 * and omits the second in JSON. Both backends read through here, on a socket of their own.
 */
import {ENOENT} from '../ffi/errno.ts';
import {textAttribute} from '../netlink/attributes.ts';
import type {NetlinkError, NetlinkSocket} from '../netlink/socket.ts';
import {parseInterfaceName, type InterfaceName} from '../../net/interface-name.ts';
import type {Problem} from '../../problem.ts';
import {fail, ok, type Result} from '../../result.ts';
import type {Generation, TableFamily, TableHeader} from '../kernel.ts';
import {readFailed} from '../problems.ts';
import {parseGeneration, parseHookDevices, parseTable, type RawTable} from './parse.ts';
import {nfgenmsg, NFT_MSG_GETCHAIN, NFT_MSG_GETGEN, NFT_MSG_GETTABLE, NFTA_CHAIN_NAME, NFTA_CHAIN_TABLE, NFTA_TABLE_NAME, tableBody} from './protocol.ts';

/** The table as the kernel has it; null when absent. */
export function readTable(socket: NetlinkSocket, family: TableFamily, name: string): Result<RawTable | null, NetlinkError> {
	const answer = socket.transact({type: NFT_MSG_GETTABLE, flags: 0, body: tableBody(family, textAttribute(NFTA_TABLE_NAME, name))});
	if (!answer.ok) return answer.error.errno === ENOENT ? ok(null) : answer;
	const [message] = answer.value;
	return ok(message === undefined ? null : parseTable(message.body));
}

/** `ourPort` is the port id of the socket that owns our tables; 0 when the backend cannot own any. */
export function readHeader(socket: NetlinkSocket, family: TableFamily, name: string, ourPort: number): Result<TableHeader, Problem> {
	const table = readTable(socket, family, name);
	if (!table.ok) return fail(readFailed(`The header of table ${family} ${name} could not be read`, table.error));
	if (table.value === null) return ok({kind: 'absent'});
	const {ownerPort, persist, dormant} = table.value;
	const owner = ownerPort === null ? 'nobody' : ownerPort === ourPort && ourPort !== 0 ? 'ours' : 'other';
	return ok({kind: 'present', owner, persist, dormant});
}

/**
 * The devices on which a netdev chain filters now. The kernel answers with the names the chain was made with, also after a
 * rename (tried on 6.18: `eth0` renamed to `eth9` is still listed as `eth0`, and frames leave `eth9` unfiltered; a new link
 * called `eth0` is hooked by itself). From 6.16 on a chain covers a device as long as the names agree, before that the name
 * listed is the device's own: so what counts is a listed name that a link bears at this moment.
 */
export function readHookDevices(socket: NetlinkSocket, table: string, chain: string, live: ReadonlySet<string>): Result<readonly InterfaceName[], Problem> {
	const body = tableBody('netdev', textAttribute(NFTA_CHAIN_TABLE, table), textAttribute(NFTA_CHAIN_NAME, chain));
	const answer = socket.transact({type: NFT_MSG_GETCHAIN, flags: 0, body});
	if (!answer.ok) return answer.error.errno === ENOENT ? ok([]) : fail(readFailed(`The devices of chain ${table} ${chain} could not be read`, answer.error));
	const names = answer.value.flatMap(({body: found}) => parseHookDevices(found)).filter(name => live.has(name));
	return ok(names.map(parseInterfaceName).filter(name => name !== null).toSorted());
}

/** Its pid and process are the asker's own (nf_tables_fill_gen_info uses `current`): only the id is a fact here. */
export function readGenerationId(socket: NetlinkSocket): Result<number, NetlinkError> {
	const answer = socket.transact({type: NFT_MSG_GETGEN, flags: 0, body: nfgenmsg(0)});
	if (!answer.ok) return answer;
	const [message] = answer.value;
	return ok(message === undefined ? 0 : parseGeneration(message.body).id);
}

export type LastCommit = () => Generation | null;

/** The current generation; who made it is known when the watch saw it happen, and is pid 0 otherwise. */
export function readGeneration(socket: NetlinkSocket, lastCommit: LastCommit): Result<Generation, Problem> {
	const id = readGenerationId(socket);
	if (!id.ok) return fail(readFailed('The ruleset generation could not be read', id.error));
	const seen = lastCommit();
	return ok(seen?.id === id.value ? seen : {id: id.value, pid: 0, process: ''});
}
