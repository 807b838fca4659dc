/** What the operator's settings open on the uplink itself: LAN ranges, peers, published ports, the management path. */
import type {ManagementPath} from '../config/config.ts';
import {cidrFamily} from '../net/cidr.ts';
import type {Port, Transport} from '../net/port.ts';
import {accept, perFamily, perFamilyOrAny, setConnectionMark, setMark} from './build.ts';
import type {Context} from './context.ts';
import {entranceRules} from './inbound-rules.ts';
import type {Match, Rule} from './policy.ts';

/** A port on the uplink that others may connect to. */
interface Door {
	readonly name: string;
	readonly port: Port;
	readonly transport: Transport;
	readonly from: Context['config']['network'];
	readonly reason: string;
	readonly setting: string;
}

export function lanOut(context: Context, id: string): readonly Rule[] {
	const {uplink, exceptionsOpen, config} = context;
	if (uplink === null || !exceptionsOpen) return [];
	return perFamily(config.network, (destination, family) => accept(`${id}-${family}`, {outInterface: [uplink], destination}, 'Ranges the operator opened outside the tunnel.', 'NETWORK'));
}

export function lanIn({uplink, exceptionsOpen, config}: Context): readonly Rule[] {
	if (uplink === null || !exceptionsOpen) return [];
	return perFamily(config.network, (source, family) => accept(`lan-in-${family}`, {inInterface: [uplink], source}, 'Ranges the operator opened outside the tunnel.', 'NETWORK'));
}

export function peersOut({config, exceptionsOpen}: Context, id: string): readonly Rule[] {
	if (!exceptionsOpen) return [];
	return config.peers.map((peer, index) => accept(
		`${id}-${index + 1}`,
		{outInterface: [peer.interface], destination: [peer.destination], protocol: [peer.transport], destinationPorts: [peer.port]},
		'A service on another network of this container.',
		'VKS_PEERS',
	));
}

export function peersIn({config, exceptionsOpen}: Context): readonly Rule[] {
	if (!exceptionsOpen) return [];
	return config.peers.map((peer, index) => accept(
		`peer-in-${index + 1}`,
		{inInterface: [peer.interface], source: [peer.destination], protocol: [peer.transport], sourcePorts: [peer.port], connection: ['established']},
		'Answers of a service on another network of this container.',
		'VKS_PEERS',
	));
}

/**
 * The engine's DNAT keeps the client's address, so without help the answer would leave through the tunnel. The packet mark
 * makes reverse-path filtering accept the request; the connection mark brings the answer back the way the request came.
 */
export function doorMarks(context: Context): readonly Rule[] {
	const {replyMark} = context.config.numbers;
	return doors(context).flatMap(door => eachRequest(context, door).flatMap(({suffix, match}) => [
		setConnectionMark(`${door.name}-connection-${suffix}`, replyMark, {...match, connection: ['new']}, 'Remembers that the connection came in by the uplink.', door.setting),
		// Beside somebody else's tunnel the routing is theirs, and no packet's way is changed.
		...(context.attached === null ? [setMark(`${door.name}-mark-${suffix}`, replyMark, match, 'Lets reverse-path filtering find the way the request came.', door.setting)] : []),
	]));
}

/** In a `type route` chain: a packet whose mark changes here is routed again. */
export function replyMarks(context: Context): readonly Rule[] {
	if (doors(context).length === 0 || context.attached !== null) return [];
	const {replyMark} = context.config.numbers;
	return [setMark('reply-mark', replyMark, {connectionDirection: 'reply', connectionMark: replyMark}, 'Sends answers of published ports back by the uplink.', 'VKS_INBOUND_PORTS')];
}

export function doorsIn(context: Context): readonly Rule[] {
	const {inboundRates} = context.config;
	return doors(context).flatMap(door => eachRequest(context, door).flatMap(({suffix, match}) => entranceRules({
		...door, suffix, match, carries: true,
		// All together could be kept out of the management path by a few of the hosts that may use it.
		rates: door.name === 'management' ? {...inboundRates, perPort: null} : inboundRates,
	})));
}

export function doorsOut(context: Context): readonly Rule[] {
	const {replyMark} = context.config.numbers;
	return replies(context, door => `${door.name}-out`, {connectionDirection: 'reply', ...(context.attached === null ? {mark: replyMark} : {connectionMark: replyMark})});
}

/** `ct` is not available at the netdev egress hook (the kernel answers EPROTO): the mark that only `reply-mark` sets stands for it. */
export function doorsEgress(context: Context): readonly Rule[] {
	return replies(context, door => `egress-${door.name}`, context.attached === null ? {mark: context.config.numbers.replyMark} : {});
}

export function forwardedPortsIn({config, tunnels}: Context): readonly Rule[] {
	const open = tunnels.filter(({pass}) => pass === 'traffic').map(tunnel => tunnel.interface);
	if (open.length === 0) return [];
	return config.inboundPorts.filter(({on}) => on === 'tunnel').flatMap(({port, transport, from}) => sources(from).flatMap(({suffix, source}) => entranceRules({
		name: `forwarded-${port}-${transport}`,
		suffix,
		match: {inInterface: open, ...(source && {source}), protocol: [transport], destinationPorts: [port]},
		reason: 'A port the provider forwards to us through the tunnel.',
		setting: 'VKS_INBOUND_PORTS',
		rates: config.inboundRates,
		// `tunnel-in` lets pass what was opened.
		carries: false,
	})));
}

function doors({config, exceptionsOpen, uplink}: Context): readonly Door[] {
	if (uplink === null) return [];
	const published = exceptionsOpen ? config.inboundPorts.filter(({on}) => on === 'uplink') : [];
	return [
		...published.map(({port, transport, from}) => ({
			name: `published-${port}-${transport}`, port, transport, from, reason: 'A published port.', setting: 'VKS_INBOUND_PORTS',
		})),
		...(config.management ? [managementDoor(config.management)] : []),
	];
}

const managementDoor = ({port, from}: ManagementPath): Door => ({
	name: 'management', port, transport: 'tcp', from, reason: 'The operator\'s way in, open in lockdown too.', setting: 'VKS_MANAGEMENT',
});

function eachRequest({uplink}: Context, {from, transport, port}: Door): readonly {readonly suffix: string; readonly match: Match}[] {
	if (uplink === null) return [];
	const base: Match = {inInterface: [uplink], protocol: [transport], destinationPorts: [port]};
	return sources(from).map(({suffix, source}) => ({suffix, match: {...base, ...(source && {source})}}));
}

/** By family, because a rule speaks one; no range at all is anybody. */
function sources(from: Door['from']): readonly {readonly suffix: string; readonly source?: Door['from']}[] {
	if (from.length === 0) return [{suffix: 'any'}];
	return ([4, 6] as const).flatMap(family => {
		const source = from.filter(range => cidrFamily(range) === family);
		return source.length === 0 ? [] : [{suffix: `v${family}`, source}];
	});
}

function replies(context: Context, id: (door: Door) => string, extra: Match): readonly Rule[] {
	const {uplink} = context;
	if (uplink === null) return [];
	return doors(context).flatMap(door => perFamilyOrAny(door.from, (destination, suffix) => accept(
		`${id(door)}-${suffix}`,
		{outInterface: [uplink], ...(destination && {destination}), protocol: [door.transport], sourcePorts: [door.port], ...extra},
		'Answers of a published port, by the way the request came.',
		door.setting,
	)));
}
