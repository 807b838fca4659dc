/** The tables of others that have a chain on a hook, and what in their rules diverts packets. */
import {ENOENT} from '../ffi/errno.ts';
import type {ForeignHook} from '../kernel.ts';
import {textAttribute} from '../netlink/attributes.ts';
import type {NetlinkError, NetlinkSocket} from '../netlink/socket.ts';
import {nfgenmsg, NFT_MSG_GETCHAIN, NFT_MSG_GETRULE, NFT_MSG_NEWCHAIN, NFT_MSG_NEWRULE, NFTA_RULE_TABLE} from '../nftables/protocol.ts';
import {ok, type Result} from '../../result.ts';
import {divertingStatements, parseHookedChain, shown} from './parse-nft.ts';
import {rewritingStatements} from './rewrites.ts';

export function readTables(socket: NetlinkSocket, ours: readonly string[]): Result<readonly ForeignHook[], NetlinkError> {
	const chains = socket.dump({type: NFT_MSG_GETCHAIN, flags: 0, body: nfgenmsg(0)});
	if (!chains.ok) return chains;
	const hooked = chains.value.filter(({type}) => type === NFT_MSG_NEWCHAIN).map(({body}) => parseHookedChain(body)).filter(chain => chain !== null);
	const tables = Map.groupBy(hooked, ({family, table}) => `${family} ${table}`);
	const found: ForeignHook[] = [];
	for (const [key, members] of tables) {
		const [first] = members;
		if (first === undefined || ours.includes(key)) continue;
		const {familyNumber, family, table} = first;
		// Rules of every chain: a hooked one may jump to any.
		const rules = socket.dump({type: NFT_MSG_GETRULE, flags: 0, body: Buffer.concat([nfgenmsg(familyNumber), textAttribute(NFTA_RULE_TABLE, table)])});
		// Deleted since it was listed.
		if (!rules.ok && rules.error.errno === ENOENT) continue;
		if (!rules.ok) return rules;
		const late = new Set(members.flatMap(member => (member.late === null ? [] : [member.late])));
		const statements = [...new Set(rules.value.filter(({type}) => type === NFT_MSG_NEWRULE).flatMap(({body}) => [...divertingStatements(body), ...rewritingStatements(body, late)]))];
		found.push({kind: 'table', family, table: shown(table), devices: [...new Set(members.flatMap(({devices}) => devices.map(shown)))], statements, diverts: statements.length > 0});
	}
	return ok(found);
}
