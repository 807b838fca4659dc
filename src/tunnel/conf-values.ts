/** The values of a WireGuard file. The error of each reader says what would be right, and never repeats what was there. */
import ipaddr from 'ipaddr.js';
import {ipToBytes, isIpv4, isLoopback, parseIp, type Family, type IpAddress} from '../net/address.ts';
import {mergeCidrs, parseCidr, type Cidr} from '../net/cidr.ts';
import {parsePort, type Port} from '../net/port.ts';
import {fail, ok, type Result} from '../result.ts';
import type {LinkAddress} from '../kernel/kernel.ts';

export type Read<T> = (value: string) => Result<T, string>;

export interface EndpointText {
	readonly host: string;
	readonly port: Port;
}

/** Base64 of 32 bytes, canonical: wg(8) refuses any other spelling. All zeros means "no key" to the kernel. */
export const readKey: Read<string> = value => {
	const bytes = Buffer.from(value, 'base64');
	if (bytes.length !== 32 || bytes.toString('base64') !== value) return fail('44 characters of base64 that end in "=", as `wg genkey` prints them');
	return bytes.every(byte => byte === 0) ? fail('a key that is not all zeros') : ok(value);
};

const addressForm = 'an address with its prefix length, such as 10.2.0.2/32 or fd00::2/128';

export const readAddresses: Read<readonly LinkAddress[]> = value => eachOf(value, readAddress, addressForm);

function readAddress(text: string): LinkAddress | null {
	const [host = '', length] = text.split('/');
	const address = parseIp(host);
	if (address === null || parseCidr(text) === null) return null;
	if (!isHost(address) || isLoopback(address)) return null;
	const longest = isIpv4(address) ? 32 : 128;
	return {address, prefixLength: length === undefined ? longest : Number(length), scope: rangeOf(address) === 'linkLocal' ? 'link' : 'global'};
}

const rangeOf = (address: IpAddress): string => ipaddr.fromByteArray([...ipToBytes(address)]).range();

/** An address that one host may have. IPv4-mapped IPv6 never stands in a packet (RFC 4291, 2.5.5.2). */
const isHost = (address: IpAddress): boolean => !['unspecified', 'multicast', 'broadcast', 'ipv4Mapped'].includes(rangeOf(address));

export const readRanges: Read<readonly Cidr[]> = value => eachOf(value, parseCidr, 'ranges such as 0.0.0.0/0, ::/0');

/** The families of which the ranges hold all. Two halves (0.0.0.0/1, 128.0.0.0/1) are a default route too: merged, they are one. */
export function routedByDefault(ranges: readonly Cidr[]): readonly Family[] {
	const merged = mergeCidrs(ranges);
	return ([4, 6] as const).filter(family => merged.includes((family === 4 ? '0.0.0.0/0' : '::/0') as Cidr));
}

export interface DnsNames {
	readonly resolvers: readonly IpAddress[];
	readonly searchDomains: number;
	/** Loopback, multicast and the like: no resolver behind a tunnel. */
	readonly unreachable: number;
}

export const readDns: Read<DnsNames> = value => {
	const words = splitList(value);
	const addresses = words.flatMap(word => parseIp(word) ?? []);
	if (words.length === 0 || words.some(word => parseIp(word) === null && !isHostName(word))) return fail('resolver addresses, such as 10.64.0.1');
	const resolvers = addresses.filter(address => isHost(address) && !isLoopback(address));
	return ok({resolvers, searchDomains: words.length - addresses.length, unreachable: addresses.length - resolvers.length});
};

/** `host:port` or `[IPv6]:port`. A literal comes out in canonical form, a name as it was written. */
export const readEndpoint: Read<EndpointText> = value => {
	const parts = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d+)$/.exec(value);
	const port = parsePort(parts?.[3] ?? '');
	const host = parts?.[1] === undefined ? readPlainHost(parts?.[2] ?? '') : readBracketed(parts[1]);
	const near = nearHost(parts?.[1] ?? parts?.[2] ?? '');
	if (near !== null) return fail(near);
	if (port === null || host === null) return fail('host:port, such as 198.51.100.7:51820, vpn.example.net:51820 or [2001:db8::7]:51820');
	return ok({host, port});
};

/** What to write instead of an address that no server has, however well it is written; null for any other. */
export function nearHost(host: string): string | null {
	const address = parseIp(host.split('%')[0] ?? '');
	const range = address === null ? '' : rangeOf(address);
	if (range === 'linkLocal' || (address !== null && host.includes('%'))) return 'an address without an interface: a link-local one leads to a neighbour, not to a server';
	return null;
}

function readBracketed(host: string): string | null {
	const address = parseIp(host);
	return address !== null && !isIpv4(address) && isHost(address) ? address : null;
}

/** An address that one host may have, in canonical form, or a name as it was written. */
export function readPlainHost(host: string): string | null {
	const address = parseIp(host);
	if (address !== null) return isHost(address) ? address : null;
	return isHostName(host) ? host : null;
}

/** RFC 1123, with the underscore that people use. A last label of digits is a mistyped address, not a name. */
export function isHostName(text: string): boolean {
	const labels = text.replace(/\.$/, '').split('.');
	return text.length <= 253 && labels.every(label => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label)) && !/^\d+$/.test(labels.at(-1) ?? '');
}

/** Something here that hides the tunnel's packets in others; whether those get out is for the settings to say. */
export const isLoopbackHost = (host: string): boolean => {
	const address = parseIp(host);
	return address !== null && isLoopback(address);
};

export const readNumber =
	(least: number, most: number): Read<number> =>
	value =>
		/^\d{1,5}$/.test(value) && Number(value) >= least && Number(value) <= most ? ok(Number(value)) : fail(`a number from ${least} to ${most}`);

/** Seconds, or null when off: wg(8) takes `off` and 0 for the same thing. */
export const readKeepalive: Read<number | null> = value => {
	if (value.toLowerCase() === 'off') return ok(null);
	const seconds = readNumber(0, 65_535)(value);
	return seconds.ok ? ok(seconds.value === 0 ? null : seconds.value) : fail('seconds from 1 to 65535, or off');
};

const splitList = (value: string): readonly string[] => value.split(',').map(word => word.trim()).filter(word => word !== '');

function eachOf<T>(value: string, read: (word: string) => T | null, form: string): Result<readonly T[], string> {
	const found = splitList(value).map(read);
	const good = found.filter(item => item !== null);
	return good.length === found.length && good.length > 0 ? ok(good) : fail(form);
}
