/** Address ranges in CIDR notation, canonical: host bits cleared, family-typed, mergeable. */
import {compareIp, familyOf, ipFromBytes, ipToBytes, isIpv4, parseIp, type Family, type IpAddress} from './address.ts';
import type {Brand} from './brand.ts';

export type Cidr = Brand<string, 'Cidr'>;

/** Parses `10.0.0.0/8`, `fd00::/8`, or a bare address (a host route). Host bits are cleared, as nft would do. */
export function parseCidr(text: string): Cidr | null {
	const [address = '', prefix, ...rest] = text.split('/');
	const ip = parseIp(address);
	if (ip === null || rest.length > 0) return null;
	const longest = isIpv4(ip) ? 32 : 128;
	if (prefix !== undefined && !/^\d{1,3}$/.test(prefix)) return null;
	const length = prefix === undefined ? longest : Number(prefix);
	return length > longest ? null : cidrOf(ip, length);
}

/** The range of `length` leading bits that holds `address`. */
export function cidrOf(address: IpAddress, length: number): Cidr {
	const bytes = ipToBytes(address).map((byte, index) => byte & maskByte(length, index));
	return `${ipFromBytes(bytes)}/${length}` as Cidr;
}

export const hostCidr = (address: IpAddress): Cidr => cidrOf(address, isIpv4(address) ? 32 : 128);

export function splitCidr(cidr: Cidr): {readonly base: IpAddress; readonly length: number} {
	const [base = '', length = ''] = cidr.split('/');
	return {base: base as IpAddress, length: Number(length)};
}

export const cidrFamily = (cidr: Cidr): Family => familyOf(splitCidr(cidr).base);

export function cidrContains(cidr: Cidr, address: IpAddress): boolean {
	const {base, length} = splitCidr(cidr);
	return familyOf(base) === familyOf(address) && cidrOf(address, length) === cidr;
}

/** Sorts, removes what another range covers, and joins neighbours, so that nft finds nothing left to rewrite. */
export function mergeCidrs(ranges: readonly Cidr[]): readonly Cidr[] {
	const sorted = [...new Set(ranges)].sort(compareCidr);
	const kept: Cidr[] = [];
	for (const range of sorted) {
		const previous = kept.at(-1);
		if (previous !== undefined && cidrContains(previous, splitCidr(range).base)) continue;
		kept.push(range);
		joinTail(kept);
	}
	return kept;
}

function compareCidr(a: Cidr, b: Cidr): number {
	const [left, right] = [splitCidr(a), splitCidr(b)];
	return compareIp(left.base, right.base) || left.length - right.length;
}

/** Joins the last two ranges while they are the two halves of a shorter prefix. */
function joinTail(kept: Cidr[]): void {
	for (;;) {
		const [low, high] = [kept.at(-2), kept.at(-1)];
		if (low === undefined || high === undefined) return;
		const [left, right] = [splitCidr(low), splitCidr(high)];
		if (left.length !== right.length || left.length === 0 || familyOf(left.base) !== familyOf(right.base)) return;
		const parent = cidrOf(left.base, left.length - 1);
		if (!cidrContains(parent, right.base)) return;
		kept.splice(-2, 2, parent);
	}
}

function maskByte(length: number, index: number): number {
	const bits = Math.min(8, Math.max(0, length - index * 8));
	return (0xff << (8 - bits)) & 0xff;
}
