/** "Why can't Radarr reach that host?": the same policy data, evaluated for one outgoing packet. */
import type {Route} from '../kernel/kernel.ts';
import {familyOf, isIpv4, type IpAddress} from '../net/address.ts';
import {cidrContains, hostCidr, parseCidr, splitCidr} from '../net/cidr.ts';
import {loopback, type InterfaceName} from '../net/interface-name.ts';
import type {Port} from '../net/port.ts';
import {evaluateChain, type Decision} from './evaluate.ts';
import type {Packet} from './packet.ts';
import type {Protocol, Ruleset, TunnelUse} from './policy.ts';
import {mainTable} from './uplink.ts';

export interface ExplainInput {
	readonly ruleset: Ruleset;
	readonly protocol: Protocol;
	readonly destination: IpAddress;
	readonly port: Port | null;
	readonly uid: number | null;
	/** Routes of table main, for what is reached outside the tunnel. */
	readonly mainRoutes: readonly Route[];
	/** The tunnel that the default route leads to, if any. */
	readonly tunnel: Pick<TunnelUse, 'interface' | 'addresses' | 'resolvers' | 'pass'> | null;
	/** Source addresses by interface. */
	readonly sourceOn: (device: InterfaceName, destination: IpAddress) => IpAddress | null;
}

export interface ExplainedPacket {
	readonly verdict: 'accept' | 'reject' | 'drop' | 'unreachable';
	readonly ruleId: string;
	readonly reason: string;
	readonly setting: string;
	readonly via: string | null;
	readonly wouldOpen: string | null;
	readonly path: readonly string[];
}

/** What happens to a new outgoing packet of an application, layer by layer: routing, firewall, backstop. */
export function explain(input: ExplainInput): ExplainedPacket {
	const via = routeOf(input);
	if (via === null) {
		return {
			verdict: 'unreachable', ruleId: 'routing', setting: 'vks', via: null, path: ['routing'],
			reason: 'No route leads there: there is no tunnel, and nothing leaves by the uplink on its own.',
			wouldOpen: openWith(input),
		};
	}
	const packet = packetOf(input, via);
	const output = evaluateChain(input.ruleset, 'output', packet);
	if (output.verdict !== 'accept') return answer(input, via, output, output.path);
	if (!input.ruleset.backstop.includes(via)) return answer(input, via, output, output.path);
	const egress = evaluateChain(input.ruleset, 'egress', output.packet);
	return answer(input, via, egress.verdict === 'accept' ? output : egress, [...output.path, ...egress.path]);
}

function answer(input: ExplainInput, via: InterfaceName, {verdict, rule}: Decision, path: readonly string[]): ExplainedPacket {
	return {
		verdict,
		ruleId: rule?.id ?? 'chain-default',
		reason: rule?.reason ?? 'The chain\'s default.',
		setting: rule?.setting ?? 'vks',
		via,
		wouldOpen: verdict === 'accept' ? null : openWith(input),
		path,
	};
}

/** Loopback, then the tunnel's resolvers, main's specific routes (its default is suppressed), the tunnel: the order of our routing rules. */
function routeOf({destination, mainRoutes, tunnel}: ExplainInput): InterfaceName | null {
	if (destination === '::1' || destination.startsWith('127.')) return loopback;
	const family = familyOf(destination);
	const carries = tunnel?.addresses.some(address => familyOf(address) === family) ?? false;
	if (tunnel !== null && carries && tunnel.resolvers.includes(destination)) return tunnel.interface;
	const specific = mainRoutes
		.filter(route => route.table === mainTable && route.kind === 'unicast' && route.destination !== null && cidrContains(route.destination, destination))
		.sort((a, b) => lengthOf(b) - lengthOf(a));
	if (specific[0]?.interface) return specific[0].interface;
	return tunnel !== null && carries ? tunnel.interface : null;
}

function packetOf({protocol, destination, port, uid, sourceOn}: ExplainInput, via: InterfaceName): Packet {
	return {
		inInterface: null,
		outInterface: via,
		etherType: isIpv4(destination) ? 'ip' : 'ip6',
		family: familyOf(destination),
		source: sourceOn(via, destination),
		destination,
		protocol,
		sourcePort: null,
		destinationPort: port,
		icmpType: protocol === 'icmp' ? 8 : protocol === 'icmpv6' ? 128 : null,
		hopLimit: 64,
		mark: 0,
		uid,
		connection: 'new',
		connectionDirection: 'original',
		connectionMark: 0,
	};
}

/** The smallest change; look-ups and loopback have settings of their own, public addresses belong in the tunnel. */
function openWith({destination, port, protocol}: ExplainInput): string | null {
	if (destination === '127.0.0.11') return 'VKS_DOCKER_DNS=true lets Docker\'s resolver be asked; it answers from outside the tunnel.';
	if (port === 53 || port === 853) return `VKS_DNS=${destination} makes it a resolver that is asked through the tunnel.`;
	if (isPrivate(destination)) return `NETWORK=${hostCidr(destination)} opens this host outside the tunnel, ${protocol} and everything else, both ways.`;
	return 'A connected tunnel carries it; vks opens no public address outside the tunnel.';
}

/** RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291. */
function isPrivate(address: IpAddress): boolean {
	return privateRanges.some(range => cidrContains(range, address));
}

const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16', 'fc00::/7', 'fe80::/10'].flatMap(text => parseCidr(text) ?? []);
const lengthOf = (route: Route): number => (route.destination === null ? 0 : splitCidr(route.destination).length);
