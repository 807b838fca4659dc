/** What every chain builder is given. */
import type {Config} from '../config/config.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import {isIpv6} from '../net/address.ts';
import {cidrFamily} from '../net/cidr.ts';
import type {Attached, Situation, TunnelUse} from './policy.ts';
import {slotNames} from './slots.ts';

export interface Context {
	readonly config: Config;
	readonly situation: Situation;
	/** Empty outside `tunnelled`. */
	readonly tunnels: readonly TunnelUse[];
	readonly uplink: InterfaceName | null;
	/** Null where the tunnels are ours. */
	readonly attached: Attached | null;
	/** False in lockdown, where only loopback and the management path remain. */
	readonly exceptionsOpen: boolean;
	/** Whether anything on the uplink speaks IPv6 and so needs neighbour discovery. */
	readonly needsNeighbours: boolean;
}

/** Every interface that is taken for a tunnel: those of our slots, or the one of its owner. */
export function tunnelNamesIn({config, attached}: Pick<Context, 'config' | 'attached'>): readonly InterfaceName[] {
	if (attached === null) return slotNames(config);
	return attached.interface === null ? [] : [attached.interface];
}

export function contextOf(config: Config, situation: Situation): Context {
	const tunnels = situation.kind === 'tunnelled' ? situation.tunnels : [];
	const exceptionsOpen = situation.kind !== 'lockdown';
	const {interface: guarded = null, endpoints = []} = situation.attached ?? {};
	const attached = config.attach === null ? null : {interface: guarded, endpoints: exceptionsOpen ? endpoints : []};
	const ranges = [
		...(exceptionsOpen ? [...config.network, ...config.lan.map(({range}) => range)] : []),
		...(exceptionsOpen ? config.inboundPorts.filter(({on}) => on === 'uplink').flatMap(({from}) => from) : []),
		...(exceptionsOpen ? config.gateway.filter(entry => entry.interface === situation.uplink).map(({range}) => range) : []),
		...(config.management?.from ?? []),
		...(exceptionsOpen ? (situation.exceptions ?? []).map(({range}) => range) : []),
	];
	// A published port without `from` is open to IPv6 too.
	const openToAll = exceptionsOpen && config.inboundPorts.some(({on, from}) => on === 'uplink' && from.length === 0);
	return {
		config,
		situation,
		tunnels,
		uplink: situation.uplink,
		attached,
		exceptionsOpen,
		needsNeighbours: openToAll || (exceptionsOpen && (situation.pinholes ?? []).some(({address}) => isIpv6(address))) || (exceptionsOpen && config.latency && (situation.echoes ?? []).some(({protocol}) => protocol === 'icmpv6')) || [...tunnels, ...(attached?.endpoints ?? [])].some(({endpoint}) => isIpv6(endpoint.address)) || ranges.some(range => cidrFamily(range) === 6),
	};
}
