/**
 * `table inet vks_host`, as nft lists it. Inbound it refuses by the port as published, before the engine translates it: that
 * needs no chain of the engine's, and what a firewall accepts later is gone already. Pure.
 */
import {cidrFamily, type Cidr} from '../net/cidr.ts';
import type {IpAddress} from '../net/address.ts';
import type {Choices} from './choices.ts';
import {bare, keepRules} from './keep.ts';

export interface Hole {
	readonly link: string;
	readonly transport: string;
	readonly port: number;
}

export interface Outbound {
	readonly links: readonly string[];
	readonly resolvers: readonly IpAddress[];
}

export const tableName = 'vks_host';

/** Null where there is nothing to refuse. */
export function hostTable(holes: readonly Hole[], outbound: Outbound | null, choices: Choices): string | null {
	const chains = [...(holes.length === 0 ? [] : [inboundChain(holes, choices)]), ...(outbound === null || choices.outbound === null || outbound.links.length === 0 ? [] : [outboundChain(outbound, choices.outbound, choices)])];
	return chains.length === 0 ? null : `table inet ${tableName} {\n${chains.map(([head, ...rules]) => [`\tchain ${head ?? ''} {`, ...rules.map(rule => `\t\t${rule}`), '\t}'].join('\n')).join('\n\n')}\n}\n`;
}

/** In one transaction, whatever stands. */
export const tableScript = (text: string | null): string => `add table inet ${tableName}\ndelete table inet ${tableName}\n${text ?? ''}`;

function inboundChain(holes: readonly Hole[], {letIn, sessions}: Choices): readonly string[] {
	const links = [...new Set(holes.map(({link}) => link))].toSorted();
	const kept = sessions.filter(({port}) => holes.some(hole => hole.transport === 'tcp' && hole.port === port));
	return [
		'inbound', 'type filter hook prerouting priority mangle; policy accept;', 'ct state established,related accept',
		...links.flatMap(link => [
			...([4, 6] as const).flatMap(family => {
				const ranges = letIn.filter(range => cidrFamily(range) === family).map(bare);
				return ranges.length === 0 ? [] : [`iifname "${link}" ${saddr(family)} ${setOf(ranges)} accept`];
			}),
			...kept.map(({from, port}) => `iifname "${link}" ${saddr(cidrFamily(from))} ${bare(from)} tcp dport ${port} accept`),
			...['sctp', 'tcp', 'udp'].flatMap(transport => {
				const ports = [...new Set(holes.filter(hole => hole.link === link && hole.transport === transport).map(({port}) => port))].toSorted((a, b) => a - b);
				return ports.length === 0 ? [] : [`iifname "${link}" ${transport} dport ${setOf(ports.map(String))} fib daddr type local ct state new drop`];
			}),
		]),
	];
}

const saddr = (family: 4 | 6): string => (family === 4 ? 'ip saddr' : 'ip6 saddr');
const setOf = (all: readonly string[]): string => (all.length === 1 ? (all[0] ?? '') : `{ ${all.join(', ')} }`);

/** What keeps the link itself alive needs no word of the operator: addresses, neighbours, replies. */
function outboundChain({links, resolvers}: Outbound, keeps: readonly string[], {sessions}: Choices): readonly string[] {
	const replies = sessions.map(({from, port}: {readonly from: Cidr; readonly port: number}) => `${cidrFamily(from) === 4 ? 'ip' : 'ip6'} daddr ${bare(from)} tcp sport ${port} accept`);
	return [
		'outbound', 'type filter hook output priority filter; policy accept;', `oifname != ${setOf(links.toSorted().map(link => `"${link}"`))} accept`, 'ct state established,related accept',
		'udp sport 68 udp dport 67 accept', 'udp sport 546 udp dport 547 accept',
		'icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, mld2-listener-report } accept',
		...replies, ...new Set(keeps.toSorted().flatMap(keep => keepRules(keep, resolvers))), 'counter reject with icmpx admin-prohibited',
	];
}
