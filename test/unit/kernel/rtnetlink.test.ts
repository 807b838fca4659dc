import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {Route, RoutingRule} from '../../../src/kernel/kernel.ts';
import {parseLink, parseLinkAddress} from '../../../src/kernel/network/parse-links.ts';
import {encodeRoute, parseRoute} from '../../../src/kernel/network/parse-route.ts';
import {encodeRule, parseRule} from '../../../src/kernel/network/parse-rule.ts';
import {attribute} from '../../../src/kernel/netlink/attributes.ts';
import {networkChange} from '../../../src/kernel/watch/network-change.ts';
import {parseIp, type IpAddress} from '../../../src/net/address.ts';
import {parseCidr} from '../../../src/net/cidr.ts';
import {parseInterfaceName} from '../../../src/net/interface-name.ts';
import type {Port} from '../../../src/net/port.ts';

const port = (number: number): Port => number as Port;

/** Dumps recorded on Linux 6.18: lo, and eth0 (10.0.0.2/24, fd00::2/64) on a veth pair, with routes and rules of every kind. */
const recorded = Object.entries(JSON.parse(readFileSync(new URL('../../fixtures/kernel/rtnetlink-6.18.json', import.meta.url), 'utf8')) as Record<string, string>);
const bodies = (kind: string) => recorded.filter(([name]) => name.startsWith(kind)).map(([, hex]) => Buffer.from(hex, 'hex'));

test('links', () => {
	expect(bodies('links').map(body => parseLink(body))).toEqual([
		{index: 1, name: 'lo', up: true, loopback: true, kind: null, mtu: 65_536},
		{index: 2, name: 'p0', up: true, loopback: false, kind: 'veth', mtu: 1500},
		{index: 3, name: 'eth0', up: true, loopback: false, kind: 'veth', mtu: 1500},
	]);
});

test('addresses, with their scope', () => {
	const addresses = bodies('addresses').map(body => parseLinkAddress(body));
	expect(addresses).toContainEqual({index: 1, address: '127.0.0.1', prefixLength: 8, scope: 'host'});
	expect(addresses).toContainEqual({index: 3, address: '10.0.0.2', prefixLength: 24, scope: 'global'});
	expect(addresses).toContainEqual({index: 3, address: 'fd00::2', prefixLength: 64, scope: 'global'});
	expect(addresses.filter(address => address?.scope === 'link')).toHaveLength(2);
});

test('routes: no local, broadcast or multicast entry; several next hops are "other"', () => {
	const routes = bodies('routes').map(body => parseRoute(body)).filter(route => route !== null);
	const base = {gateway: null, interfaceIndex: 0, metric: 0, message: expect.any(Uint8Array) as unknown};
	expect(routes).toContainEqual({...base, family: 4, table: 254, destination: null, kind: 'unicast', gateway: '10.0.0.1', interfaceIndex: 3});
	expect(routes).toContainEqual({...base, family: 4, table: 51_820, destination: null, kind: 'unreachable', metric: 4_000_000});
	expect(routes).toContainEqual({...base, family: 4, table: 254, destination: '10.9.0.0/16', kind: 'other'});
	expect(routes).toContainEqual({...base, family: 6, table: 254, destination: null, kind: 'unicast', gateway: 'fd00::1', interfaceIndex: 3, metric: 1024});
	expect(routes.some(({table}) => table === 255)).toBe(false);
});

test('rules: what vks never writes is marked special', () => {
	const rules = bodies('rules').map(body => parseRule(body));
	const base = {mark: null, outInterface: null, suppressPrefixLength: null};
	expect(rules).toContainEqual({...base, family: 4, priority: 100, mark: 0xca6c, table: 51_821});
	expect(rules).toContainEqual({...base, family: 6, priority: 200, table: 254, suppressPrefixLength: 0});
	expect(rules).toContainEqual(expect.objectContaining({...base, family: 4, priority: 90, mark: 4, outInterface: 'eth0', table: 7, special: true}));
	expect(rules).toContainEqual({...base, family: 4, priority: 32_766, table: 254});
});

test('rules: a port without its protocol, or several ports, are nothing vks writes', () => {
	const header = Buffer.from([2, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
	const [udp, one, many, mask] = [attribute(22, Buffer.from([17])), attribute(23, Buffer.from([80, 0, 80, 0])), attribute(23, Buffer.from([80, 0, 90, 0])), attribute(28, Buffer.from([0xff, 0xff]))];
	expect(parseRule(Buffer.concat([header, udp, one, mask]))).toMatchObject({from: {transport: 'udp', port: 80}});
	for (const attributes of [[udp], [one], [udp, many], [udp, one, attribute(28, Buffer.from([0xf0, 0xff]))]]) {
		expect(parseRule(Buffer.concat([header, ...attributes]))).toMatchObject({special: true});
	}
});

describe('what is written is read back', () => {
	test.each<[string, Route]>([
		['default through a gateway', {family: 4, table: 51_821, destination: null, kind: 'unicast', gateway: parseIp('10.0.0.1'), interface: null, metric: 10}],
		['IPv4 through an IPv6 gateway', {family: 4, table: 100, destination: parseCidr('10.0.0.0/8'), kind: 'unicast', gateway: parseIp('fe80::1'), interface: null, metric: 0}],
		['unreachable IPv6 range', {family: 6, table: 51_820, destination: parseCidr('2001:db8::/32'), kind: 'unreachable', gateway: null, interface: null, metric: 4_000_000}],
	])('%s', (_, route) => {
		const {interface: _name, ...rest} = route;
		const readBack = (protocol: number) => parseRoute(encodeRoute(route, {interfaceIndex: 0, scope: 0, flags: 0, protocol}));
		expect(readBack(0x56)).toEqual({...rest, interfaceIndex: 0, ours: true});
		expect(readBack(4)).toEqual({...rest, interfaceIndex: 0, message: expect.any(Uint8Array) as unknown});
	});

	test.each<RoutingRule>([
		{family: 4, priority: 100, mark: 0xca6c, outInterface: null, table: 51_821, suppressPrefixLength: null},
		{family: 6, priority: 200, mark: null, outInterface: null, table: 254, suppressPrefixLength: 0},
		{family: 4, priority: 300, mark: 0, outInterface: parseInterfaceName('wg1'), table: 51_823, suppressPrefixLength: null},
		{family: 4, priority: 150, mark: null, outInterface: null, table: 51_820, suppressPrefixLength: null, to: parseIp('10.64.0.1') as IpAddress},
		{family: 6, priority: 150, mark: null, outInterface: null, table: 51_820, suppressPrefixLength: null, to: parseIp('fd64::1') as IpAddress},
		{family: 4, priority: 102, mark: null, outInterface: null, table: 51_821, suppressPrefixLength: null, from: {transport: 'udp', port: port(8080)}},
		{family: 4, priority: 102, mark: null, outInterface: null, table: 51_821, suppressPrefixLength: null, from: {transport: 'udp', port: port(8080)}, local: true},
	])('rule $priority', rule => {
		expect(parseRule(encodeRule(rule))).toEqual(rule);
	});
});

test('a rule to a range is nothing vks writes', () => {
	const header = Buffer.from([2, 24, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
	expect(parseRule(Buffer.concat([header, attribute(1, Buffer.from([10, 64, 0, 0]))]))).toMatchObject({special: true});
	expect(parseRule(header)).toMatchObject({special: true});
});

test('arbitrary bytes never throw', () => {
	fc.assert(
		fc.property(fc.uint8Array({maxLength: 200}), array => {
			const body = Buffer.from(array);
			parseLink(body);
			parseLinkAddress(body);
			parseRoute(body);
			parseRule(body);
		}),
	);
});

test('only news of links, addresses, routes and rules counts', () => {
	expect([16, 17, 20, 24, 33, 28, 3].map(networkChange)).toEqual(['link', 'link', 'address', 'route', 'rule', null, null]);
});

test('an IPv4-compatible IPv6 range is sent to the kernel as itself, not as a mapped one', () => {
	const route: Route = {family: 6, table: 254, destination: parseCidr('::0.1.0.0/112'), kind: 'unicast', gateway: parseIp('::1.2.3.4'), interface: null, metric: 0};
	expect(parseRoute(encodeRoute(route, {interfaceIndex: 0, scope: 0, flags: 0, protocol: 4}))).toMatchObject({destination: '::0.1.0.0/112', gateway: '::1.2.3.4'});
});

test('a prefix longer than its address, or an address of the other family, is a torn message', () => {
	const header = (family: number, length: number) => Buffer.from([family, length, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0]);
	const [four, six] = [attribute(1, Buffer.alloc(4, 10)), attribute(1, Buffer.alloc(16, 0xfd))];
	expect(parseRoute(Buffer.concat([header(2, 32), four]))).not.toBeNull();
	for (const torn of [[header(2, 33), four], [header(2, 24), six], [header(10, 24), four], [header(10, 129), six], [header(2, 24), attribute(1, Buffer.alloc(3))]]) expect(parseRoute(Buffer.concat(torn))).toBeNull();
	expect(parseLinkAddress(Buffer.concat([Buffer.from([2, 33, 0, 0, 1, 0, 0, 0]), four]))).toBeNull();
});
