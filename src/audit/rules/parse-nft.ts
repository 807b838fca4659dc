/** What `nft -j list ruleset` prints, as far as an audit asks: which tables there are, what they refuse, and their chains. Pure. */
import {z} from 'zod';
import type {NftFacts, RefusedPort} from './facts.ts';
import {basesIn} from './nft-chains.ts';

const named = z.looseObject({family: z.string(), table: z.string(), name: z.string(), elem: z.array(z.unknown()).optional().catch(undefined)});

const listed = z.object({
	nftables: z.array(z.looseObject({
		table: z.looseObject({family: z.string(), name: z.string()}).optional().catch(undefined),
		chain: z.looseObject({family: z.string(), table: z.string(), name: z.string(), hook: z.string().optional(), policy: z.string().optional(), prio: z.number().optional().catch(undefined), type: z.string().optional()}).optional().catch(undefined),
		rule: z.looseObject({family: z.string(), table: z.string(), chain: z.string(), expr: z.array(z.unknown()).optional()}).optional().catch(undefined),
		set: named.optional().catch(undefined),
		map: named.optional().catch(undefined),
	})),
});

/** Those are iptables-nft's own, which `iptables-nft-save` prints. */
const iptablesTables = new Set(['filter', 'nat', 'mangle', 'raw', 'security']);
type Chain = NonNullable<z.infer<typeof listed>['nftables'][number]['chain']>;
const isOwn = ({family, table}: Pick<Chain, 'family' | 'table'>): boolean => !((family === 'ip' || family === 'ip6') && iptablesTables.has(table));

export function parseNft(text: string): NftFacts | null {
	const parsed = listed.safeParse(json(text));
	if (!parsed.success) return null;
	const {nftables} = parsed.data;
	const chains = nftables.flatMap(({chain}) => (chain === undefined ? [] : [chain]));
	const rules = nftables.flatMap(({rule}) => (rule === undefined ? [] : [rule]));
	const isClosed = (chain: Chain): boolean => chain.policy === 'drop' || endsRefusing(rules.filter(rule => rule.family === chain.family && rule.table === chain.table && rule.chain === chain.name).map(({expr}) => expr ?? []));
	const closed = (hook: string): readonly string[] => chains.filter(chain => chain.hook === hook && isOwn(chain) && isClosed(chain)).map(({family, table, name}) => `${family} ${table} ${name}`);
	return {
		tables: nftables.flatMap(({table}) => (table === undefined ? [] : [`${table.family} ${table.name}`])), closedInputs: closed('input'), closedForwards: closed('forward'),
		bases: basesIn({chains, rules, sets: nftables.flatMap(({set, map}) => set ?? map ?? [])}, isOwn),
		refused: refusedPorts(rules.filter(({family, table, chain}) => family === 'inet' && table === 'vks_host' && chain === 'inbound').map(({expr}) => expr ?? [])),
	};
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

const meta = z.object({match: z.object({op: z.literal('=='), left: z.object({meta: z.object({key: z.literal('iifname')})}), right: z.string()})});
const dport = z.object({match: z.object({op: z.literal('=='), left: z.object({payload: z.object({protocol: z.string(), field: z.literal('dport')})}), right: z.union([z.number(), z.object({set: z.array(z.number())})])})});

/** As vks writes them: a link, a port or several, and for this host alone. */
function refusedPorts(rules: readonly (readonly unknown[])[]): readonly RefusedPort[] {
	return rules.filter(rule => hasKey(rule.at(-1), 'drop')).flatMap(rule => {
		const [link, ports] = [meta.safeParse(rule[0]), dport.safeParse(rule[1])];
		if (!link.success || !ports.success) return [];
		const {left, right} = ports.data.match;
		return (typeof right === 'number' ? [right] : right.set).map(port => ({link: link.data.match.right, transport: left.payload.protocol, port}));
	});
}
