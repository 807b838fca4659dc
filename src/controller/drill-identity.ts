/** Who the world says we are: the exit's address, and the resolver that asks for us. Neither may be one of the uplink's. */
import {Resolver} from 'node:dns/promises';
import type {DrillProbeView} from '../control/schema.ts';
import {isIpv4, parseIp, type IpAddress} from '../net/address.ts';
import {isPrivate} from '../net/private-ranges.ts';
import type {TunnelUse} from '../policy/policy.ts';
import {lookUpMarked, type OwnWay} from './own-way.ts';

export interface IdentityInput {
	readonly use: Pick<TunnelUse, 'addresses' | 'resolvers'>;
	/** Addresses of every link outside. */
	readonly ours: readonly IpAddress[];
	/** Null when nobody is asked, or nobody answered. */
	readonly exit: () => Promise<IpAddress | null>;
	/** A name whose address is that of who asks for it; null asks nobody. */
	readonly whoami: string | null;
	readonly own: OwnWay | null;
	readonly withinMs: number;
}

export function identityProbes({use, ours, exit, whoami, own, withinMs}: IdentityInput): Promise<readonly DrillProbeView[]> {
	return Promise.all([
		within(exit(), withinMs).then(address => judge('exit', 'which address the world sees', address, ours, 'unknown: nobody was asked (VKS_EXIT_URL), or nobody answered in time')),
		within(whoami === null ? Promise.resolve(null) : whoAsks(whoami, use, {timeout: withinMs, own}), withinMs)
			.then(address => judge('resolver', 'which resolver asks for us', address, ours, whoami === null ? 'unknown: VKS_DRILL_WHOAMI names nobody who could tell' : 'unknown: nobody answered in time')),
	]);
}

function judge(id: string, what: string, address: IpAddress | null, ours: readonly IpAddress[], unknown: string): DrillProbeView {
	const base = {id, what, rule: null, expected: 'an address that is none of ours', answer: address ?? 'none', seen: []};
	if (address === null) return {...base, verdict: 'not-possible', why: unknown};
	// The world sees nobody by such an address: whoever answers so could lock vks down by guessing that of its uplink.
	if (isPrivate(address)) return {...base, verdict: 'not-possible', why: `unknown: the answer was ${address}, which is nobody's on the internet`};
	return ours.includes(address) ? {...base, verdict: 'leaked', why: `The world sees ${address}, which is an address of a link outside the tunnel.`} : {...base, verdict: 'held', why: ''};
}

async function whoAsks(name: string, {addresses, resolvers}: IdentityInput['use'], {timeout, own}: {readonly timeout: number; readonly own: OwnWay | null}): Promise<IpAddress | null> {
	const [source, target] = [addresses.find(isIpv4), resolvers.find(isIpv4)];
	if (source === undefined || target === undefined) return null;
	if (own !== null) return (await lookUpMarked(own, name, {resolver: target, source, withinMs: timeout}))?.[0] ?? null;
	const resolver = new Resolver({timeout, tries: 1});
	resolver.setServers([target]);
	resolver.setLocalAddress(source);
	const [first] = await resolver.resolve4(name).catch(() => []);
	return first === undefined ? null : parseIp(first);
}

function within<T>(work: Promise<T>, ms: number): Promise<T | null> {
	return new Promise(resolve => {
		const timer = setTimeout(() => resolve(null), ms);
		void work.catch(() => null).then(value => {
			clearTimeout(timer);
			resolve(value);
		});
	});
}
