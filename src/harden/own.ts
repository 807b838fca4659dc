/** Chains of ours in Docker's table, and a table of ours: known by their names, and looked past when it is judged what would be open without them. Pure. */
import type {HostFacts} from '../audit/host.ts';
import type {IptablesTable} from '../audit/rules/parse-iptables.ts';

/** What is forwarded to containers, and what the engine's own process on the host takes. */
export const forwardChain = 'VKS-HARDEN';
export const inputChain = 'VKS-HARDEN-IN';

export const isOwn = (chain: string | null): boolean => chain === forwardChain || chain === inputChain;

export const withoutOwn = (host: HostFacts): HostFacts => ({
	...host, rules: {nft: host.rules.nft === null ? null : {...host.rules.nft, refused: [], bases: host.rules.nft.bases.filter(({name}) => !name.startsWith('inet vks_host '))}, sets: host.rules.sets.map(set => ({...set, tables: new Map([...set.tables].map(([name, table]) => [name, name === 'filter' ? strip(table) : table]))}))},
});

const strip = (table: IptablesTable): IptablesTable =>
	new Map([...table].filter(([name]) => !isOwn(name)).map(([name, chain]) => [name, {...chain, rules: chain.rules.filter(({target}) => !isOwn(target))}]));
