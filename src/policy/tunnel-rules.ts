/** The tunnel: its outer packets on the uplink, and what may pass inside it. */
import {isIpv4} from '../net/address.ts';
import {hostCidr} from '../net/cidr.ts';
import {accept, hosts, perFamily, port, reject, setMark} from './build.ts';
import type {Context} from './context.ts';
import type {Match, Rule, TunnelUse} from './policy.ts';

export const dnsPorts = [port(53), port(853)];

/**
 * Gives the endpoint's packets the tunnel's mark on arrival, so that reverse-path filtering looks the route up in the
 * uplink's table and not in the tunnel's (needs src_valid_mark=1; Linux Documentation/networking/ip-sysctl.rst).
 */
export function endpointMarks({config, tunnels, uplink}: Context): readonly Rule[] {
	if (uplink === null) return [];
	return tunnels.map(tunnel => setMark(
		`endpoint-mark-${tunnel.interface}`,
		config.numbers.tunnelMark,
		{inInterface: [uplink], source: [hostCidr(tunnel.endpoint.address)], protocol: [tunnel.endpoint.transport], sourcePorts: [tunnel.endpoint.port]},
		'Lets reverse-path filtering find the way the endpoint\'s packets came.',
	));
}

/**
 * While two tunnels stand, an answer finds the way it came by through the mark of its tunnel's slot, or reverse-path filtering
 * would drop what comes by the one that the routes do not lead to.
 */
export function tunnelMarks({tunnels}: Context): readonly Rule[] {
	return tunnels.flatMap(({interface: device, beside}) => (beside === undefined ? [] : [setMark(
		`tunnel-mark-${device}`,
		beside.mark,
		{inInterface: [device]},
		'Lets reverse-path filtering find the tunnel that an answer came by.',
	)]));
}

/** A mark alone is never enough: anyone with CAP_NET_RAW can set it. Address, port and, where it is ours, uid must hold too. */
export function endpointOut({config, tunnels, uplink, attached}: Context, id: string): readonly Rule[] {
	if (uplink === null || attached !== null) return [];
	return tunnels.map(tunnel => accept(
		`${id}-${tunnel.interface}`,
		{...endpointTuple(tunnel), outInterface: [uplink], mark: config.numbers.tunnelMark, ...(tunnel.senderUid === null ? {} : {uid: tunnel.senderUid}), ...leaseOf(tunnel)},
		'The tunnel\'s own packets to its server.',
		'VKS_TUNNEL_FOLDER',
	));
}

/** At the egress hook the packet has left its socket behind, so the uid is not asked again. */
export function endpointEgress({config, tunnels, uplink, attached}: Context): readonly Rule[] {
	if (uplink === null || attached !== null) return [];
	return tunnels.map(tunnel => accept(
		`egress-endpoint-${tunnel.interface}`,
		{...endpointTuple(tunnel), outInterface: [uplink], mark: config.numbers.tunnelMark, ...leaseOf(tunnel)},
		'The tunnel\'s own packets to its server.',
		'VKS_TUNNEL_FOLDER',
	));
}

export function endpointIn({tunnels, uplink, attached}: Context): readonly Rule[] {
	if (uplink === null || attached !== null) return [];
	return tunnels.map(tunnel => accept(
		`endpoint-in-${tunnel.interface}`,
		{inInterface: [uplink], source: [hostCidr(tunnel.endpoint.address)], protocol: [tunnel.endpoint.transport], sourcePorts: [tunnel.endpoint.port], connection: ['established'], ...leaseOf(tunnel)},
		'The server\'s answers to the tunnel.',
		'VKS_TUNNEL_FOLDER',
	));
}

/** A packet that bears the tunnel's mark inside the tunnel would be wrapped for ever: refuse it before anything else. */
export function loopRefusal({config, tunnels, attached}: Context): readonly Rule[] {
	if (tunnels.length === 0 || attached !== null) return [];
	return [reject('refuse-tunnel-loop', {outInterface: interfaces(tunnels), mark: config.numbers.tunnelMark}, 'A tunnel packet inside the tunnel is a loop.')];
}

/** Named resolvers, on the tunnel, from its own address. Before traffic may pass, only our own probe (uid 0) may ask. */
export function resolversOut({tunnels}: Context): readonly Rule[] {
	return tunnels.flatMap(tunnel => perFamily(hosts(tunnel.resolvers), (resolvers, family) => accept(
		`dns-out-${tunnel.interface}-${family}`,
		{
			outInterface: [tunnel.interface],
			...ownSource(tunnel, family),
			destination: resolvers,
			protocol: ['tcp', 'udp'],
			destinationPorts: dnsPorts,
			...(tunnel.pass === 'handshake' ? asker(tunnel) : {}),
		},
		tunnel.pass === 'handshake' ? 'vks asks the tunnel\'s resolver to see whether data flows.' : 'Name look-ups, to the named resolvers through the tunnel.',
		'VKS_DNS',
	)));
}

/** Stands before every broad accept, so that no other resolver is ever asked, inside the tunnel or out. */
export function dnsRefusal(): readonly Rule[] {
	return [reject('refuse-dns', {protocol: ['tcp', 'udp'], destinationPorts: dnsPorts}, 'Name look-ups go to the named resolvers through the tunnel and nowhere else.', 'VKS_DNS')];
}

/** Which address the world sees is asked before anything is moved to a tunnel: one host and port, by us alone. */
export function exitOut({tunnels}: Context): readonly Rule[] {
	return tunnels.flatMap(tunnel => {
		const {beside, pass, interface: device} = tunnel;
		if (beside === undefined || beside.exit === null || pass === 'traffic') return [];
		const {address, port: exitPort, transport} = beside.exit;
		return [accept(
			`exit-out-${device}`,
			{outInterface: [device], ...ownSource(tunnel, isIpv4(address) ? 'v4' : 'v6'), destination: [hostCidr(address)], protocol: [transport], destinationPorts: [exitPort], ...asker(tunnel)},
			'vks asks through the tunnel which address the world sees.',
			'VKS_EXIT_URL',
		)];
	});
}

export function tunnelOut({tunnels}: Context): readonly Rule[] {
	return tunnels.filter(({pass}) => pass === 'traffic').flatMap(tunnel => perFamily(hosts(tunnel.addresses), (source, family) => accept(
		`tunnel-out-${tunnel.interface}-${family}`,
		{outInterface: [tunnel.interface], source},
		'Applications, through the tunnel, from the tunnel\'s own address.',
	)));
}

/** What is bound to an older tunnel's address, or tries before the tunnel was verified, is refused at once, never blackholed. */
export function tunnelRefusal({tunnels}: Context): readonly Rule[] {
	if (tunnels.length === 0) return [];
	return [reject('refuse-tunnel-source', {outInterface: interfaces(tunnels)}, 'On the tunnel only its own address may send, and only once it was verified.')];
}

export function tunnelIn({tunnels}: Context): readonly Rule[] {
	return tunnels.flatMap(tunnel => perFamily(hosts(tunnel.addresses), (destination, family) => accept(
		`tunnel-in-${tunnel.interface}-${family}`,
		{inInterface: [tunnel.interface], destination, connection: ['established', 'related']},
		'Answers to what was sent through the tunnel.',
	)));
}

/** Our own question; beside another tunnel only one that was sent this way on purpose. */
const asker = ({beside}: TunnelUse): Match => ({uid: 0, ...(beside === undefined ? {} : {mark: beside.mark})});

function ownSource(tunnel: TunnelUse, family: 'v4' | 'v6'): Pick<Match, 'source'> {
	const source = hosts(tunnel.addresses).filter(range => (range.includes(':') ? 'v6' : 'v4') === family);
	return source.length === 0 ? {} : {source};
}

const endpointTuple = ({endpoint}: TunnelUse): Match => ({
	destination: [hostCidr(endpoint.address)],
	protocol: [endpoint.transport],
	destinationPorts: [endpoint.port],
});

/** Until the tunnel is verified the kernel closes the pinhole by itself; afterwards the tunnel must outlive the daemon. */
const leaseOf = ({lease, pass}: TunnelUse): Pick<Match, 'lease'> => (lease === undefined || pass === 'traffic' ? {} : {lease: lease.name});

const interfaces = (tunnels: readonly TunnelUse[]) => tunnels.map(tunnel => tunnel.interface);
