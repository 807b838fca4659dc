/** Small makers of rules, so that the chain files read as a list of decisions. */
import type {Family, IpAddress} from '../net/address.ts';
import {cidrFamily, hostCidr, mergeCidrs, type Cidr} from '../net/cidr.ts';
import type {Port} from '../net/port.ts';
import type {Match, Rule, RuleId} from './policy.ts';

export const port = (value: number): Port => value as Port;

function rule(id: string, kind: 'accept' | 'reject' | 'drop', match: Match, reason: string, setting = 'vks'): Rule {
	return {id: id as RuleId, verdict: {kind}, match, reason, setting};
}

export const accept = (id: string, match: Match, reason: string, setting?: string): Rule => rule(id, 'accept', match, reason, setting);
export const reject = (id: string, match: Match, reason: string, setting?: string): Rule => rule(id, 'reject', match, reason, setting);
export const drop = (id: string, match: Match, reason: string, setting?: string): Rule => rule(id, 'drop', match, reason, setting);

export function setMark(id: string, mark: number, match: Match, reason: string, setting = 'vks'): Rule {
	return {id: id as RuleId, verdict: {kind: 'set-mark', mark}, match, reason, setting};
}

export function setConnectionMark(id: string, mark: number, match: Match, reason: string, setting = 'vks'): Rule {
	return {id: id as RuleId, verdict: {kind: 'set-connection-mark', mark}, match, reason, setting};
}

export function clampMss(id: string, match: Match, reason: string, setting: string): Rule {
	return {id: id as RuleId, verdict: {kind: 'clamp-mss'}, match, reason, setting};
}

export function snat(id: string, address: IpAddress, match: Match, reason: string, setting: string): Rule {
	return {id: id as RuleId, verdict: {kind: 'snat', address}, match, reason, setting};
}

/** Where the kernel redirects to (nf_nat_redirect_ipv4, nf_nat_redirect_ipv6: for what is sent from here). */
export const loopbackOf = (family: Family): IpAddress => (family === 4 ? '127.0.0.1' : '::1') as IpAddress;

/** To a listener of ours, where a rule of the `divert` chain says so. */
export function redirect(id: string, to: Port, match: Match, reason: string, setting: string): Rule {
	return {id: id as RuleId, verdict: {kind: 'redirect', port: to}, match, reason, setting};
}

/** nft rules speak one address family; this calls `make` once per family that the ranges hold, with an id suffix. */
export function perFamily(ranges: readonly Cidr[], make: (ranges: readonly Cidr[], suffix: `v${Family}`) => Rule): readonly Rule[] {
	return ([4, 6] as const).flatMap(family => {
		const ofFamily = mergeCidrs(ranges.filter(range => cidrFamily(range) === family));
		return ofFamily.length === 0 ? [] : [make(ofFamily, `v${family}`)];
	});
}

/** As `perFamily`, where no range at all means any address: one rule without the address term. */
export function perFamilyOrAny(ranges: readonly Cidr[], make: (ranges: readonly Cidr[] | undefined, suffix: string) => Rule): readonly Rule[] {
	return ranges.length === 0 ? [make(undefined, 'any')] : perFamily(ranges, make);
}

export const hosts = (addresses: readonly IpAddress[]): readonly Cidr[] => addresses.map(address => hostCidr(address));
