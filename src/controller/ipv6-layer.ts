/** Which policy holds for IPv6, in words. Pure. */
import type {Config} from '../config/config.ts';
import type {StateKind} from '../control/schema.ts';
import {isIpv4, type IpAddress} from '../net/address.ts';
import {cidrFamily, type Cidr} from '../net/cidr.ts';

export type Ipv6Policy =
	| {readonly kind: 'tunnelled'; readonly from: readonly IpAddress[]}
	/** `opened` when settings or exceptions let IPv6 pass outside the tunnel all the same. */
	| {readonly kind: 'blocked'; readonly why: string; readonly opened: boolean};

type Settings = Pick<Config, 'ipv6' | 'network' | 'lan' | 'peers' | 'gateway' | 'management' | 'inboundPorts'>;

export function ipv6Policy(state: StateKind, addresses: readonly IpAddress[] | null, settings: Settings, excepted: readonly Cidr[] = []): Ipv6Policy {
	const blocked = (why: string): Ipv6Policy => ({kind: 'blocked', why, opened: opensIpv6(settings, state, excepted)});
	if (settings.ipv6 === 'block') return blocked('by VKS_IPV6=block');
	if (addresses === null || (state !== 'connected' && state !== 'degraded')) return blocked('without a verified tunnel');
	const from = addresses.filter(address => !isIpv4(address));
	return from.length > 0 ? {kind: 'tunnelled', from} : blocked('because the tunnel has no IPv6 address');
}

export const describeIpv6 = (policy: Ipv6Policy): string =>
	`${policy.kind === 'tunnelled' ? `tunnelled from ${policy.from.join(', ')}` : `blocked ${policy.why}${policy.opened ? ', but for what is opened on the uplink' : ''}`}; default drop and unreachable routes as for IPv4`;

/** In a lockdown only the management path is left. */
function opensIpv6({network, lan, peers, gateway, management, inboundPorts}: Settings, state: StateKind, excepted: readonly Cidr[]): boolean {
	const ranges = [
		...(management?.from ?? []),
		...(state === 'lockdown' ? [] : [...excepted, ...network, ...lan.map(({range}) => range), ...peers.map(({destination}) => destination), ...gateway.map(({range}) => range), ...inboundPorts.flatMap(({from}) => from)]),
	];
	const toAnyone = state !== 'lockdown' && inboundPorts.some(({on, from}) => on === 'uplink' && from.length === 0);
	return toAnyone || ranges.some(range => cidrFamily(range) === 6);
}
