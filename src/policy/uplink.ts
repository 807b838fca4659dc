/** Which interfaces are outside, and which of them carries the endpoint. Pure: facts in, choice out. */
import type {Link, Route} from '../kernel/kernel.ts';
import {isIpv4, isIpv6, type IpAddress} from '../net/address.ts';
import {cidrOf, type Cidr} from '../net/cidr.ts';
import type {InterfaceName} from '../net/interface-name.ts';

/** RT_TABLE_MAIN (linux/rtnetlink.h). */
export const mainTable = 254;

export interface Uplink {
	/** Kept across a rename. */
	readonly index: number;
	readonly name: InterfaceName;
	readonly up: boolean;
	readonly addresses: readonly IpAddress[];
	/** The networks that are on the link itself. */
	readonly onLink: readonly Cidr[];
	readonly gateway4: IpAddress | null;
	readonly gateway6: IpAddress | null;
}

export interface UplinkChoice {
	readonly uplink: Uplink | null;
	/** Everything that is neither loopback nor one of our tunnels. */
	readonly outside: readonly InterfaceName[];
}

export interface UplinkFacts {
	readonly links: readonly Link[];
	readonly routes: readonly Route[];
	readonly tunnels: readonly InterfaceName[];
	readonly configured: InterfaceName | 'auto';
	readonly uplinkTable: number;
	/** The last choice: its gateways are remembered, because the kernel forgets routes when a link goes down. */
	readonly previous: Uplink | null;
}

export function chooseUplink(facts: UplinkFacts): UplinkChoice {
	const outside = facts.links.filter(link => !link.loopback && !isTunnel(link, facts.tunnels));
	const link = pick(outside, facts);
	return {uplink: link === undefined ? null : describe(link, facts), outside: outside.map(({name}) => name).sort()};
}

/** A name is no proof: the uplink may be given the tunnel's while that one is away. */
export const isTunnel = ({name, kind}: Link, tunnels: readonly InterfaceName[]): boolean => tunnels.includes(name) && (kind === 'wireguard' || kind === 'tun');

/** The configured one; else the one in use while it can be used; else the one with a default route; else the only one. */
function pick(outside: readonly Link[], {configured, previous, routes, uplinkTable}: UplinkFacts): Link | undefined {
	if (configured !== 'auto') return outside.find(({name}) => name === configured);
	const kept = outside.find(({index}) => index === previous?.index);
	if (kept?.up) return kept;
	const withDefault = routes.find(route => isDefault(route) && (route.table === mainTable || route.table === uplinkTable));
	const byRoute = outside.find(({name}) => name === withDefault?.interface);
	return (byRoute?.up ? byRoute : undefined) ?? kept ?? byRoute ?? (outside.length === 1 ? outside[0] : undefined);
}

function describe(link: Link, {routes, uplinkTable, previous}: UplinkFacts): Uplink {
	const remembered = previous?.index === link.index ? previous : null;
	const gateway = (isFamily: (address: IpAddress) => boolean): IpAddress | null => {
		const defaults = routes.filter(route => isDefault(route) && route.interface === link.name && route.gateway !== null && isFamily(route.gateway));
		// Main first: a default that appears there is news (DHCP, engine), the one in our table is what we wrote.
		const found = defaults.find(({table}) => table === mainTable) ?? defaults.find(({table}) => table === uplinkTable);
		return found?.gateway ?? null;
	};
	return {
		index: link.index,
		name: link.name,
		up: link.up,
		addresses: link.addresses.filter(({scope}) => scope === 'global').map(({address}) => address),
		onLink: link.addresses.filter(({scope}) => scope === 'global').map(({address, prefixLength}) => cidrOf(address, prefixLength)),
		gateway4: gateway(isIpv4) ?? remembered?.gateway4 ?? null,
		gateway6: gateway(isIpv6) ?? remembered?.gateway6 ?? null,
	};
}

const isDefault = (route: Route): boolean => route.destination === null && route.kind === 'unicast';
