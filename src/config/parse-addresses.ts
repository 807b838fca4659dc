/** Ranges and resolvers, and which ranges are too much to open. */
import ipaddr from 'ipaddr.js';
import {parseIp, type IpAddress} from '../net/address.ts';
import {cidrContains, cidrFamily, mergeCidrs, parseCidr, splitCidr, type Cidr} from '../net/cidr.ts';
import {privateRanges} from '../net/private-ranges.ts';
import {fail, ok} from '../result.ts';
import {faulty, type Parsed} from './parse-text.ts';
import type {Fault} from './setting-problem.ts';

const loopbackSpace = ['127.0.0.0/8', '::1/128'] as Cidr[];
const widest = {4: 8, 6: 16} as const;

/** Host names resolve to whatever the resolver says, so they cannot be a policy. */
const nameLike = /^(?=.*[a-z])[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?$/i;

export function parseRange(text: string): Parsed<Cidr> {
	const cidr = parseCidr(text);
	if (cidr !== null) return ok(cidr);
	const [host = ''] = text.split('/');
	return faulty({value: text, ...(nameLike.test(host) ? isName : {wrong: 'is not an address range'})});
}

const isName = {wrong: 'is a name: vks opens addresses only', right: 'Write its address or range, such as 192.168.1.20 or 192.168.1.0/24.'};

export function parseResolver(text: string): Parsed<IpAddress> {
	const address = parseIp(text);
	if (address === null) return faulty({value: text, ...(nameLike.test(text) ? isName : {wrong: 'is not an address'})});
	switch (ipaddr.parse(address).range()) {
		case 'loopback':
			return faulty({value: text, wrong: 'is loopback, not behind the tunnel', right: "Write an address behind the tunnel; for Docker's resolver set VKS_DOCKER_DNS=yes."});
		case 'unspecified':
		case 'multicast':
		case 'broadcast':
		case 'linkLocal':
		case 'ipv4Mapped':
			return faulty({value: text, wrong: 'cannot be the address of a resolver'});
		default:
			return ok(address);
	}
}

/** Why a range is too much to open without the operator insisting; null when it is not. */
export function doubtAbout(cidr: Cidr): string | null {
	const {length} = splitCidr(cidr);
	if (length === 0) return 'is every address: nothing would be refused';
	if (length < widest[cidrFamily(cidr)]) return `is wider than /${widest[cidrFamily(cidr)]}`;
	return within(cidr, privateRanges) ? null : 'is not private address space';
}

const isLoopback = (cidr: Cidr): boolean => within(cidr, loopbackSpace);

/** What cannot be opened at all, with or without the override. */
export function parseOpenableRange(text: string): Parsed<Cidr> {
	const range = parseRange(text);
	if (!range.ok || !isLoopback(range.value)) return range;
	return faulty({value: text, wrong: 'is loopback, which is always open', right: "Remove it; for Docker's resolver set VKS_DOCKER_DNS=yes."});
}

export interface Networks {
	readonly network: readonly Cidr[];
	readonly unsafeNetwork: readonly Cidr[];
}

/** Judged before and after merging: two narrow neighbours can add up to one range that is too wide. */
export function judgeNetwork(ranges: readonly Cidr[], allowUnsafe: boolean): Parsed<Networks> {
	const network = mergeCidrs(ranges);
	const unsafeNetwork = network.filter(range => doubtAbout(range) !== null);
	if (allowUnsafe || unsafeNetwork.length === 0) return ok({network, unsafeNetwork});
	const asWritten = [...new Set(ranges)].filter(range => doubtAbout(range) !== null);
	const rest = unsafeNetwork.filter(range => !asWritten.some(written => within(written, [range])));
	return fail([...asWritten.map(refusal), ...rest.map(refusal)]);
}

const refusal = (range: Cidr): Fault => ({
	value: range,
	wrong: doubtAbout(range) ?? '',
	right: `Name the private ranges you use, at least /${widest[4]} (IPv4) or /${widest[6]} (IPv6) long; VKS_ALLOW_UNSAFE_NETWORK=yes-i-know opens it all the same.`,
	code: 'public-network',
});

function within(cidr: Cidr, spaces: readonly Cidr[]): boolean {
	const {base, length} = splitCidr(cidr);
	return spaces.some(space => length >= splitCidr(space).length && cidrContains(space, base));
}
