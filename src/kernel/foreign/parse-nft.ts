/** PURE: chains and rules of any table, as far as they say who looks at packets and who sends them elsewhere. */
import {attributeMap, readText} from '../netlink/attributes.ts';
import {parseHookDevices} from '../nftables/parse.ts';
import {NFGENMSG_BYTES, NFTA_CHAIN_HOOK, NFTA_CHAIN_TABLE, NFTA_TARGET_NAME} from '../nftables/protocol.ts';
import {expressionsOf} from './expressions.ts';
import {lateHook, type Late} from './rewrites.ts';

/** NFPROTO_* (linux/netfilter.h). */
const families: ReadonlyMap<number, string> = new Map([[1, 'inet'], [2, 'ip'], [3, 'arp'], [5, 'netdev'], [7, 'bridge'], [10, 'ip6']]);

export interface HookedChain {
	/** As the kernel counts them: a question about the table is asked with it. */
	readonly familyNumber: number;
	readonly family: string;
	readonly table: string;
	readonly devices: readonly string[];
	/** Where it comes after our chains; null where it comes before them. */
	readonly late: Late | null;
}

/** A name that a stranger chose, without what a terminal would obey: the kernel takes any byte (nla_strscpy), nft only these. */
export const shown = (name: string): string => name.replaceAll(/[^\w./-]/g, '?');

/** Null for a chain without a hook: no packet meets it but by a jump from one that has one. */
export function parseHookedChain(body: Buffer): HookedChain | null {
	if (body.length < NFGENMSG_BYTES) return null;
	const attributes = attributeMap(body.subarray(NFGENMSG_BYTES));
	const table = readText(attributes.get(NFTA_CHAIN_TABLE));
	const hook = attributes.get(NFTA_CHAIN_HOOK);
	if (table === null || hook === undefined) return null;
	const familyNumber = body.readUInt8(0);
	return {familyNumber, family: families.get(familyNumber) ?? String(familyNumber), table, devices: parseHookDevices(body), late: lateHook(familyNumber, hook)};
}

/** The statements of a rule that send a packet or a copy of it elsewhere. */
export function divertingStatements(body: Buffer): readonly string[] {
	return expressionsOf(body).flatMap(({name, data}) => {
		if (name === 'dup' || name === 'fwd') return [name];
		const target = name === 'target' ? readText(data.get(NFTA_TARGET_NAME)) : null;
		return target === 'TEE' ? [target] : [];
	});
}
