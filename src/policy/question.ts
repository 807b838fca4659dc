/** The packet somebody asks about, completed to one the rules can be asked. */
import {familyOf, type IpAddress} from '../net/address.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {Port} from '../net/port.ts';
import type {Packet} from './packet.ts';
import type {Protocol} from './policy.ts';
import {wayIn, wayOfFrame, wayOut, type Way, type World} from './way.ts';

export interface Question {
	/** `in` is through us too, when the destination is somebody else. */
	readonly direction: 'out' | 'in';
	/** `other` is what no rule names (ESP, SCTP). */
	readonly protocol: Protocol | 'other';
	readonly destination: IpAddress;
	readonly port: Port | null;
	/** Null is the kernel's choice on the way out; on the way in there must be one. */
	readonly source: IpAddress | null;
	readonly sourcePort: Port | null;
	readonly uid: number | null;
	readonly mark: number;
	/** The interface a socket is bound to, a frame is put on, or a packet arrives at. */
	readonly via: InterfaceName | null;
	/** A frame of a packet socket, which only the egress hook sees. */
	readonly raw: boolean;
	/** Of a connection that was let begin, by whichever side may. */
	readonly established: boolean;
	/** Null: an echo request. */
	readonly icmpType: number | null;
}

export function wayOf(world: World, question: Question): Way {
	return question.established ? established(world, question) : walk(world, question, opening);
}

type Tracking = Pick<Packet, 'connection' | 'connectionDirection' | 'connectionMark'>;
const opening: Tracking = {connection: 'new', connectionDirection: 'original', connectionMark: 0};

/** An answer when the other side was let begin, and a later packet of what we began otherwise. */
function established(world: World, question: Question): Way {
	const asked = mirrored(world, question).map(other => walk(world, other, opening)).find(({verdict}) => verdict === 'accept');
	const tracking: Tracking = {connection: 'established', connectionDirection: asked === undefined ? 'original' : 'reply', connectionMark: asked?.packet.connectionMark ?? 0};
	return walk(world, question, tracking);
}

function mirrored({routing}: World, {source, sourcePort, destination, port, direction, via, ...rest}: Question): readonly Question[] {
	if (direction === 'in') return source === null ? [] : [{...rest, icmpType: null, direction: 'out', source: null, sourcePort: port, destination: source, port: sourcePort, via: null}];
	const devices = via === null ? routing.links.filter(link => !link.loopback).map(({name}) => name) : [via];
	return devices.flatMap(device => {
		const mine = source ?? routing.links.find(({name}) => name === device)?.addresses.find(({address}) => familyOf(address) === familyOf(destination))?.address;
		// The mark of an answer is the kernel's own; whoever asked bore none.
		return mine === undefined ? [] : [{...rest, icmpType: null, mark: 0, direction: 'in' as const, source: destination, sourcePort: port, destination: mine, port: sourcePort, via: device}];
	});
}

function walk(world: World, question: Question, tracking: Tracking): Way {
	const packet = {...packetOf(question), ...tracking};
	const {destination, source, via} = question;
	if (question.raw && via !== null) return wayOfFrame(world, packet, via);
	if (question.direction === 'in' && source !== null && via !== null) return wayIn(world, {...packet, destination, source, inInterface: via, uid: null});
	return wayOut(world, {...packet, destination, bound: via});
}

function packetOf({protocol, destination, port, source, sourcePort, uid, mark, icmpType}: Question): Packet {
	const family = familyOf(destination);
	return {
		inInterface: null,
		outInterface: null,
		etherType: family === 4 ? 'ip' : 'ip6',
		family,
		source,
		destination,
		protocol: protocol === 'other' ? null : protocol,
		sourcePort,
		destinationPort: port,
		icmpType: protocol === 'icmp' ? (icmpType ?? 8) : protocol === 'icmpv6' ? (icmpType ?? 128) : null,
		hopLimit: 64,
		mark,
		uid,
		...opening,
	};
}
