/** Takes one rule away and looks for a packet that fares differently: whether it passes, with which mark, and from which address. */
import {evaluateChain} from '../../src/policy/evaluate.ts';
import type {Packet} from '../../src/policy/packet.ts';
import type {Chain, Rule, Ruleset} from '../../src/policy/policy.ts';
import {splitCidr} from '../../src/net/cidr.ts';
import type {Compile} from './policy-behaviour.ts';
import {combinations, ip, nic, portOf} from './situations.ts';

const packetsForRule = 400;

export function withoutRule(ruleset: Ruleset, id: string): Ruleset {
	return {...ruleset, chains: ruleset.chains.map(chain => ({...chain, rules: chain.rules.filter(rule => rule.id !== id)}))};
}

/** Ids of rules that no packet misses, in any ruleset of the corpus. */
export function idleRules(compile: Compile): ReadonlySet<string> {
	const idle = new Set<string>();
	const needed = new Set<string>();
	for (const {config, situation} of combinations) {
		const ruleset = compile(config, situation);
		for (const chain of ruleset.chains) for (const rule of chain.rules) (needed.has(rule.id) || isMissed(ruleset, chain, rule) ? needed : idle).add(rule.id);
	}
	return new Set([...idle].filter(id => !needed.has(id)));
}

function isMissed(ruleset: Ruleset, {name}: Chain, rule: Rule): boolean {
	const without = withoutRule(ruleset, rule.id);
	const random = generator(rule.id.length * 7919 + name.length);
	const pools = poolsOf(ruleset);
	for (let count = 0; count < packetsForRule; count++) {
		const packet = packetFor(rule, pools, random);
		if (fate(ruleset, name, packet) !== fate(without, name, packet)) return true;
	}
	return false;
}

function fate(ruleset: Ruleset, name: Chain['name'], start: Packet): string {
	const {verdict, packet} = evaluateChain(ruleset, name, start);
	return `${verdict === 'accept'} ${packet.mark} ${packet.connectionMark} ${packet.source ?? ''}`;
}

interface Pools {
	readonly interfaces: readonly string[];
	readonly addresses: readonly string[];
	readonly ports: readonly number[];
	readonly marks: readonly number[];
}

/** What the rules of a ruleset ask for, and something that none asks for. */
function poolsOf({chains, numbers}: Ruleset): Pools {
	const matches = chains.flatMap(({rules}) => rules.map(({match}) => match));
	return {
		interfaces: [...new Set(matches.flatMap(({inInterface = [], outInterface = []}) => [...inInterface, ...outInterface])), 'eth9'],
		addresses: [...new Set(matches.flatMap(({source = [], destination = [], arpSource = []}) => [...source, ...destination, ...arpSource].map(range => splitCidr(range).base))), '203.0.113.1', '2001:db8:77::1'],
		ports: [...new Set(matches.flatMap(({sourcePorts = [], destinationPorts = [], sourceSpan, destinationSpan}) => [...sourcePorts, ...destinationPorts, ...(sourceSpan ? [sourceSpan.first] : []), ...(destinationSpan ? [destinationSpan.last] : [])])), 40_000],
		marks: [0, numbers.tunnelMark, numbers.replyMark, numbers.probeMark, numbers.probeMark + 1],
	};
}

type Random = <T>(values: readonly T[]) => T;

/** Meets every term of the rule; the rest is anything. */
function packetFor({match}: Rule, pools: Pools, pick: Random): Packet {
	const addresses = [...(match.source ?? match.arpSource ?? []), ...(match.destination ?? [])];
	const six = addresses[0] === undefined ? match.protocol?.includes('icmpv6') === true || (match.protocol?.includes('icmp') !== true && match.family !== 4 && pick([true, false])) : addresses[0].includes(':');
	const protocol = pick(match.protocol ?? (['tcp', 'udp', six ? 'icmpv6' : 'icmp'] as const));
	const etherType = match.etherType ?? (match.arpSource === undefined ? (six ? 'ip6' : 'ip') : 'arp');
	const ofFamily = pools.addresses.filter(address => address.includes(':') === six);
	const address = (ranges: readonly string[] | undefined) => ip(ranges === undefined ? pick(ofFamily) : (pick(ranges).split('/')[0] ?? ''));
	const isIcmp = protocol === 'icmp' || protocol === 'icmpv6';
	const port = (ports: readonly number[] | undefined, span: {readonly first: number} | undefined) => (isIcmp ? null : portOf(pick(ports ?? (span ? [span.first] : pools.ports))));
	return {
		inInterface: nic(pick(match.inInterface ?? pools.interfaces)),
		outInterface: nic(pick(match.outInterface ?? pools.interfaces)),
		etherType,
		family: etherType === 'arp' ? null : six ? 6 : 4,
		source: address(match.source ?? match.arpSource),
		destination: address(match.destination),
		protocol,
		sourcePort: port(match.sourcePorts, match.sourceSpan),
		destinationPort: port(match.destinationPorts, match.destinationSpan),
		icmpType: isIcmp ? pick(match.icmpTypes ?? [0, 8, 128, 129]) : null,
		hopLimit: match.hopLimit ?? pick([64, 255]),
		mark: match.mark ?? pick(pools.marks),
		uid: match.uid ?? pick([0, 1000]),
		connection: pick(match.connection ?? (['new', 'established', 'related'] as const)),
		connectionDirection: match.connectionDirection ?? pick(['original', 'reply'] as const),
		connectionMark: match.connectionMark ?? pick([0, ...pools.marks]),
	};
}

/** The same packets each time (mulberry32): a test that fails now and then would say nothing. */
function generator(seed: number): Random {
	let state = seed;
	const next = (): number => {
		state = (state + 0x6d2b79f5) | 0;
		const once = Math.imul(state ^ (state >>> 15), 1 | state);
		const twice = (once + Math.imul(once ^ (once >>> 7), 61 | once)) ^ once;
		return ((twice ^ (twice >>> 14)) >>> 0) / 2 ** 32;
	};
	return values => {
		const value = values[Math.floor(next() * values.length)];
		if (value === undefined) throw new Error('nothing to pick from');
		return value;
	};
}
