/** What other settings left in a table that was adopted, and the policy of today has no place for. Pure. */
import {z} from 'zod';
import {egressSetPrefix} from '../egress/plan.ts';
import type {Ruleset} from './policy.ts';
import {tableName} from './render.ts';

const listing = z.object({nftables: z.array(z.object({set: z.object({name: z.string()}).optional(), chain: z.object({name: z.string()}).optional()}))});
const chainName = 'divert';

/** A transaction for when nothing names them any more; null where there is nothing to take away. */
export function leftOverScript(listed: unknown, {sets, chains}: Pick<Ruleset, 'sets' | 'chains'>): string | null {
	const parsed = listing.safeParse(listed);
	if (!parsed.success) return null;
	const wanted = new Set(sets.map(set => set.split(' ', 1)[0]));
	const left = parsed.data.nftables.flatMap(({set}) => (set !== undefined && set.name.startsWith(egressSetPrefix) && !wanted.has(set.name) ? [set.name] : []));
	const stands = parsed.data.nftables.some(({chain}) => chain?.name === chainName) && !chains.some(({name}) => name === chainName);
	const lines = [...(stands ? ['flush', 'delete'].map(verb => `${verb} chain inet ${tableName} ${chainName}`) : []), ...left.map(name => `delete set inet ${tableName} ${name}`)];
	return lines.length === 0 ? null : `${lines.join('\n')}\n`;
}
