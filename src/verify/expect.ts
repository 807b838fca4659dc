/** PURE: what the policy says becomes of a probe, evaluated rule by rule as the kernel would. */
import {familyOf, ipFromBytes, isIpv4, type IpAddress} from '../net/address.ts';
import {cidrContains} from '../net/cidr.ts';
import {loopback, type InterfaceName} from '../net/interface-name.ts';
import type {Port} from '../net/port.ts';
import {evaluateChain} from '../policy/evaluate.ts';
import type {Packet} from '../policy/packet.ts';
import {mainTable} from '../policy/uplink.ts';
import {discardPort, type Canary, type Probe} from './plan.ts';
import type {Scene} from './scene.ts';

export type Expectation =
	| {readonly kind: 'refused'; readonly rule: string}
	| {readonly kind: 'no-route'}
	/** Through the tunnel, or to the namespace itself. */
	| {readonly kind: 'inside'; readonly rule: string}
	/** The policy opens it: nothing is to be learned from sending it. */
	| {readonly kind: 'open'; readonly rule: string};

export function expectationOf(scene: Scene, probe: Probe): Expectation {
	if (probe.kind === 'frame') return atEgress(scene, framePacket(probe));
	const via = wayOf(scene, probe.packet);
	return via === null ? {kind: 'no-route'} : fromOutput(scene, packetOf(scene, probe.packet, via), via);
}

/** Whether the policy lets the canary out. */
export function permitsCanary(scene: Scene, {link, target}: Canary): boolean {
	const asked: Packet = {...blank, outInterface: link.name, etherType: 'arp', family: null, source: ipFromBytes([0, 0, 0, 0]), destination: target, hopLimit: null};
	return atEgress(scene, asked).kind === 'open';
}

/** A connection through the tunnel whose packets suddenly leave by the uplink. */
export function expectationOfMovedFlow(scene: Scene, uplink: InterfaceName, source: IpAddress, destination: IpAddress, port: Port): Expectation {
	return fromOutput(scene, {...blank, outInterface: uplink, etherType: isIpv4(destination) ? 'ip' : 'ip6', family: familyOf(destination), source, destination, protocol: 'tcp', destinationPort: port, connection: 'established'}, uplink);
}

function fromOutput(scene: Scene, packet: Packet, via: InterfaceName): Expectation {
	const rerouted = evaluateChain(scene.ruleset, 'reroute', packet).packet;
	const output = evaluateChain(scene.ruleset, 'output', rerouted);
	const rule = output.rule?.id ?? 'output';
	if (output.verdict !== 'accept') return {kind: 'refused', rule};
	return scene.outside.some(({name}) => name === via) ? atEgress(scene, output.packet, rule) : {kind: 'inside', rule};
}

function atEgress({ruleset}: Scene, packet: Packet, opener?: string): Expectation {
	const {verdict, rule} = evaluateChain(ruleset, 'egress', packet);
	return verdict === 'accept' ? {kind: 'open', rule: opener ?? rule?.id ?? 'egress'} : {kind: 'refused', rule: rule?.id ?? 'egress'};
}

/**
 * Our routing rules in their order. A socket bound to a device leaves by it even where no route leads there: the kernel then
 * takes the destination to be on the link (ip_route_output_key_hash_rcu, net/ipv4/route.c); for IPv6 it does not.
 */
function wayOf({ruleset, uplink, gateway4, gateway6, mainRoutes, tunnel}: Scene, {destination, device, mark}: Extract<Probe, {kind: 'packet'}>['packet']): InterfaceName | null {
	if (destination.startsWith('127.') || destination === '::1') return loopback;
	if (mark === ruleset.numbers.tunnelMark || mark === ruleset.numbers.replyMark) return (isIpv4(destination) ? gateway4 : gateway6) === null ? null : uplink;
	if (device !== null) return isIpv4(destination) ? device : null;
	const main = mainRoutes.find(route => route.table === mainTable && route.kind === 'unicast' && route.destination !== null && cidrContains(route.destination, destination));
	if (main?.interface) return main.interface;
	return tunnel?.addresses.some(address => familyOf(address) === familyOf(destination)) ? tunnel.interface : null;
}

const blank: Packet = {
	inInterface: null, outInterface: null, etherType: 'ip', family: 4, source: null, destination: null, protocol: null, sourcePort: null, destinationPort: null,
	icmpType: null, hopLimit: 64, mark: 0, uid: 0, connection: 'new', connectionDirection: 'original', connectionMark: 0,
};

function packetOf({outside, tunnel}: Scene, {socket, destination, port, source, mark, hops}: Extract<Probe, {kind: 'packet'}>['packet'], via: InterfaceName): Packet {
	const four = isIpv4(destination);
	const own = (via === tunnel?.interface ? tunnel.addresses : outside.find(({name}) => name === via)?.addresses ?? []).find(address => isIpv4(address) === four);
	return {
		...blank,
		outInterface: via,
		etherType: four ? 'ip' : 'ip6',
		family: four ? 4 : 6,
		source: source ?? own ?? null,
		destination,
		protocol: socket === 'icmp' ? (four ? 'icmp' : 'icmpv6') : socket,
		destinationPort: port,
		icmpType: socket === 'icmp' ? (four ? 8 : 128) : null,
		hopLimit: hops ?? 64,
		mark: mark ?? 0,
	};
}

function framePacket({link, source, destination}: Extract<Probe, {kind: 'frame'}>): Packet {
	const four = isIpv4(destination);
	return {...blank, outInterface: link.name, etherType: four ? 'ip' : 'ip6', family: four ? 4 : 6, source, destination, protocol: 'udp', sourcePort: 40_000 as Port, destinationPort: discardPort as Port, uid: null};
}
