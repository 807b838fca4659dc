/** What of the host itself an audit looks at, where it runs in the network namespace that the engine's bridges are in. */
import {parseIptables} from './rules/parse-iptables.ts';
import {parseNft} from './rules/parse-nft.ts';
import type {HostRules} from './rules/facts.ts';

export interface HostFacts {
	readonly rules: HostRules;
	/** Links with a default route, by family. */
	readonly uplinks: {readonly 4: readonly string[]; readonly 6: readonly string[]};
	/** What those links are called by others, by family. */
	readonly addresses: {readonly 4: readonly string[]; readonly 6: readonly string[]};
	/** How many of the engine's `docker-proxy` run. */
	readonly proxies: number;
}

export interface Listed {
	readonly listed: readonly {readonly family: 4 | 6; readonly backend: 'legacy' | 'nft'; readonly text: string}[];
	readonly nft: string | null;
}

export const rulesFrom = ({listed, nft}: Listed): HostRules => ({
	sets: listed.map(({family, backend, text}) => ({family, backend, tables: parseIptables(text)})),
	nft: nft === null ? null : parseNft(nft),
});

/** /proc/net/route: destination and mask 0 (net/ipv4/fib_trie.c). */
export const uplinksIn4 = (text: string): readonly string[] => [...new Set(text.split('\n').flatMap(line => {
	const [link = '', destination, , , , , , mask] = line.split('\t');
	return destination === '00000000' && mask === '00000000' ? [link] : [];
}))];

/** /proc/net/ipv6_route: a destination of length 0, without those that refuse on lo (net/ipv6/route.c). */
export const uplinksIn6 = (text: string): readonly string[] => [...new Set(text.split('\n').flatMap(line => {
	const words = line.trim().split(/\s+/);
	const link = words.at(-1) ?? '';
	return /^0{32}$/.test(words[0] ?? '') && words[1] === '00' && link !== 'lo' ? [link] : [];
}))];
