/**
 * The port that the provider forwards for a time (`VKS_PORT_FORWARD`), on its tunnel alone. Each rule names its lease: what the
 * provider no longer forwards the kernel no longer lets in, whoever lives. What was opened meanwhile goes on by `tunnel-in`.
 */
import {isIpv4} from '../net/address.ts';
import {hosts} from './build.ts';
import type {Context} from './context.ts';
import {entranceRules} from './inbound-rules.ts';
import type {Rule} from './policy.ts';
import {portUse} from './port-use.ts';

export function grantedPortIn({config, situation: {granted}, tunnels}: Context): readonly Rule[] {
	const tunnel = tunnels.find(({interface: device, pass}) => device === granted?.interface && pass === 'traffic');
	// NAT-PMP knows IPv4 alone (RFC 6886, 1).
	const destination = hosts((tunnel?.addresses ?? []).filter(isIpv4));
	if (config.portForward.by === 'off' || granted === undefined || tunnel === undefined || destination.length === 0) return [];
	// Whoever granted it: what listens there for others is not the internet's.
	if (portUse(config, granted.port) !== null) return [];
	return granted.leases.flatMap(({name, protocol}) => entranceRules({
		name: `granted-${protocol}`,
		suffix: 'v4',
		match: {inInterface: [tunnel.interface], destination, protocol: [protocol], destinationPorts: [granted.port], lease: name},
		reason: 'The port that the provider forwards to us at this moment.',
		setting: 'VKS_PORT_FORWARD',
		rates: config.inboundRates,
		carries: false,
	}));
}
