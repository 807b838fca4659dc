/** What a link needs to work at all: ARP, narrow IPv6 neighbour discovery, DHCP, path MTU. */
import {isIpv4} from '../net/address.ts';
import {cidrFamily, mergeCidrs, parseCidr, type Cidr} from '../net/cidr.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import {accept, drop, hosts, port} from './build.ts';
import type {Context} from './context.ts';
import type {Match, Rule} from './policy.ts';

/** RFC 4861: 133 router solicitation, 134 router advertisement, 135 neighbour solicitation, 136 neighbour advertisement. */
const solicitation = {router: 133, advertisement: 134, neighbour: 135, neighbourAdvertisement: 136} as const;

const ranges = (...texts: readonly string[]): readonly Cidr[] => texts.flatMap(text => parseCidr(text) ?? []);
const linkLocal = ranges('fe80::/10');
/** Link-local hosts, solicited-node multicast, all routers. A look-up for a global address goes to the multicast group first. */
const neighbourTargets = ranges('fe80::/10', 'ff02::1:ff00:0/104', 'ff02::2/128');
const ndHopLimit = 255;
const broadcast = ranges('255.255.255.255/32');

export function neighboursOut({uplink, needsNeighbours, situation: {onLink = []}}: Context, id: string): readonly Rule[] {
	if (uplink === null || !needsNeighbours) return [];
	const message: Match = {outInterface: [uplink], hopLimit: ndHopLimit, protocol: ['icmpv6']};
	const {router, neighbour, neighbourAdvertisement} = solicitation;
	return [
		accept(
			id,
			{...message, destination: neighbourTargets, icmpTypes: [router, neighbour, neighbourAdvertisement]},
			'IPv6 neighbour discovery: without it the server\'s IPv6 address cannot be reached.',
		),
		// Answers go to the asker's own address, and a neighbour that is known already is asked directly (RFC 4861, 7.2.4, 7.3.3).
		...(onLink.length === 0 ? [] : [accept(
			`${id}-link`,
			{...message, destination: onLink, icmpTypes: [neighbour, neighbourAdvertisement]},
			'IPv6 neighbour discovery among the hosts of the link.',
		)]),
	];
}

/** Hosts behind vks on another interface than the uplink (`VKS_GATEWAY`) find it, and it them; nobody there is a router to us. */
export function hostNeighboursOut({config, exceptionsOpen, uplink}: Context, id: string): readonly Rule[] {
	const {neighbour, neighbourAdvertisement} = solicitation;
	return gateways6(config, exceptionsOpen, uplink).map(({interface: device, range}, index) => accept(
		`${id}-host-${index + 1}`,
		{outInterface: [device], hopLimit: ndHopLimit, protocol: ['icmpv6'], destination: mergeCidrs([...neighbourTargets, range]), icmpTypes: [neighbour, neighbourAdvertisement]},
		'IPv6 neighbour discovery among hosts behind vks.',
		'VKS_GATEWAY',
	));
}

export function hostNeighboursIn({config, exceptionsOpen, uplink}: Context): readonly Rule[] {
	const devices = [...new Set(gateways6(config, exceptionsOpen, uplink).map(entry => entry.interface))].sort();
	const {neighbour, neighbourAdvertisement} = solicitation;
	if (devices.length === 0) return [];
	return [accept('neighbour-host-in', {inInterface: devices, hopLimit: ndHopLimit, protocol: ['icmpv6'], icmpTypes: [neighbour, neighbourAdvertisement]}, 'IPv6 neighbour discovery among hosts behind vks.', 'VKS_GATEWAY')];
}

const gateways6 = ({gateway}: Context['config'], exceptionsOpen: boolean, uplink: InterfaceName | null): Context['config']['gateway'] =>
	(exceptionsOpen ? gateway.filter(({interface: device, range}) => device !== uplink && cidrFamily(range) === 6) : []);

export function neighboursIn({uplink, needsNeighbours}: Context): readonly Rule[] {
	if (uplink === null || !needsNeighbours) return [];
	return [
		accept('neighbour-router-in', {inInterface: [uplink], source: linkLocal, hopLimit: ndHopLimit, protocol: ['icmpv6'], icmpTypes: [solicitation.advertisement]}, 'IPv6 router advertisements.'),
		accept('neighbour-in', {inInterface: [uplink], hopLimit: ndHopLimit, protocol: ['icmpv6'], icmpTypes: [solicitation.neighbour, solicitation.neighbourAdvertisement]}, 'IPv6 neighbour discovery.'),
	];
}

/**
 * RFC 2131: client port 68, server port 67, by broadcast only: any other destination would be a way out for whoever may send
 * raw packets. A unicast renewal (T1) is refused, and the client rebinds by broadcast (T2) before its lease ends.
 */
export function dhcpOut({uplink, config}: Context, id: string): readonly Rule[] {
	if (uplink === null || !config.dhcp) return [];
	return [accept(id, {outInterface: [uplink], family: 4, destination: broadcast, protocol: ['udp'], sourcePorts: [port(68)], destinationPorts: [port(67)]}, 'Keeps the uplink\'s address (DHCP).', 'VKS_DHCP')];
}

/** `meta nfproto` means nothing at the netdev hook; the ether type says the same. */
export function dhcpEgress(context: Context): readonly Rule[] {
	return dhcpOut(context, 'egress-dhcp').map(({match: {family: _family, ...match}, ...rest}) => ({...rest, match: {...match, etherType: 'ip'}}));
}

export function dhcpIn({uplink, config}: Context): readonly Rule[] {
	if (uplink === null || !config.dhcp) return [];
	return [accept('dhcp-in', {inInterface: [uplink], family: 4, protocol: ['udp'], sourcePorts: [port(67)], destinationPorts: [port(68)]}, 'Keeps the uplink\'s address (DHCP).', 'VKS_DHCP')];
}

/** Without these errors a path with a small MTU swallows large tunnel packets (RFC 1191 type 3, RFC 8201 type 2). */
export function pathMtuIn({tunnels, uplink, attached}: Context): readonly Rule[] {
	if (uplink === null || tunnels.length + (attached?.endpoints.length ?? 0) === 0) return [];
	const reason = 'Tells the tunnel that its packets are too big for the path.';
	return [
		accept('path-mtu-in-v4', {inInterface: [uplink], protocol: ['icmp'], icmpTypes: [3], connection: ['related']}, reason),
		accept('path-mtu-in-v6', {inInterface: [uplink], protocol: ['icmpv6'], icmpTypes: [2], connection: ['related']}, reason),
	];
}

/** The kernel answers ARP for any address it has, on any link: a neighbour could find the tunnel's by asking. */
export function arpRefusal({tunnels}: Context): readonly Rule[] {
	const addresses = tunnels.flatMap(tunnel => tunnel.addresses).filter(isIpv4);
	if (addresses.length === 0) return [];
	return [drop('refuse-arp-tunnel-address', {arpSource: mergeCidrs(hosts(addresses))}, 'The tunnel\'s address is nobody\'s business on the uplink (CVE-2019-14899).')];
}

/** ARP names neighbours, and must be let out wherever a permission sends IPv4; no other interface needs it. */
export function arpEgress({uplink, config: {peers, gateway}, exceptionsOpen}: Context): readonly Rule[] {
	const links = new Set<InterfaceName>([...(uplink === null ? [] : [uplink]), ...(exceptionsOpen ? [...peers, ...gateway].map(entry => entry.interface) : [])]);
	return links.size === 0 ? [] : [accept('egress-arp', {outInterface: [...links].sort(), etherType: 'arp'}, 'Finds neighbours on the link (ARP).')];
}
