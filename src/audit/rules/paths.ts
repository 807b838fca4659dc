/** The ways from outside to a container, and what the host's rules do with who takes one. Pure. */
import type {Place, Running} from '../engine/facts.ts';
import type {HostFacts} from '../host.ts';
import type {PublishedPort} from '../service.ts';
import {filterOf, hasEngineTable, isDockers, type HostRules, type RuleSet} from './facts.ts';
import type {NftBase} from './nft-chains.ts';
import {fateOf, type Fate, type Probe} from './walk.ts';

type Family = 4 | 6;

export interface Way {
	readonly family: Family;
	readonly uplink: string;
	/** `forwarded`: translated to the container. `to-proxy`: the engine's own process on the host takes it. */
	readonly kind: 'forwarded' | 'to-proxy';
	readonly fate: Fate;
	/** What the host's own rules for itself would have said. */
	readonly inputFate: Fate;
}

/** Somebody on the internet (RFC 5737, RFC 3849). */
const anybody = {4: '198.51.100.1', 6: '2001:db8::1'} as const;

export function waysTo({places}: Running, port: PublishedPort, {rules, uplinks, addresses}: HostFacts): readonly Way[] {
	const hostPort = Number(port.hostPort?.split('-')[0] ?? 0);
	return familiesOf(port).flatMap(family => uplinks[family].map((uplink): Way => {
		const place = places.find(each => addressOf(each, family) !== null && each.link !== null);
		const translated = place !== undefined && (hasEngineTable(rules, family) || setsOf(rules, family).some(isDockers));
		const toHost: Probe = {in: uplink, out: null, from: anybody[family], to: addresses[family][0] ?? '', protocol: port.transport, port: hostPort, original: null};
		const inputFate = inputOf(rules, family, toHost);
		if (rules.nft?.refused.some(each => each.link === uplink && each.transport === port.transport && each.port === hostPort) === true) return {family, uplink, kind: translated ? 'forwarded' : 'to-proxy', fate: 'refused', inputFate: 'refused'};
		if (!translated) return {family, uplink, kind: 'to-proxy', fate: inputFate, inputFate};
		// Without a port of the host the container's own address is the way: a network in routed mode.
		const forwarded: Probe = {...toHost, out: place.link, to: addressOf(place, family) ?? '', port: Number(port.port.split('-')[0]), original: port.hostPort === null ? null : {to: toHost.to, port: hostPort}};
		return {family, uplink, kind: 'forwarded', fate: forwardOf(rules, family, forwarded), inputFate};
	}));
}

/** Straight to a container's own address, as from a neighbour who routes through this host. */
export function directFate(place: Place, family: Family, port: number, {rules, uplinks}: HostFacts): Fate | null {
	const to = addressOf(place, family);
	if (to === null || place.link === null || uplinks[family].length === 0) return null;
	return worst(uplinks[family].map(uplink => forwardOf(rules, family, {in: uplink, out: place.link, from: anybody[family], to, protocol: 'tcp', port, original: null})));
}

/** Where only a port is known, and not what becomes of its packets: each uplink refuses it before they are translated. */
export const isRefused = (port: PublishedPort, {rules, uplinks}: HostFacts): boolean => {
	const links = familiesOf(port).flatMap(family => uplinks[family]);
	return links.length > 0 && links.every(link => rules.nft?.refused.some(each => each.link === link && each.transport === port.transport && each.port === Number(port.hostPort)) === true);
};

const familiesOf = ({hostAddress}: PublishedPort): readonly Family[] => (hostAddress.includes(':') ? [6] : [4]);
const addressOf = ({ipv4, ipv6}: Place, family: Family): string | null => (family === 4 ? ipv4 : ipv6);
const setsOf = ({sets}: HostRules, family: Family): readonly RuleSet[] => sets.filter(set => set.family === family);

/** All are asked; one that refuses is enough. */
function forwardOf({sets, nft}: HostRules, family: Family, probe: Probe): Fate {
	return together([
		...setsOf({sets, nft}, family).flatMap(set => [fateOf(set.tables.get('raw'), 'PREROUTING', before(probe)), fateOf(filterOf(set), 'FORWARD', probe)]),
		...basesOf(nft, family, 'prerouting').map(({chains, chain, isBefore}) => fateOf(chains, chain, isBefore ? before(probe) : {...probe, out: null})),
		...basesOf(nft, family, 'forward').map(({chains, chain}) => fateOf(chains, chain, probe)),
	]);
}

const basesOf = (nft: HostRules['nft'], family: Family, hook: NftBase['hook']): readonly NftBase[] => (nft?.bases ?? []).filter(base => base.hook === hook && base.families.includes(family));

/** Rules before the translation see what came. */
const before = (probe: Probe): Probe => (probe.original === null ? probe : {...probe, to: probe.original.to, port: probe.original.port, original: null, out: null});

function inputOf(rules: HostRules, family: Family, probe: Probe): Fate {
	return together([...setsOf(rules, family).map(set => fateOf(filterOf(set), 'INPUT', probe)), ...basesOf(rules.nft, family, 'input').map(({chains, chain}) => fateOf(chains, chain, probe))]);
}

const together = (fates: readonly Fate[]): Fate => (fates.includes('refused') ? 'refused' : fates.includes('unknown') ? 'unknown' : 'accepted');
const worst = (fates: readonly Fate[]): Fate => (fates.includes('accepted') ? 'accepted' : fates.includes('unknown') ? 'unknown' : 'refused');
