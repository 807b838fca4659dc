/** IP addresses in canonical text form, the one nft prints, so that equal addresses are equal strings. */
import ipaddr from 'ipaddr.js';
import type {Brand} from './brand.ts';

export type Ipv4 = Brand<string, 'Ipv4'>;
export type Ipv6 = Brand<string, 'Ipv6'>;
export type IpAddress = Ipv4 | Ipv6;
export type Family = 4 | 6;

/** Parses one address. A zone (`fe80::1%eth0`) and the short IPv4 forms (`10.1`) are refused: nft does not take them. */
export function parseIp(text: string): IpAddress | null {
	if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text).toString() as Ipv4;
	const groups = text.includes(':') && !text.includes('%') ? withoutDottedTail(text) : null;
	return groups !== null && ipaddr.IPv6.isValid(groups) ? formatIpv6(ipaddr.IPv6.parse(groups)) : null;
}

/** The address of 4 or 16 bytes in network order. */
export function ipFromBytes(bytes: ArrayLike<number>): IpAddress {
	const address = ipaddr.fromByteArray(Array.from(bytes));
	return address instanceof ipaddr.IPv6 ? formatIpv6(address) : (address.toString() as Ipv4);
}

export function ipToBytes(address: IpAddress): readonly number[] {
	return ipaddr.parse(isIpv6(address) ? (withoutDottedTail(address) ?? address) : address).toByteArray();
}

/** `::1.2.3.4` as `::102:304`. Done here because ipaddr.js reads it as `::ffff:1.2.3.4`, and takes octal in the tail. */
function withoutDottedTail(text: string): string | null {
	if (!text.includes('.')) return text;
	const start = text.lastIndexOf(':') + 1;
	const tail = text.slice(start);
	if (!ipaddr.IPv4.isValidFourPartDecimal(tail)) return null;
	const [a = 0, b = 0, c = 0, d = 0] = ipaddr.IPv4.parse(tail).octets;
	return `${text.slice(0, start)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

/** As glibc's inet_ntop, and so nft, prints it: RFC 5952 with a dotted tail on mapped and IPv4-compatible addresses. */
function formatIpv6(address: ipaddr.IPv6): Ipv6 {
	const [g0, g1, g2, g3, g4, g5 = 0, g6 = 0, g7 = 0] = address.parts;
	const zeros = [g0, g1, g2, g3, g4].every(group => group === 0);
	const prefix = !zeros ? null : g5 === 0xffff ? '::ffff:' : g5 === 0 && g6 !== 0 ? '::' : null;
	return (prefix === null ? address.toRFC5952String() : `${prefix}${[g6 >> 8, g6 & 0xff, g7 >> 8, g7 & 0xff].join('.')}`) as Ipv6;
}

export const isIpv4 = (address: IpAddress): address is Ipv4 => !address.includes(':');
export const isIpv6 = (address: IpAddress): address is Ipv6 => address.includes(':');
/** 127.0.0.0/8 (RFC 1122) and ::1 (RFC 4291). */
export const isLoopback = (address: IpAddress): boolean => (isIpv4(address) ? address.startsWith('127.') : address === '::1');
export const familyOf = (address: IpAddress): Family => (isIpv4(address) ? 4 : 6);

/** Orders addresses by family and then by value, the order in which nft lists a set. */
export function compareIp(a: IpAddress, b: IpAddress): number {
	const [left, right] = [ipToBytes(a), ipToBytes(b)];
	if (left.length !== right.length) return left.length - right.length;
	const at = left.findIndex((byte, index) => byte !== right[index]);
	return at === -1 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}
