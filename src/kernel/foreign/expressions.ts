/** PURE: the expressions of a rule of nftables (linux/netfilter/nf_tables.h, NFTA_RULE_EXPRESSIONS). */
import {attributeMap, readAttributes, readText} from '../netlink/attributes.ts';
import {NFGENMSG_BYTES, NFTA_EXPR_DATA, NFTA_EXPR_NAME, NFTA_RULE_EXPRESSIONS} from '../nftables/protocol.ts';

export interface Expression {
	readonly name: string | null;
	/** What it is given, by attribute. */
	readonly data: ReadonlyMap<number, Buffer>;
}

const none = Buffer.alloc(0);

export function expressionsOf(rule: Buffer): readonly Expression[] {
	return readAttributes(attributeMap(rule.subarray(NFGENMSG_BYTES)).get(NFTA_RULE_EXPRESSIONS) ?? none).map(({value}) => {
		const attributes = attributeMap(value);
		return {name: readText(attributes.get(NFTA_EXPR_NAME)), data: attributeMap(attributes.get(NFTA_EXPR_DATA) ?? none)};
	});
}
