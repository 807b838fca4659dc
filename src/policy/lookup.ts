/** The routing decision as the kernel makes it (fib_rules.c, ip_route_output_key_hash_rcu in net/ipv4/route.c). Pure. */
import type {Link, Route, RoutingRule} from '../kernel/kernel.ts';
import {familyOf, isIpv4, isLoopback, type IpAddress} from '../net/address.ts';
import {cidrContains, cidrOf, parseCidr, splitCidr, type Cidr} from '../net/cidr.ts';
import {loopback, type InterfaceName} from '../net/interface-name.ts';
import type {Port, Transport} from '../net/port.ts';

/** What was read of the routing layer. */
export interface RoutingFacts {
	readonly links: readonly Link[];
	readonly routes: readonly Route[];
	readonly rules: readonly RoutingRule[];
}

export interface Flow {
	readonly destination: IpAddress;
	/** Null until the route has chosen one. */
	readonly source: IpAddress | null;
	readonly mark: number;
	/** What the look-up knows of the protocol; null when a packet is routed again, where it knows nothing of it. */
	readonly from: {readonly transport: Transport; readonly port: Port | null} | null;
	/** The interface the socket is bound to (SO_BINDTODEVICE), or the scope of a link-local address. */
	readonly bound: InterfaceName | null;
	/** Somebody else's packet, on its way through. */
	readonly forwarded?: true;
}

export type Look = {readonly device: InterfaceName; readonly by: string} | {readonly device: null; readonly by: string};

const multicast = ['224.0.0.0/4', 'ff00::/8'].flatMap(text => parseCidr(text) ?? []);
const localMulticast = '224.0.0.0/24' as Cidr;
const broadcast = '255.255.255.255';

const within = (ranges: readonly Cidr[], address: IpAddress): boolean => ranges.some(range => cidrContains(range, address));
export const isMulticast = (address: IpAddress): boolean => within(multicast, address);
export const isOwn = (links: readonly Link[], address: IpAddress): boolean => links.some(link => link.addresses.some(entry => entry.address === address));

/** The link whose own network ends with this address. */
export function broadcastLink(links: readonly Link[], address: IpAddress): Link | undefined {
	return links.find(({loopback: isLo, addresses}) => !isLo && addresses.some(own => isIpv4(own.address) && own.prefixLength < 31 && lastOf(own.address, own.prefixLength) === address));
}

export const isForUs = (links: readonly Link[], address: IpAddress): boolean =>
	isLoopback(address) || isOwn(links, address) || isMulticast(address) || address === broadcast || broadcastLink(links, address) !== undefined;

export function lookUp(facts: RoutingFacts, flow: Flow): Look {
	const {destination, bound} = flow;
	if (isLoopback(destination) || isOwn(reachable(facts.links, bound), destination)) return {device: loopback, by: 'table local'};
	const near = nearby(facts, flow);
	if (near !== null) return {device: near, by: 'table local'};
	const found = byRules(facts, flow);
	// Without a way the kernel takes a bound IPv4 socket at its word: the destination is on that link.
	return found.device === null && bound !== null && isIpv4(destination) ? {device: bound, by: `${found.by}; on the link, because the socket is bound to it`} : found;
}

/** A bound socket finds the addresses of its own interface only. */
const reachable = (links: readonly Link[], bound: InterfaceName | null): readonly Link[] => links.filter(({name}) => bound === null || name === bound);

/** Broadcast and multicast, which need no route of ours. */
function nearby({links}: RoutingFacts, {destination, source, bound}: Flow): InterfaceName | null {
	const directed = broadcastLink(links, destination);
	if (directed !== undefined) return directed.name;
	if (!isIpv4(destination)) return isMulticast(destination) ? (bound ?? links.find(link => !link.loopback)?.name ?? null) : null;
	if (bound !== null) return destination === broadcast || cidrContains(localMulticast, destination) ? bound : null;
	if (source === null || (destination !== broadcast && !isMulticast(destination))) return null;
	return links.find(link => link.addresses.some(({address}) => address === source))?.name ?? null;
}

function byRules({rules, routes}: RoutingFacts, flow: Flow): Look {
	const family = familyOf(flow.destination);
	const inOrder = rules.filter(rule => rule.family === family && applies(rule, flow)).sort((a, b) => a.priority - b.priority);
	for (const {priority, table, suppressPrefixLength} of inOrder) {
		const best = bestOf(routes.filter(route => route.family === family && route.table === table), flow);
		if (best === null || (suppressPrefixLength !== null && best.kind === 'unicast' && lengthOf(best) <= suppressPrefixLength)) continue;
		const by = `rule ${priority}, table ${table}`;
		return {device: best.kind === 'unicast' ? best.interface : null, by: best.kind === 'unicast' ? by : `${by}: ${best.kind}`};
	}
	return {device: null, by: 'no rule has a route'};
}

function applies({mark, outInterface, from, to, local, special}: RoutingRule, flow: Flow): boolean {
	if (local === true && flow.forwarded === true) return false;
	if (special === true || (to !== undefined && to !== flow.destination)) return false;
	if (mark !== null && mark !== flow.mark) return false;
	if (outInterface !== null && outInterface !== flow.bound) return false;
	return from === undefined || (flow.from?.transport === from.transport && flow.from.port === from.port);
}

/** The longest prefix, then the lowest metric. IPv6 passes over what is not on the bound interface; IPv4 meets `unreachable` all the same. */
function bestOf(routes: readonly Route[], {destination, bound}: Flow): Route | null {
	const usable = routes.filter(route =>
		(route.destination === null || cidrContains(route.destination, destination))
		&& (bound === null || (route.kind === 'unicast' ? route.interface === bound : isIpv4(destination))));
	return usable.sort((a, b) => lengthOf(b) - lengthOf(a) || a.metric - b.metric)[0] ?? null;
}

const lengthOf = ({destination}: Route): number => (destination === null ? 0 : splitCidr(destination).length);

function lastOf(address: IpAddress, length: number): string {
	const bytes = splitCidr(cidrOf(address, length)).base.split('.').map(Number);
	return bytes.map((byte, index) => byte | (0xff >> Math.min(8, Math.max(0, length - index * 8)))).join('.');
}
