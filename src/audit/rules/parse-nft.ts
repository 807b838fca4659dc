/** What `nft -j list ruleset` prints, as far as an audit asks: which tables there are, and which of them refuse what they do not know. Pure. */
import {z} from 'zod';
import type {NftFacts} from './facts.ts';

const listed = z.object({
	nftables: z.array(z.looseObject({
		table: z.looseObject({family: z.string(), name: z.string()}).optional().catch(undefined),
		chain: z.looseObject({family: z.string(), table: z.string(), name: z.string(), hook: z.string().optional(), policy: z.string().optional()}).optional().catch(undefined),
		rule: z.looseObject({family: z.string(), table: z.string(), chain: z.string(), expr: z.array(z.unknown()).optional()}).optional().catch(undefined),
	})),
});

/** Those are iptables-nft's own, which `iptables-nft-save` prints. */
const iptablesTables = new Set(['filter', 'nat', 'mangle', 'raw', 'security']);

export function parseNft(text: string): NftFacts | null {
	const parsed = listed.safeParse(json(text));
	if (!parsed.success) return null;
	const {nftables} = parsed.data;
	const chains = nftables.flatMap(({chain}) => (chain === undefined ? [] : [chain]));
	const isClosed = (chain: (typeof chains)[number]): boolean => chain.policy === 'drop' || endsRefusing(nftables.flatMap(({rule}) => (rule?.family === chain.family && rule.table === chain.table && rule.chain === chain.name ? [rule.expr ?? []] : [])));
	const closed = (hook: string): readonly string[] =>
		chains.filter(chain => chain.hook === hook && !((chain.family === 'ip' || chain.family === 'ip6') && iptablesTables.has(chain.table)) && isClosed(chain)).map(({family, table, name}) => `${family} ${table} ${name}`);
	return {tables: nftables.flatMap(({table}) => (table === undefined ? [] : [`${table.family} ${table.name}`])), closedInputs: closed('input'), closedForwards: closed('forward')};
}

function json(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

/** As firewalld does it: the policy accepts, and the last rule refuses all that is left. */
function endsRefusing(rules: readonly (readonly unknown[])[]): boolean {
	const last = (rules.at(-1) ?? []).filter(part => !hasKey(part, 'counter'));
	return last.length === 1 && (hasKey(last[0], 'drop') || hasKey(last[0], 'reject'));
}

const hasKey = (part: unknown, key: string): boolean => typeof part === 'object' && part !== null && key in part;
