/** PURE: what the policy and the routing say becomes of a probe, on the way that `explain` follows too. */
import {familyOf, ipFromBytes, isIpv4, type IpAddress} from '../net/address.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {Port} from '../net/port.ts';
import type {Packet} from '../policy/packet.ts';
import {wayOfFrame, wayOut, type Outgoing, type Way, type World} from '../policy/way.ts';
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
	return probe.kind === 'frame'
		? ofWay(scene, wayOfFrame(covered(scene), framePacket(probe), probe.link.name))
		: ofWay(scene, wayOut(covered(scene), packetOf(probe.packet)));
}

/** Whether the policy lets the canary out. */
export function permitsCanary(scene: Scene, {link, target}: Canary): boolean {
	const asked: Packet = {...blank, etherType: 'arp', family: null, source: ipFromBytes([0, 0, 0, 0]), destination: target, hopLimit: null};
	return wayOfFrame(covered(scene), asked, link.name).verdict === 'accept';
}

/** A connection through the tunnel whose packets suddenly leave by the uplink. */
export function expectationOfMovedFlow(scene: Scene, uplink: InterfaceName, source: IpAddress, destination: IpAddress, port: Port): Expectation {
	return ofWay(scene, wayOut(covered(scene), {...blank, ...familyAt(destination), source, destination, protocol: 'tcp', destinationPort: port, connection: 'established', bound: uplink}));
}

function ofWay({outside}: Scene, {verdict, rule, other, via}: Way): Expectation {
	if (verdict === 'unreachable') return {kind: 'no-route'};
	const name = rule?.id ?? other ?? 'chain-default';
	if (verdict !== 'accept') return {kind: 'refused', rule: name};
	return {kind: outside.some(link => link.name === via) ? 'open' : 'inside', rule: name};
}

/** Every link outside is meant to have the backstop: where it is not there yet, a frame that leaves is a leak and not open. */
const covered = ({ruleset, routing, outside}: Scene): World => ({ruleset: {...ruleset, backstop: outside.map(({name}) => name)}, routing});

const blank: Packet = {
	inInterface: null, outInterface: null, etherType: 'ip', family: 4, source: null, destination: null, protocol: null, sourcePort: null, destinationPort: null,
	icmpType: null, hopLimit: 64, mark: 0, uid: 0, connection: 'new', connectionDirection: 'original', connectionMark: 0,
};

const familyAt = (destination: IpAddress): Pick<Packet, 'etherType' | 'family'> => ({etherType: isIpv4(destination) ? 'ip' : 'ip6', family: familyOf(destination)});

function packetOf({socket, destination, port, source, mark, hops, device}: Extract<Probe, {kind: 'packet'}>['packet']): Outgoing {
	const four = isIpv4(destination);
	return {
		...blank,
		...familyAt(destination),
		source,
		destination,
		protocol: socket === 'icmp' ? (four ? 'icmp' : 'icmpv6') : socket,
		destinationPort: port,
		icmpType: socket === 'icmp' ? (four ? 8 : 128) : null,
		hopLimit: hops ?? 64,
		mark: mark ?? 0,
		bound: device,
	};
}

function framePacket({source, destination}: Extract<Probe, {kind: 'frame'}>): Packet {
	return {...blank, ...familyAt(destination), source, destination, protocol: 'udp', sourcePort: 40_000 as Port, destinationPort: discardPort as Port, uid: null};
}
