/**
 * `VKS_GATEWAY`: other hosts routed through the tunnel. They may reach the tunnel and nothing else; what comes back to them
 * answers them. Their packets never meet `output`, so what guards look-ups and sources there is said again here.
 */
import type {GatewayPermission} from '../config/config.ts';
import {familyOf, isIpv4} from '../net/address.ts';
import {cidrFamily} from '../net/cidr.ts';
import {accept, clampMss, hosts, reject, setMark, snat} from './build.ts';
import type {Context} from './context.ts';
import type {Match, Rule, TunnelUse} from './policy.ts';
import {dnsPorts} from './tunnel-rules.ts';

/** One host network, and a tunnel that speaks its address family. */
interface Pair {
	readonly gateway: GatewayPermission;
	readonly tunnel: TunnelUse;
	/** `1-wg0` */
	readonly name: string;
	readonly out: Match;
	readonly back: Match;
}

const setting = 'VKS_GATEWAY';

/**
 * What they send is refused aloud, so that they fail at once; what anybody else sends is dropped in silence, because an
 * answer would tell a neighbour what the tunnel's address is used for (CVE-2019-14899).
 */
export function gatewayForward(context: Context): readonly Rule[] {
	const through = pairs(context);
	return [
		...through.flatMap(mssRules),
		...through.flatMap(resolversRule),
		...(through.length === 0 ? [] : asking(context, (match, number) => reject(
			`refuse-gateway-dns-${number}`, {...match, protocol: ['tcp', 'udp'], destinationPorts: dnsPorts}, 'Hosts behind vks ask the tunnel\'s resolvers and nobody else.', setting,
		))),
		...through.flatMap(({name, out, back}) => [
			// What connection tracking does not know would leave with its own source, for `gateway-nat` translates connections.
			accept(`gateway-${name}`, {...out, connection: ['new', 'established', 'related']}, 'Hosts behind vks, through the tunnel.', setting),
			accept(`gateway-${name}-back`, {...back, connection: ['established', 'related'], connectionDirection: 'reply'}, 'Answers to hosts behind vks.', setting),
		]),
		...asking(context, (match, number) => reject(`refuse-gateway-${number}`, match, 'Hosts behind vks may use the tunnel and nothing else.', setting)),
	];
}

/**
 * The way to the internet is narrower than their own link, and many firewalls drop the errors that would tell them. What the
 * namespace itself sends needs none of this: the kernel takes the segment size from the tunnel's MTU (tcp_advertise_mss).
 */
function mssRules({name, out, back}: Pair): readonly Rule[] {
	const reason = 'Fits the segments of hosts behind vks to the path\'s MTU.';
	const syn: Match = {protocol: ['tcp'], synOnly: true};
	return [clampMss(`gateway-mss-${name}`, {...out, ...syn}, reason, setting), clampMss(`gateway-mss-${name}-back`, {...back, ...syn}, reason, setting)];
}

function resolversRule({gateway, tunnel, name, out}: Pair): readonly Rule[] {
	const resolvers = tunnel.resolvers.filter(address => familyOf(address) === cidrFamily(gateway.range));
	if (resolvers.length === 0) return [];
	return [accept(
		`gateway-dns-${name}`,
		{...out, destination: hosts(resolvers), protocol: ['tcp', 'udp'], destinationPorts: dnsPorts, connection: ['new', 'established']},
		'Look-ups of hosts behind vks, to the tunnel\'s resolvers.',
		setting,
	)];
}

/** Their packets leave with the tunnel's address: the server knows no other. */
export function gatewayNat(context: Context): readonly Rule[] {
	return pairs(context).flatMap(({tunnel, gateway, name}) => {
		const address = tunnel.addresses.find(own => familyOf(own) === cidrFamily(gateway.range));
		if (address === undefined) return [];
		return [snat(`gateway-nat-${name}`, address, {outInterface: [tunnel.interface], source: [gateway.range]}, 'Hosts behind vks send from the tunnel\'s address.', setting)];
	});
}

/** A published port's number in a packet of theirs is no request to us: its mark would send the packet to the uplink. */
export function gatewayUnmarks(context: Context): readonly Rule[] {
	return asking(context, (match, number) => setMark(`gateway-unmark-${number}`, 0, match, 'Sends what hosts behind vks send the way of the tunnel.', setting));
}

/** "Too big" and "refused", about what they sent. */
export function gatewayErrorsOut(context: Context): readonly Rule[] {
	return errors(context, 'gateway-error', {connection: ['related']});
}

/** Answers on their way to them; `ct` does not exist here. Without a tunnel there are only errors to send. */
export function gatewayEgress(context: Context): readonly Rule[] {
	if (pairs(context).length === 0) return errors(context, 'egress-gateway-error', {});
	return gateways(context).map(({gateway, number}) => accept(`egress-gateway-${number}`, towards(gateway), 'Answers to hosts behind vks.', setting));
}

function errors(context: Context, id: string, extra: Match): readonly Rule[] {
	return gateways(context).map(({gateway, number}) => accept(
		`${id}-${number}`,
		// RFC 792: 3 destination unreachable. RFC 4443: 1 destination unreachable, 2 packet too big.
		{...towards(gateway), ...(cidrFamily(gateway.range) === 4 ? {protocol: ['icmp'], icmpTypes: [3]} : {protocol: ['icmpv6'], icmpTypes: [1, 2]}), ...extra},
		'Tells hosts behind vks what was refused or too big.',
		setting,
	));
}

function asking(context: Context, make: (match: Match, number: number) => Rule): readonly Rule[] {
	return gateways(context).map(({gateway, number}) => make({inInterface: [gateway.interface], source: [gateway.range]}, number));
}

const towards = (gateway: GatewayPermission): Match => ({outInterface: [gateway.interface], destination: [gateway.range]});

function gateways({config, exceptionsOpen}: Context): readonly {readonly gateway: GatewayPermission; readonly number: number}[] {
	return exceptionsOpen ? config.gateway.map((gateway, index) => ({gateway, number: index + 1})) : [];
}

function pairs(context: Context): readonly Pair[] {
	const open = context.tunnels.filter(({pass}) => pass === 'traffic');
	return gateways(context).flatMap(({gateway, number}) => {
		const {interface: device, range} = gateway;
		return open.filter(({addresses}) => addresses.some(address => isIpv4(address) === (cidrFamily(range) === 4))).map(tunnel => ({
			gateway,
			tunnel,
			name: `${number}-${tunnel.interface}`,
			out: {inInterface: [device], outInterface: [tunnel.interface], source: [range]},
			back: {inInterface: [tunnel.interface], outInterface: [device], destination: [range]},
		}));
	});
}
