/** PURE: RTM_NEWLINK and RTM_NEWADDR bodies to values. */
import {familyOf} from '../../net/address.ts';
import type {LinkAddress} from '../kernel.ts';
import {attributeMap, readText, readU32} from '../netlink/attributes.ts';
import {addressOf, longestPrefix} from './address.ts';
import {IFA_ADDRESS, IFA_LOCAL, IFADDRMSG_BYTES, IFF_LOOPBACK, IFF_LOWER_UP, IFF_UP, IFINFOMSG_BYTES, IFLA_IFNAME, IFLA_INFO_KIND, IFLA_LINKINFO, IFLA_MTU, IFLA_XDP, IFLA_XDP_ATTACHED, RT_SCOPE_HOST, RT_SCOPE_LINK} from './protocol.ts';

export interface RawLink {
	readonly index: number;
	readonly name: string;
	readonly up: boolean;
	readonly loopback: boolean;
	readonly kind: string | null;
	readonly mtu: number;
	readonly xdp?: true;
}

export function parseLink(body: Buffer): RawLink | null {
	if (body.length < IFINFOMSG_BYTES) return null;
	const attributes = attributeMap(body.subarray(IFINFOMSG_BYTES));
	const name = readText(attributes.get(IFLA_IFNAME));
	if (name === null) return null;
	const flags = body.readUInt32LE(8);
	const info = attributes.get(IFLA_LINKINFO);
	return {
		index: body.readInt32LE(4),
		name,
		up: (flags & IFF_UP) !== 0 && (flags & IFF_LOWER_UP) !== 0,
		loopback: (flags & IFF_LOOPBACK) !== 0,
		kind: info === undefined ? null : readText(attributeMap(info).get(IFLA_INFO_KIND)),
		mtu: readU32(attributes.get(IFLA_MTU)) ?? 0,
		...(hasXdp(attributes.get(IFLA_XDP)) ? {xdp: true as const} : {}),
	};
}

/** XDP_ATTACHED_NONE is 0; driver, generic, offloaded and several at once are not (linux/if_link.h). */
const hasXdp = (xdp: Buffer | undefined): boolean => xdp !== undefined && (attributeMap(xdp).get(IFLA_XDP_ATTACHED)?.at(0) ?? 0) !== 0;

export interface RawAddress extends LinkAddress {
	readonly index: number;
}

export function parseLinkAddress(body: Buffer): RawAddress | null {
	if (body.length < IFADDRMSG_BYTES) return null;
	const attributes = attributeMap(body.subarray(IFADDRMSG_BYTES));
	// On a point-to-point link ADDRESS is the peer and LOCAL is ours; IPv6 sends ADDRESS alone (linux/if_addr.h).
	const address = addressOf(attributes.get(IFA_LOCAL) ?? attributes.get(IFA_ADDRESS));
	const prefixLength = body.readUInt8(1);
	if (address === null || prefixLength > longestPrefix(familyOf(address))) return null;
	return {index: body.readUInt32LE(4), address, prefixLength, scope: scopeOf(body.readUInt8(3))};
}

function scopeOf(scope: number): LinkAddress['scope'] {
	if (scope === RT_SCOPE_LINK) return 'link';
	return scope === RT_SCOPE_HOST ? 'host' : 'global';
}
