/** IP addresses in canonical text form (RFC 5952 for IPv6), so that equal addresses are equal strings. */
import ipaddr from 'ipaddr.js';
import type {Brand} from './brand.ts';

export type Ipv4 = Brand<string, 'Ipv4'>;
export type Ipv6 = Brand<string, 'Ipv6'>;
export type IpAddress = Ipv4 | Ipv6;
export type Family = 4 | 6;

/** Parses one address. A zone (`fe80::1%eth0`) and the short IPv4 forms (`10.1`) are refused: nft does not take them. */
export function parseIp(text: string): IpAddress | null {
	if (text.includes('%')) return null;
	if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text).toString() as Ipv4;
	if (text.includes(':') && ipaddr.IPv6.isValid(text)) return ipaddr.IPv6.parse(text).toRFC5952String() as Ipv6;
	return null;
}

export const isIpv4 = (address: IpAddress): address is Ipv4 => !address.includes(':');
export const isIpv6 = (address: IpAddress): address is Ipv6 => address.includes(':');
export const familyOf = (address: IpAddress): Family => (isIpv4(address) ? 4 : 6);

/** Orders addresses by family and then by value, the order in which nft lists a set. */
export function compareIp(a: IpAddress, b: IpAddress): number {
	const [left, right] = [ipaddr.parse(a).toByteArray(), ipaddr.parse(b).toByteArray()];
	if (left.length !== right.length) return left.length - right.length;
	const at = left.findIndex((byte, index) => byte !== right[index]);
	return at === -1 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}
