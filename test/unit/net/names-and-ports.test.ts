/** Interface names that can stand in nft text, and ports that exist. */
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {parseIp} from '../../../src/net/address.ts';
import {loopback, parseInterfaceName} from '../../../src/net/interface-name.ts';
import {formatEndpoint, parsePort} from '../../../src/net/port.ts';

test.each(['eth0', 'lo', 'wg-amsterdam', 'br.100', 'a', 'A_23456789-1234'])('"%s" can be an interface', name => {
	expect(parseInterfaceName(name)).toBe(name);
});

test.each(['', '.', '..', 'a b', 'a/b', 'a:b', 'a"b', 'eth0@if5', 'a{b', 'a;b', 'a\nb', 'eth0\n', 'eth*', 'éth0', 'a234567890123456'])('"%s" cannot be an interface', name => {
	expect(parseInterfaceName(name)).toBeNull();
});

test('a name that passes never needs quoting and fits the kernel', () => {
	fc.assert(fc.property(fc.string({unit: 'binary', maxLength: 20}), text => {
		const name = parseInterfaceName(text);
		if (name !== null) expect(Buffer.byteLength(name) < 16 && !/[\s"\\/:;{}#*]/.test(name)).toBe(true);
	}));
	expect(parseInterfaceName('lo')).toBe(loopback);
});

test.each([1, 53, 65_535])('port %d exists', port => {
	expect(parsePort(port)).toBe(port);
	expect(parsePort(String(port))).toBe(port);
});

test.each([0, -1, 65_536, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '', '0', '65536', '-1', '1.5', '0x10', '1e3', ' 80', '80\n', '100000', 'http'])('port %j does not', port => {
	expect(parsePort(port)).toBeNull();
});

test('an IPv6 endpoint is bracketed', () => {
	const port = parsePort(51_820);
	const at = (text: string) => ({address: parseIp(text), port});
	const shown = [at('10.0.0.1'), at('fd00::1')].map(({address, port: number}) => (address === null || number === null ? '' : formatEndpoint({address, port: number})));
	expect(shown).toEqual(['10.0.0.1:51820', '[fd00::1]:51820']);
});
