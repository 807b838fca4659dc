/** Ranges: canonical, and merging changes how they are written but never what they hold. */
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {ipToBytes, type IpAddress} from '../../../src/net/address.ts';
import {cidrContains, cidrFamily, cidrOf, hostCidr, mergeCidrs, parseCidr, splitCidr, type Cidr} from '../../../src/net/cidr.ts';
import {cidr, crowdedCidr, ipNear, ipv4, ipv6} from '../../helpers/arbitrary-net.ts';

const ranges = (...texts: readonly string[]) => texts.map(text => parseCidr(text)).filter(range => range !== null);

describe('parseCidr', () => {
	test.each([
		['192.168.1.77/24', '192.168.1.0/24'],
		['10.0.0.1', '10.0.0.1/32'],
		['1.2.3.4/0', '0.0.0.0/0'],
		['::/0', '::/0'],
		['fd00:0::1/64', 'fd00::/64'],
		['fd00::1', 'fd00::1/128'],
		['10.0.0.0/08', '10.0.0.0/8'],
		['::ffff:10.9.9.9/104', '::ffff:10.0.0.0/104'],
	])('%s is %s', (text, canonical) => {
		expect(parseCidr(text)).toBe(canonical);
	});

	test.each(['', '/8', '10.0.0.0/', '10.0.0.0/33', '::/129', '10.0.0.0/8/8', '10.0.0.0/-1', '10.0.0.0/+8', '10.0.0.0/ 8', '10.0.0.0/255.0.0.0', '10/8', 'example.com/24'])(
		'"%s" is refused',
		text => {
			expect(parseCidr(text)).toBeNull();
		},
	);

	test('is idempotent', () => {
		fc.assert(fc.property(cidr, range => {
			expect(parseCidr(range)).toBe(range);
		}));
	});
});

describe('cidrContains', () => {
	test('agrees with comparing the leading bits', () => {
		fc.assert(fc.property(crowdedCidr, ipNear, (range, ip) => {
			const {base, length} = splitCidr(range);
			const [a, b] = [bits(base), bits(ip)];
			expect(cidrContains(range, ip)).toBe(a.length === b.length && a.slice(0, length) === b.slice(0, length));
		}), {numRuns: 1000});
	});

	test('a range holds the address it was made of', () => {
		fc.assert(fc.property(fc.oneof(ipv4, ipv6), fc.nat(32), (ip, length) => {
			expect(cidrContains(cidrOf(ip, length), ip)).toBe(true);
			expect(splitCidr(hostCidr(ip)).base).toBe(ip);
		}));
	});
});

describe('mergeCidrs', () => {
	test.each([
		[['10.0.0.0/25', '10.0.0.128/25'], ['10.0.0.0/24']],
		[['10.0.0.128/25', '10.0.1.0/25'], ['10.0.0.128/25', '10.0.1.0/25']],
		[['10.0.0.0/8', '10.1.0.0/16', '10.0.0.0/8'], ['10.0.0.0/8']],
		[['10.0.0.0/26', '10.0.0.64/26', '10.0.0.128/25'], ['10.0.0.0/24']],
		[['fd00::/64', '192.168.0.0/24'], ['192.168.0.0/24', 'fd00::/64']],
		[['0.0.0.0/1', '128.0.0.0/1'], ['0.0.0.0/0']],
		[['0.0.0.0/0', '::/0'], ['0.0.0.0/0', '::/0']],
		[['255.255.255.255', '::'], ['255.255.255.255/32', '::/128']],
	])('%j becomes %j', (from, to) => {
		expect(mergeCidrs(ranges(...from))).toEqual(to);
	});

	test('holds exactly the same addresses', () => {
		fc.assert(fc.property(fc.array(crowdedCidr), ipNear, (list, ip) => {
			const holds = (all: readonly Cidr[]) => all.some(range => cidrContains(range, ip));
			expect(holds(mergeCidrs(list))).toBe(holds(list));
		}), {numRuns: 2000});
	});

	test('is idempotent and blind to order and repetition', () => {
		fc.assert(fc.property(fc.array(crowdedCidr).chain(list => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, {minLength: list.length}))), ([list, shuffled]) => {
			const merged = mergeCidrs(list);
			expect(mergeCidrs(merged)).toEqual(merged);
			expect(mergeCidrs([...shuffled, ...list])).toEqual(merged);
		}));
	});

	test('leaves no two ranges that overlap or make one', () => {
		fc.assert(fc.property(fc.array(crowdedCidr), list => {
			const merged = mergeCidrs(list);
			for (const a of merged) {
				for (const b of merged.filter(other => other !== a)) {
					expect(cidrContains(a, splitCidr(b).base)).toBe(false);
					const {base, length} = splitCidr(a);
					const halves = length > 0 && length === splitCidr(b).length && cidrFamily(a) === cidrFamily(b);
					expect(halves && cidrOf(base, length - 1) === cidrOf(splitCidr(b).base, length - 1)).toBe(false);
				}
			}
		}));
	});
});

function bits(ip: IpAddress): string {
	return ipToBytes(ip).map(byte => byte.toString(2).padStart(8, '0')).join('');
}
