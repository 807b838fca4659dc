/**
 * PURE: what a leak test sends. Every probe has a destination of its own from the documentation ranges (RFC 5737, RFC 3849),
 * where a real leak harms nobody, and a token, so that a frame on a link names the probe it comes from.
 */
import type {ProbePacket} from '../kernel/kernel.ts';
import {ipFromBytes, isIpv4, parseIp, type Family, type IpAddress} from '../net/address.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {Port} from '../net/port.ts';
import {arpProbe, discardPort, echoRequest, question, udpFrame} from './frames.ts';
import type {OutsideLink, Scene} from './scene.ts';

export type Probe =
	| {readonly kind: 'packet'; readonly id: string; readonly what: string; readonly token: Uint8Array; readonly packet: ProbePacket}
	| {readonly kind: 'frame'; readonly id: string; readonly what: string; readonly token: Uint8Array; readonly link: OutsideLink; readonly source: IpAddress; readonly destination: IpAddress; readonly frame: Uint8Array};

export interface Canary {
	readonly link: OutsideLink;
	readonly target: IpAddress;
	readonly token: Uint8Array;
	readonly frame: Uint8Array;
}

/** Gives the token of one probe; no two are the same. */
export type MakeToken = () => Uint8Array;

/** 192.0.2.128 and up, and in 2001:db8:7ab1::/48 what the token says: a frame may hold that address by our doing only. */
function destinationOf(family: Family, number: number, token: Uint8Array): IpAddress {
	return ipFromBytes(family === 4 ? [192, 0, 2, 128 + (number % 127)] : [0x20, 0x01, 0x0d, 0xb8, 0x7a, 0xb1, ...token.slice(-10)]);
}

const dockerResolver = parseIp('127.0.0.11');
const nothing: IpAddress = ipFromBytes([0, 0, 0, 0]);
/** What a frame says it comes from on a link without an address. */
const nowhere4: IpAddress = ipFromBytes([192, 0, 2, 254]);
const nowhere6: IpAddress = ipFromBytes([0x20, 0x01, 0x0d, 0xb8, 0x7a, 0xb1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f]);
const port = (value: number): Port => value as Port;

interface Draft extends Partial<Pick<ProbePacket, 'device' | 'source' | 'mark' | 'hops'>> {
	readonly id: string;
	readonly what: string;
	readonly socket: ProbePacket['socket'];
	readonly family?: Family;
	readonly port?: number;
	readonly asks?: true;
	readonly destination?: IpAddress;
}

export function plan(scene: Scene, makeToken: MakeToken): readonly Probe[] {
	const drafts = [...ordinary(), ...dns(), ...short(), ...(scene.uplink === null ? [] : aimed(scene, scene.uplink))];
	const packets = drafts.map((draft, index) => packetProbe(draft, index, makeToken()));
	const frames = scene.outside.filter(({up, hardware}) => up && hardware !== null).flatMap((link, index) => ([4, 6] as const).map(family => frameProbe(link, family, drafts.length + index * 2, makeToken())));
	return [...packets, ...frames];
}

const ordinary = (): readonly Draft[] => [
	{id: 'tcp', what: 'a new TCP connection', socket: 'tcp', port: 443},
	{id: 'udp', what: 'UDP', socket: 'udp', port: 443},
	{id: 'icmp', what: 'a ping', socket: 'icmp'},
	{id: 'tcp6', what: 'a new TCP connection over IPv6', socket: 'tcp', port: 443, family: 6},
	{id: 'udp6', what: 'UDP over IPv6', socket: 'udp', port: 443, family: 6},
	{id: 'icmp6', what: 'a ping over IPv6', socket: 'icmp', family: 6},
];

const dns = (): readonly Draft[] => [
	{id: 'dns-udp', what: 'a question to a foreign resolver', socket: 'udp', port: 53, asks: true},
	{id: 'dns-tcp', what: 'a question to a foreign resolver over TCP', socket: 'tcp', port: 53},
	{id: 'dot', what: 'DNS over TLS to a foreign resolver', socket: 'tcp', port: 853},
	{id: 'doq', what: 'DNS over QUIC to a foreign resolver', socket: 'udp', port: 853},
	{id: 'dns-udp6', what: 'a question to a foreign resolver over IPv6', socket: 'udp', port: 53, asks: true, family: 6},
	...(dockerResolver === null ? [] : [{id: 'docker-dns', what: 'a question to the container engine\'s resolver', socket: 'udp', port: 53, asks: true, destination: dockerResolver} as const]),
];

/** A leak of these dies on its way, where the provider of the uplink has seen it already. */
const short = (): readonly Draft[] => [1, 2, 3].map(hops => ({id: `ttl-${hops}`, what: `UDP that lives for ${hops} hop${hops === 1 ? '' : 's'}`, socket: 'udp', port: 443, hops}));

function aimed({outside, ruleset}: Scene, uplink: InterfaceName): readonly Draft[] {
	const {tunnelMark, replyMark} = ruleset.numbers;
	const own = (family: Family): IpAddress | undefined => outside.find(({name}) => name === uplink)?.addresses.find(address => isIpv4(address) === (family === 4));
	const [own4, own6] = [own(4), own(6)];
	return [
		{id: 'device-udp', what: `UDP bound to ${uplink}`, socket: 'udp', port: 443, device: uplink},
		{id: 'device-tcp', what: `a TCP connection bound to ${uplink}`, socket: 'tcp', port: 443, device: uplink},
		{id: 'device-icmp', what: `a ping bound to ${uplink}`, socket: 'icmp', device: uplink},
		{id: 'device-dns', what: `a question bound to ${uplink}`, socket: 'udp', port: 53, asks: true, device: uplink},
		{id: 'device-ttl', what: `UDP bound to ${uplink} that lives for one hop`, socket: 'udp', port: 443, device: uplink, hops: 1},
		{id: 'device-udp6', what: `UDP over IPv6 bound to ${uplink}`, socket: 'udp', port: 443, device: uplink, family: 6},
		{id: 'mark-tunnel', what: 'UDP with the tunnel\'s mark', socket: 'udp', port: 443, mark: tunnelMark},
		{id: 'mark-tunnel-ttl', what: 'UDP with the tunnel\'s mark that lives for two hops', socket: 'udp', port: 443, mark: tunnelMark, hops: 2},
		{id: 'mark-tunnel6', what: 'UDP over IPv6 with the tunnel\'s mark', socket: 'udp', port: 443, mark: tunnelMark, family: 6},
		{id: 'mark-reply', what: 'UDP with the reply mark', socket: 'udp', port: 443, mark: replyMark},
		...(own4 === undefined ? [] : [{id: 'address-udp', what: `UDP from ${own4}`, socket: 'udp', port: 443, source: own4} as const]),
		...(own6 === undefined ? [] : [{id: 'address-udp6', what: `UDP from ${own6}`, socket: 'udp', port: 443, source: own6, family: 6} as const]),
	];
}

function packetProbe({id, what, socket, family = 4, asks, destination, ...rest}: Draft, number: number, token: Uint8Array): Probe {
	const {device = null, source = null, mark = null, hops = null} = rest;
	const payload = socket === 'icmp' ? echoRequest(family, token) : asks === true ? question(token) : token;
	const to = destination ?? destinationOf(family, number, token);
	return {kind: 'packet', id, what, token, packet: {socket, destination: to, port: rest.port === undefined ? null : port(rest.port), payload, device, source, mark, hops}};
}

function frameProbe(link: OutsideLink, family: Family, number: number, token: Uint8Array): Probe {
	const source = link.addresses.find(address => isIpv4(address) === (family === 4)) ?? (family === 4 ? nowhere4 : nowhere6);
	const destination = destinationOf(family, number + (family === 4 ? 0 : 1), token);
	const hardware = link.hardware ?? new Uint8Array(6);
	return {
		kind: 'frame', id: `frame${family === 4 ? '' : '6'}-${link.name}`, what: `a raw IPv${family} frame out of ${link.name}`,
		token, link, source, destination, frame: udpFrame(hardware, source, destination, token),
	};
}

/** One on each link that could be looked at: where the policy permits no ARP, none may be sent, and the others speak for the tap. */
export function canaries(scene: Scene, makeToken: MakeToken): readonly Canary[] {
	return scene.outside.flatMap(link => {
		if (!link.up || link.hardware === null) return [];
		const target = (link.name === scene.uplink ? scene.gateway4 : null) ?? link.addresses.find(isIpv4) ?? nothing;
		const token = makeToken();
		return [{link, target, token, frame: arpProbe(link.hardware, target, token)}];
	});
}

export {discardPort};
