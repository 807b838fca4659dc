/** Addresses: what is taken, and that equal addresses are equal strings, spelled as the kernel's tools spell them. */
import {isIP, isIPv6, SocketAddress} from 'node:net';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {compareIp, familyOf, ipFromBytes, ipToBytes, isIpv4, isIpv6, isLoopback, parseIp} from '../../../src/net/address.ts';
import {ipv4, ipv6} from '../../helpers/arbitrary-net.ts';

const address = fc.oneof(ipv4, ipv6);

test.each([['127.0.0.1', true], ['127.255.255.255', true], ['::1', true], ['128.0.0.1', false], ['0.0.0.0', false], ['::', false], ['::ffff:127.0.0.1', false], ['2001:db8::1', false]] as const)('%s is loopback: %s', (text, expected) => {
	const parsed = parseIp(text);
	expect(parsed !== null && isLoopback(parsed)).toBe(expected);
});

describe('parseIp', () => {
	test.each([
		['192.168.1.1', '192.168.1.1'],
		['0.0.0.0', '0.0.0.0'],
		['FE80::0001', 'fe80::1'],
		['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
		['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
		['::', '::'],
		['::2', '::2'],
		// nft 1.0.6 lists these with a dotted tail, so anything else would look like drift.
		['::ffff:102:304', '::ffff:1.2.3.4'],
		['::1.2.3.4', '::1.2.3.4'],
		['::2:0', '::0.2.0.0'],
		['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
	])('%s is %s', (text, canonical) => {
		expect(parseIp(text)).toBe(canonical);
	});

	test.each(['', '10.1', '1.2.3', '1.2.3.256', '010.1.1.1', '0x7f.0.0.1', '1.2.3.4.', ' 1.2.3.4', '1.2.3.4/32', 'fe80::1%eth0', '1::2::3', ':1', '::00001', '::ffff:010.2.3.4', '::1.2.3', 'example.com', 'localhost'])(
		'"%s" is refused',
		text => {
			expect(parseIp(text)).toBeNull();
		},
	);

	test('takes what Node takes, and nothing else', () => {
		const nearlyAddress = fc.stringMatching(/^[0-9a-f:.]{1,20}$/);
		fc.assert(
			fc.property(fc.oneof(nearlyAddress, fc.ipV4(), fc.ipV6(), fc.ipV4Extended(), fc.string()), text => {
				expect(parseIp(text) !== null).toBe(isIP(text) !== 0 && !text.includes('%'));
			}),
			{numRuns: 2000},
		);
	});

	test('spells an address as inet_ntop does', () => {
		fc.assert(
			fc.property(fc.oneof(fc.ipV6(), ipv6), text => {
				const spelled = new SocketAddress({address: text, family: isIPv6(text) ? 'ipv6' : 'ipv4'}).address;
				// libuv also dots ::0.0.0.2, glibc and nft do not.
				fc.pre(!spelled.startsWith('::0.0.'));
				expect(parseIp(text)).toBe(spelled);
			}),
			{numRuns: 2000},
		);
	});

	test('is idempotent', () => {
		fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), text => {
			const once = parseIp(text);
			expect(once === null ? null : parseIp(once)).toBe(once);
		}));
	});
});

test('bytes and text are the same address', () => {
	fc.assert(fc.property(address, ip => {
		expect(ipFromBytes(ipToBytes(ip))).toBe(ip);
		expect(ipToBytes(ip)).toHaveLength(isIpv4(ip) ? 4 : 16);
	}));
});

test('every address has one family', () => {
	fc.assert(fc.property(address, ip => {
		expect(isIpv4(ip)).toBe(!isIpv6(ip));
		expect(familyOf(ip)).toBe(isIpv6(ip) ? 6 : 4);
	}));
});

test('the order is total and agrees with the bytes', () => {
	fc.assert(fc.property(address, address, (a, b) => {
		expect(Math.sign(compareIp(a, b))).toBe(-Math.sign(compareIp(b, a)) + 0);
		expect(compareIp(a, b) === 0).toBe(a === b);
		if (familyOf(a) === familyOf(b)) {
			expect(Math.sign(compareIp(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(ipToBytes(a)), Buffer.from(ipToBytes(b)))));
		} else {
			expect(compareIp(a, b) < 0).toBe(isIpv4(a));
		}
	}));
});
