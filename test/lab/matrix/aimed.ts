/** Packets aimed at each rule of a ruleset: one that has all it asks for, and some that lack one thing. Pure. */
import {uplinks} from '../../../lab/plan.ts';
import {isIpv4} from '../../../src/net/address.ts';
import {cidrFamily, splitCidr, type Cidr} from '../../../src/net/cidr.ts';
import type {ChainName, Match, Rule, Ruleset} from '../../../src/policy/policy.ts';
import type {Cell} from './cell.ts';

const {addresses} = uplinks;

export function aimed({chains}: Ruleset): readonly [leaving: readonly Cell[], coming: readonly Cell[]] {
	const of = (names: readonly ChainName[], make: (rule: Rule, chain: ChainName) => readonly Cell[]): readonly Cell[] =>
		chains.filter(({name}) => names.includes(name)).flatMap(({name, rules}) => rules.filter(possible).flatMap(rule => make(rule, name)));
	return [of(['output', 'egress'], leavingBy), of(['prerouting', 'input'], comingBy)];
}

/** Answers have cells of their own, and a disguised frame is no packet that a rule reads. */
const possible = ({match: {connection, connectionDirection, disguised}}: Rule): boolean =>
	(connection === undefined || connection.includes('new')) && connectionDirection !== 'reply' && disguised === undefined;

function leavingBy({match}: Rule, chain: ChainName): readonly Cell[] {
	const destination = match.arpSource === undefined && match.etherType !== 'arp' ? hostOf(match.destination, match.family ?? familyFrom(match), addresses.internet) : addresses.peer.ipv4;
	const frame = chain === 'egress';
	const device = match.outInterface?.[0] ?? null;
	const arp = match.etherType === 'arp' || match.arpSource !== undefined;
	const cell: Cell = {
		...body(match, destination), ...(arp ? {protocol: 'arp', sourcePort: null, destinationPort: null} : {}),
		way: frame ? 'frame' : 'out', sender: match.uid === 0 || match.mark !== undefined ? 'root' : 'app', destination,
		source: match.source === undefined ? (frame ? (arp ? (match.arpSource === undefined ? addresses.client.ipv4 : hostOf(match.arpSource, 4, addresses.client)) : own(destination, device)) : null) : hostOf(match.source, isIpv4Text(destination) ? 4 : 6, addresses.client),
		mark: match.mark ?? 0, device: frame ? (device ?? 'eth0') : needsDevice(destination) ? device : null,
	};
	// An application without capabilities may ping, and no more.
	const raw = (one: Cell): Cell => (one.sender === 'app' && (frame || one.protocol === 'other' || ![null, 8, 128].includes(one.icmpType)) ? {...one, sender: 'net-raw'} : one);
	// The tunnel takes no Ethernet frames, and loopback has cells of its own.
	if (frame && (cell.device === 'lo' || cell.device?.startsWith('wg') === true)) return [];
	const variants: readonly Cell[] = [
		cell,
		{...cell, sender: cell.sender === 'root' ? 'net-raw' : 'root'},
		...(cell.mark === 0 ? [{...cell, sender: 'root', mark: 0xca6c} as const] : [{...cell, mark: 0}, {...cell, mark: cell.mark ^ 1}]),
		...(cell.destinationPort === null ? [] : [{...cell, destinationPort: cell.destinationPort + 1}]),
		...(cell.protocol === 'udp' ? [{...cell, protocol: 'tcp'} as const] : cell.protocol === 'tcp' ? [{...cell, protocol: 'udp'} as const] : []),
		...(frame ? [{...cell, device: cell.device === 'eth0' ? 'eth1' : 'eth0'}] : []),
	];
	return variants.map(raw).filter(one => one.protocol !== 'tcp' || !/^(ff|22|23|255)/.test(one.destination));
}

function comingBy({match}: Rule): readonly Cell[] {
	const device = match.inInterface?.[0] ?? 'eth0';
	if (device === 'lo') return [];
	const family = match.family ?? familyFrom(match);
	const source = hostOf(match.source, family, addresses.internet);
	const destination = match.destination === undefined ? own(source, device) : hostOf(match.destination, family, addresses.client);
	const cell: Cell = {...body(match, destination), way: 'in', sender: 'root', source, destination, mark: 0, device};
	return [
		cell,
		{...cell, source: family === 4 ? addresses.internet.ipv4 : addresses.internet.ipv6},
		...(cell.destinationPort === null ? [] : [{...cell, destinationPort: cell.destinationPort + 1}]),
		...(cell.icmpType === null ? [] : [{...cell, hopLimit: 64}]),
		{...cell, device: device === 'eth0' ? 'eth1' : 'eth0'},
	];
}

/** Ports and types as the rule wants them, or as good as any. */
function body(match: Match, destination: string): Pick<Cell, 'protocol' | 'sourcePort' | 'destinationPort' | 'icmpType' | 'hopLimit'> {
	const protocol = match.protocol?.[0] ?? (match.etherType === 'arp' ? 'arp' : 'udp');
	const ports = protocol === 'tcp' || protocol === 'udp';
	return {
		protocol,
		sourcePort: ports ? (match.sourcePorts?.[0] ?? match.sourceSpan?.first ?? 41_500) : null,
		destinationPort: ports ? (match.destinationPorts?.[0] ?? match.destinationSpan?.first ?? 41_600) : null,
		icmpType: protocol === 'icmp' || protocol === 'icmpv6' ? (match.icmpTypes?.[0] ?? (isIpv4Text(destination) ? 8 : 128)) : null,
		hopLimit: match.hopLimit ?? 64,
	};
}

function familyFrom({source, destination, protocol}: Match): 4 | 6 {
	const [range] = source ?? destination ?? [];
	return range === undefined ? (protocol?.includes('icmpv6') === true ? 6 : 4) : cidrFamily(range);
}

const isIpv4Text = (address: string): boolean => !address.includes(':');
const needsDevice = (address: string): boolean => /^(fe8|ff|255\.)/.test(address);

function own(other: string, device: string | null): string {
	const six = other.includes(':');
	if (device?.startsWith('wg') === true) return six ? 'fd64:1::2' : '10.64.1.2';
	const mine = device === 'eth1' ? addresses.secondClient : addresses.client;
	return six ? mine.ipv6 : mine.ipv4;
}

/** A host of the first range: its sixth address where it holds that many. */
function hostOf(ranges: readonly Cidr[] | undefined, family: 4 | 6, otherwise: {readonly ipv4: string; readonly ipv6: string}): string {
	const [first] = ranges ?? [];
	if (first === undefined) return family === 4 ? otherwise.ipv4 : otherwise.ipv6;
	const {base, length} = splitCidr(first);
	if (length >= (isIpv4(base) ? 29 : 125)) return base;
	return isIpv4(base) ? base.replace(/\d+$/, last => String(Number(last) + 5)) : base.replace(/::$/, '::5');
}
