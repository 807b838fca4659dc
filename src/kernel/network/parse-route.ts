/** PURE: routes and rtnetlink messages, both ways. */
import {cidrOf, splitCidr} from '../../net/cidr.ts';
import {familyOf, type IpAddress} from '../../net/address.ts';
import type {Route} from '../kernel.ts';
import {attribute, attributeMap, readAttributes, readU32, u32Attribute} from '../netlink/attributes.ts';
import {addressBytes, addressOf, familyNumber, familyOfNumber, longestPrefix} from './address.ts';
import {
	RT_SCOPE_LINK,
	RT_SCOPE_UNIVERSE,
	RTA_DST,
	RTA_GATEWAY,
	RTA_MULTIPATH,
	RTA_NH_ID,
	RTA_OIF,
	RTA_PRIORITY,
	RTA_SRC,
	RTA_TABLE,
	RTA_VIA,
	RTM_F_CLONED,
	RTMSG_BYTES,
	RTN_BLACKHOLE,
	RTN_LOCAL,
	RTN_THROW,
	RTN_UNICAST,
	RTN_UNREACHABLE,
	RTPROT_KERNEL,
	RTPROT_VKS,
} from './protocol.ts';

/** A route whose interface is still an index; 0 for none. */
export interface RawRoute extends Omit<Route, 'interface'> {
	readonly interfaceIndex: number;
}

/**
 * Null for what decides nothing about where a packet leaves: local entries, the kernel's own broadcast and multicast ones, and
 * cached clones. Somebody else's broadcast or multicast route to an ordinary address sends by its device (ip_mc_output).
 */
export function parseRoute(body: Buffer): RawRoute | null {
	if (body.length < RTMSG_BYTES) return null;
	const family = familyOfNumber(body.readUInt8(0));
	const [length, sourceLength, tos, type] = [body.readUInt8(1), body.readUInt8(2), body.readUInt8(3), body.readUInt8(7)];
	const cached = (body.readUInt32LE(8) & RTM_F_CLONED) !== 0;
	const protocol = body.readUInt8(5);
	const kernels = protocol === RTPROT_KERNEL && type > RTN_LOCAL && type < RTN_BLACKHOLE;
	if (family === null || cached || type < RTN_UNICAST || type === RTN_LOCAL || type > RTN_THROW || kernels) return null;
	const attributes = attributeMap(body.subarray(RTMSG_BYTES));
	const base = attributes.has(RTA_DST) ? addressOf(attributes.get(RTA_DST)) : anyAddress(family);
	// The kernel has no such route (fib_valid_key_len, net/ipv4/fib_frontend.c): the message is torn.
	if (base === null || familyOf(base) !== family || length > longestPrefix(family)) return null;
	// Several next hops, one that is named elsewhere, or a match on source or type of service: vks makes none of these.
	const special = attributes.has(RTA_MULTIPATH) || attributes.has(RTA_NH_ID) || sourceLength !== 0 || tos !== 0;
	const kind = special ? 'other' : type === RTN_UNICAST ? 'unicast' : type === RTN_UNREACHABLE ? 'unreachable' : 'other';
	return {
		family,
		table: readU32(attributes.get(RTA_TABLE)) ?? body.readUInt8(4),
		destination: length === 0 ? null : cidrOf(base, length),
		kind,
		gateway: addressOf(attributes.get(RTA_GATEWAY)) ?? addressOf(attributes.get(RTA_VIA)?.subarray(2)),
		// The kernel lists an unreachable IPv6 route as being on loopback.
		interfaceIndex: type === RTN_UNICAST ? (readU32(attributes.get(RTA_OIF)) ?? 0) : 0,
		metric: readU32(attributes.get(RTA_PRIORITY)) ?? 0,
		...(protocol === RTPROT_VKS && kind !== 'other' ? {ours: true} : {message: Uint8Array.from(nameOfRoute(body))}),
	};
}

/**
 * What fib_table_delete (net/ipv4/fib_trie.c) and ip6_route_del (net/ipv6/route.c) compare, and no more: a next hop by its
 * number must not be named by its gateway too, and dead next hops have flags that no request may bear.
 */
export function nameOfRoute(body: Buffer): Buffer {
	const attributes = readAttributes(body.subarray(RTMSG_BYTES));
	const hop = attributes.some(({type}) => type === RTA_NH_ID) ? [RTA_NH_ID] : [RTA_OIF, RTA_GATEWAY, RTA_VIA, RTA_MULTIPATH];
	const header = Buffer.from(body.subarray(0, RTMSG_BYTES));
	header.writeUInt32LE(0, 8);
	const named = [RTA_TABLE, RTA_DST, RTA_SRC, RTA_PRIORITY, ...hop];
	return Buffer.concat([header, ...attributes.filter(({type}) => named.includes(type)).map(({type, value}) => attribute(type, value))]);
}

const anyAddress = (family: Route['family']): IpAddress => (family === 4 ? '0.0.0.0' : '::') as IpAddress;

export interface RouteTarget {
	readonly interfaceIndex: number;
	readonly scope: number;
	readonly flags: number;
	/** Who made it. 0 when deleting: any other value would have to match (fib_table_delete, net/ipv4/fib_trie.c). */
	readonly protocol: number;
}

export function encodeRoute(route: Route, {interfaceIndex, scope, flags, protocol}: RouteTarget): Buffer {
	const {family, destination, gateway, kind, metric, table} = route;
	const range = destination === null ? null : splitCidr(destination);
	const header = Buffer.alloc(RTMSG_BYTES);
	header.writeUInt8(familyNumber(family), 0);
	header.writeUInt8(range?.length ?? 0, 1);
	header.writeUInt8(table < 256 ? table : 0, 4);
	header.writeUInt8(protocol, 5);
	header.writeUInt8(scope, 6);
	header.writeUInt8(kind === 'unreachable' ? RTN_UNREACHABLE : RTN_UNICAST, 7);
	header.writeUInt32LE(flags, 8);
	const attributes = [u32Attribute(RTA_TABLE, table), u32Attribute(RTA_PRIORITY, metric)];
	if (range !== null) attributes.push(attribute(RTA_DST, addressBytes(range.base)));
	if (gateway !== null) attributes.push(gatewayAttribute(family, gateway));
	if (interfaceIndex !== 0) attributes.push(u32Attribute(RTA_OIF, interfaceIndex));
	return Buffer.concat([header, ...attributes]);
}

/** An IPv4 route through an IPv6 gateway (RFC 5549) says so with RTA_VIA. */
function gatewayAttribute(family: Route['family'], gateway: IpAddress): Buffer {
	const viaFamily = gateway.includes(':') ? 6 : 4;
	if (viaFamily === family) return attribute(RTA_GATEWAY, addressBytes(gateway));
	return attribute(RTA_VIA, Buffer.concat([Buffer.from([familyNumber(viaFamily), 0]), addressBytes(gateway)]));
}

/** A gateway is reached through the wider network; without one the destination is on the link itself (ip-route(8)). */
export const scopeFor = ({gateway, kind, family}: Route): number =>
	family === 4 && gateway === null && kind === 'unicast' ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
