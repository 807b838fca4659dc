/**
 * PURE: what a rule changes in a packet that our chains have judged already, so that what leaves is not what was judged. Numbers
 * of linux/netfilter.h and linux/netfilter/nf_tables.h.
 */
import {attributeMap, readText, readU32be} from '../netlink/attributes.ts';
import {NFTA_TARGET_NAME} from '../nftables/protocol.ts';
import {expressionsOf} from './expressions.ts';

/** Where a chain comes after ours; before them, our chains judge what it made of the packet. */
export type Late = 'output' | 'postrouting' | 'egress';

const NFPROTO_IPV4 = 2;
const NFPROTO_NETDEV = 5;
const NF_NETDEV_EGRESS = 1;
const NF_INET_LOCAL_OUT = 3;
const NF_INET_POST_ROUTING = 4;
const NFTA_HOOK_HOOKNUM = 1;
const NFTA_HOOK_PRIORITY = 2;
const NFTA_PAYLOAD_BASE = 2;
const NFTA_PAYLOAD_OFFSET = 3;
const NFTA_PAYLOAD_LEN = 4;
const NFTA_PAYLOAD_SREG = 5;
const NFT_PAYLOAD_NETWORK_HEADER = 1;
const NFTA_META_KEY = 2;
const NFTA_META_SREG = 3;
const NFT_META_MARK = 3;
const NFTA_NAT_TYPE = 1;
const NFT_NAT_DNAT = 1;

/** Ours decide at priority 0. Docker's own DNAT stands at -100, and is judged by them. */
export function lateHook(family: number, hook: Buffer): Late | null {
	const attributes = attributeMap(hook);
	const number = readU32be(attributes.get(NFTA_HOOK_HOOKNUM));
	const after = ((readU32be(attributes.get(NFTA_HOOK_PRIORITY)) ?? 0) | 0) >= 0;
	if (family === NFPROTO_NETDEV) return number === NF_NETDEV_EGRESS && after ? 'egress' : null;
	if (number === NF_INET_POST_ROUTING) return 'postrouting';
	return number === NF_INET_LOCAL_OUT && after ? 'output' : null;
}

/** Addresses, ports, a new destination, a mark that leads elsewhere, or a program that may do any of it. Source NAT is none. */
export function rewritingStatements(rule: Buffer, late: ReadonlySet<Late>): readonly string[] {
	if (late.size === 0) return [];
	return expressionsOf(rule).map(({name, data}) => wordFor(name, data, {late, isIpv4: rule[0] === NFPROTO_IPV4})).filter(word => word !== null);
}

interface Place {
	readonly late: ReadonlySet<Late>;
	readonly isIpv4: boolean;
}

function wordFor(name: string | null, data: ReadonlyMap<number, Buffer>, {late, isIpv4}: Place): string | null {
	switch (name) {
		case 'payload':
			return data.has(NFTA_PAYLOAD_SREG) && !isHarmless(data, isIpv4) ? 'rewriting' : null;
		case 'queue':
			return 'queue';
		// Only there is a packet routed anew, for its mark or its destination.
		case 'meta':
			return late.has('output') && data.has(NFTA_META_SREG) && readU32be(data.get(NFTA_META_KEY)) === NFT_META_MARK ? 'a mark' : null;
		case 'nat':
			return late.has('output') && readU32be(data.get(NFTA_NAT_TYPE)) === NFT_NAT_DNAT ? 'dnat' : null;
		case 'redir':
		case 'tproxy':
			return late.has('output') ? name : null;
		case 'target': {
			const target = readText(data.get(NFTA_TARGET_NAME));
			if (target === 'NFQUEUE') return target;
			return late.has('output') && target !== null && ['DNAT', 'REDIRECT', 'MARK', 'CONNMARK'].includes(target) ? target : null;
		}
		default:
			return null;
	}
}

/** Type of service, length, hop limit: the first bytes of the header, before any address. */
function isHarmless(data: ReadonlyMap<number, Buffer>, isIpv4: boolean): boolean {
	if (readU32be(data.get(NFTA_PAYLOAD_BASE)) !== NFT_PAYLOAD_NETWORK_HEADER) return false;
	const end = (readU32be(data.get(NFTA_PAYLOAD_OFFSET)) ?? Infinity) + (readU32be(data.get(NFTA_PAYLOAD_LEN)) ?? Infinity);
	return end <= (isIpv4 ? 12 : 8);
}
