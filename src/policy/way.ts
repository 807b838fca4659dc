/**
 * The whole way of a packet, in the kernel's order. Out: routing, `reroute` (and routing again when it changed the mark),
 * `output`, `postrouting` and on an outside interface `egress`. In: `early`, `prerouting`, then `input`, or `forward` and
 * what follows on the way out. Raw frames meet `egress` alone.
 */
import {isIpv4, isLoopback, type IpAddress} from '../net/address.ts';
import {loopback, type InterfaceName} from '../net/interface-name.ts';
import {evaluateChain, type Decision} from './evaluate.ts';
import {isForUs, isMulticast, isOwn, lookUp, type Flow, type RoutingFacts} from './lookup.ts';
import type {HeldSets} from './listing.ts';
import type {Packet} from './packet.ts';
import type {ChainName, Rule, Ruleset} from './policy.ts';

export interface World {
	readonly ruleset: Ruleset;
	readonly routing: RoutingFacts;
	/** What the sets hold; absent: nothing. */
	readonly held?: HeldSets;
}

export interface Way {
	readonly verdict: 'accept' | 'reject' | 'drop' | 'unreachable';
	/** Null where no rule decided: routing, or the kernel by itself. */
	readonly rule: Rule | null;
	/** Says who decided when no rule did. */
	readonly other: 'routing' | 'kernel' | 'no-backstop' | 'chain-default' | null;
	readonly reason: string | null;
	/** The interface it leaves or arrives by. */
	readonly via: InterfaceName | null;
	readonly path: readonly string[];
	/** The rules whose counters the packet moves. */
	readonly counted: readonly string[];
	/** As the last chain left it. */
	readonly packet: Packet;
}

interface Trail {
	readonly path: readonly string[];
	readonly counted: readonly string[];
}

const nothing: Trail = {path: [], counted: []};

export type Outgoing = Packet & {readonly destination: IpAddress; readonly bound: InterfaceName | null};

export function wayOut(world: World, packet: Outgoing): Way {
	const {bound: _bound, ...asked} = packet;
	const start: Packet = {...asked, heldIn: setsWith(world.held, packet)};
	const first = lookUp(world.routing, flowOf(packet, start));
	const routed: Trail = {path: [`routing: ${first.by}`], counted: []};
	if (first.device === null) return unreachable(start, first.by, routed);
	const sent: Packet = {...start, outInterface: first.device, source: start.source ?? sourceOn(world.routing, first.device, packet.destination)};
	const reroute = evaluateChain(world.ruleset, 'reroute', sent);
	const marked = follow(routed, reroute);
	const last = reroute.packet.mark === sent.mark ? first : lookUp(world.routing, {...flowOf(packet, reroute.packet), from: null});
	const again: Trail = last === first ? marked : {...marked, path: [...marked.path, `routing: ${last.by}`]};
	if (last.device === null) return unreachable(reroute.packet, last.by, again);
	const diverted = divert(world.ruleset, reroute.packet);
	// The rules see the interface of the first look-up, whatever the second one found (struct nf_hook_state).
	const output = evaluateChain(world.ruleset, 'output', diverted.packet);
	const way = decided(output, last.device, follow(follow(again, diverted), output));
	return way.verdict === 'accept' ? beyond(world, way, last.device) : way;
}

/** A frame of an AF_PACKET socket, which chooses its interface itself. */
export function wayOfFrame(world: World, packet: Packet, device: InterfaceName): Way {
	const frame: Packet = {...packet, outInterface: device};
	if (device === loopback && packet.family === 4 && [packet.source, packet.destination].some(address => address !== null && isLoopback(address))) {
		return {...accepted(frame, device), verdict: 'drop', other: 'kernel', reason: 'The kernel takes IPv4 loopback addresses from sockets only.'};
	}
	if (device === loopback) return beyond(world, accepted(frame, device), device);
	if (world.ruleset.backstop.includes(device)) return atChain(world.ruleset, 'egress', frame, device, nothing);
	return {...accepted(frame, device), other: 'no-backstop', reason: `No rule sees raw frames on ${device}: the backstop is for interfaces that lead outside.`};
}

export function wayIn({ruleset, routing}: World, packet: Packet & {readonly destination: IpAddress; readonly source: IpAddress; readonly inInterface: InterfaceName}): Way {
	const device = packet.inInterface;
	// Before connection tracking: a packet that ends here leaves no trace in it.
	const early = evaluateChain(ruleset, 'early', packet);
	if (early.verdict !== 'accept') return decided(early, device, follow(nothing, early));
	const prerouting = evaluateChain(ruleset, 'prerouting', packet);
	const marked = follow(follow(nothing, early), prerouting);
	const strange = martian(routing, packet);
	if (strange !== null) return {verdict: 'drop', rule: null, other: 'kernel', reason: strange, via: device, ...marked, packet: prerouting.packet};
	if (isForUs(routing.links, packet.destination)) return atChain(ruleset, 'input', prerouting.packet, device, marked);
	const {destination, source, mark} = {...prerouting.packet, destination: packet.destination};
	const look = lookUp(routing, {destination, source, mark, from: fromOf(packet), bound: null, forwarded: true});
	const routed: Trail = {...marked, path: [...marked.path, `routing: ${look.by}`]};
	if (look.device === null) return unreachable(prerouting.packet, look.by, routed);
	if (look.device !== device && isLinkLocal6(packet.source)) return {verdict: 'drop', rule: null, other: 'kernel', reason: 'The kernel does not carry link-local addresses to another link (RFC 4291, 2.5.6).', via: device, ...routed, packet: prerouting.packet};
	const way = atChain(ruleset, 'forward', {...prerouting.packet, outInterface: look.device}, look.device, routed);
	return way.verdict === 'accept' ? beyond({ruleset, routing}, way, look.device) : way;
}

/** What the kernel drops before it looks for a receiver (fib_validate_source, ip_route_input_slow, ip6_rcv_core). */
function martian({links}: RoutingFacts, {source, destination, inInterface}: Packet & {readonly source: IpAddress; readonly destination: IpAddress}): string | null {
	if (inInterface === loopback) return null;
	if (isLoopback(source) || isLoopback(destination)) return 'The kernel drops loopback addresses that come from a wire.';
	if (isMulticast(source)) return 'The kernel drops packets that come from a group of hosts.';
	return isIpv4(source) && isOwn(links, source) ? 'The kernel drops packets from outside that bear an address of its own.' : null;
}

function beyond({ruleset}: World, way: Way, device: InterfaceName): Way {
	if (device === loopback) {
		// Back in by the other end of the same interface.
		const arriving: Packet = {...way.packet, inInterface: loopback, outInterface: null, uid: null};
		const early = evaluateChain(ruleset, 'early', arriving);
		const prerouting = evaluateChain(ruleset, 'prerouting', arriving);
		return atChain(ruleset, 'input', prerouting.packet, device, follow(follow(way, early), prerouting), way);
	}
	const translated = translate(ruleset, way, device);
	if (!ruleset.backstop.includes(device)) return translated;
	return atChain(ruleset, 'egress', {...translated.packet, outInterface: device, inInterface: null}, device, translated, way);
}

const setsWith = (held: HeldSets = new Map(), {destination, destinationPort}: Packet): readonly string[] =>
	[...held].filter(([, elements]) => elements.has(`${destination ?? ''} . ${destinationPort ?? ''}`)).map(([name]) => name);

/** As `translate`, before the packet leaves. */
function divert(ruleset: Ruleset, packet: Packet): Trail & {readonly packet: Packet} {
	if (!ruleset.chains.some(({name}) => name === 'divert') || packet.connection !== 'new') return {...nothing, packet};
	return evaluateChain(ruleset, 'divert', packet);
}

/** A chain of type `nat` meets the first packet of a connection only, and is there where hosts are routed through the tunnel. */
function translate(ruleset: Ruleset, way: Way, device: InterfaceName): Way {
	if (!ruleset.chains.some(({name}) => name === 'postrouting') || way.packet.connection !== 'new') return way;
	const decision = evaluateChain(ruleset, 'postrouting', {...way.packet, outInterface: device});
	return {...way, packet: decision.packet, ...follow(way, decision)};
}

/** An acceptance later on says nothing new: the rule that let it out is the one to name. */
function atChain(ruleset: Ruleset, chain: ChainName, packet: Packet, via: InterfaceName, before: Trail, earlier: Way | null = null): Way {
	const decision = evaluateChain(ruleset, chain, packet);
	const way = decided(decision, via, follow(before, decision));
	return decision.verdict === 'accept' && earlier?.rule ? {...way, rule: earlier.rule} : way;
}

function decided({verdict, rule, packet}: Decision, via: InterfaceName, trail: Trail): Way {
	return {verdict, rule, other: rule === null ? 'chain-default' : null, reason: null, via, packet, ...trail};
}

const isLinkLocal6 = (address: IpAddress): boolean => !isIpv4(address) && /^fe[89ab]/.test(address);

const accepted = (packet: Packet, via: InterfaceName): Way => ({verdict: 'accept', rule: null, other: null, reason: null, via, packet, ...nothing});

function unreachable(packet: Packet, by: string, trail: Trail): Way {
	return {verdict: 'unreachable', rule: null, other: 'routing', reason: `No route leads there (${by}), and nothing leaves by the uplink on its own.`, via: null, packet, ...trail};
}

const follow = (before: Trail, {path, counted}: Trail): Trail => ({path: [...before.path, ...path], counted: [...before.counted, ...counted]});

const flowOf = ({bound, destination}: Outgoing, packet: Packet): Flow => ({destination, source: packet.source, mark: packet.mark, bound, from: fromOf(packet)});
const fromOf = ({protocol, sourcePort}: Packet): Flow['from'] => (protocol === 'tcp' || protocol === 'udp' ? {transport: protocol, port: sourcePort} : null);

/** Loopback talks to itself from the address it is asked at, as the kernel chooses. */
function sourceOn({links}: RoutingFacts, device: InterfaceName, destination: IpAddress): IpAddress | null {
	if (device === loopback && isOwn(links, destination)) return destination;
	const own = links.find(({name}) => name === device)?.addresses.filter(({address}) => isIpv4(address) === isIpv4(destination)) ?? [];
	const near = isLinkLocal6(destination) || (!isIpv4(destination) && isMulticast(destination));
	return (own.find(({scope}) => (scope === 'link') === near) ?? own[0])?.address ?? null;
}
