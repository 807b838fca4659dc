/** Arbitrary addresses, ranges, names and ports, with the corners that spell differently or sit next to each other. */
import fc from 'fast-check';
import {ipFromBytes, type IpAddress} from '../../src/net/address.ts';
import {cidrOf, type Cidr} from '../../src/net/cidr.ts';
import {parseInterfaceName, type InterfaceName} from '../../src/net/interface-name.ts';
import type {Port, Transport} from '../../src/net/port.ts';

const bytes = (length: number) => fc.array(fc.nat(255), {minLength: length, maxLength: length});
const after = (prefix: readonly number[], length: number): fc.Arbitrary<IpAddress> =>
	bytes(length - prefix.length).map(rest => ipFromBytes([...prefix, ...rest]));
const zeros = (count: number): readonly number[] => Array.from({length: count}, () => 0);

export const ipv4: fc.Arbitrary<IpAddress> = after([], 4);
export const ipv6: fc.Arbitrary<IpAddress> = fc.oneof(
	{weight: 4, arbitrary: after([], 16)},
	// Runs of zeros, mapped and IPv4-compatible addresses have spellings of their own.
	after(zeros(12), 16),
	after([...zeros(10), 0xff, 0xff], 16),
	fc.array(fc.constantFrom(0, 0, 1, 0xffff), {minLength: 8, maxLength: 8}).map(groups => ipFromBytes(groups.flatMap(group => [group >> 8, group & 0xff]))),
);

const cidrWithin = (ip: fc.Arbitrary<IpAddress>, shortest: number, longest: number): fc.Arbitrary<Cidr> =>
	fc.tuple(ip, fc.integer({min: shortest, max: longest})).map(([address, length]) => cidrOf(address, length));

export const cidr: fc.Arbitrary<Cidr> = fc.oneof(cidrWithin(ipv4, 0, 32), cidrWithin(ipv6, 0, 128));

/** Addresses of a handful of neighbours, so that ranges overlap and touch often. */
const [crowded4, crowded6] = [after([10, 0, 0], 4), after([0xfd, ...zeros(14)], 16)];
export const ipNear: fc.Arbitrary<IpAddress> = fc.oneof(crowded4, crowded6);
export const crowdedCidr: fc.Arbitrary<Cidr> = fc.oneof(cidrWithin(crowded4, 24, 32), cidrWithin(crowded6, 120, 128), fc.oneof(cidrWithin(crowded4, 0, 32), cidrWithin(crowded6, 0, 128)));

/** Ranges that need no override: private, at least /8 or /16 long. */
export const privateCidr: fc.Arbitrary<Cidr> = fc.oneof(
	cidrWithin(after([10], 4), 8, 32),
	cidrWithin(fc.integer({min: 16, max: 31}).chain(second => after([172, second], 4)), 12, 32),
	cidrWithin(after([192, 168], 4), 16, 32),
	cidrWithin(fc.integer({min: 64, max: 127}).chain(second => after([100, second], 4)), 10, 32),
	cidrWithin(after([169, 254], 4), 16, 32),
	cidrWithin(fc.constantFrom(0xfc, 0xfd).chain(first => after([first], 16)), 16, 128),
	cidrWithin(fc.integer({min: 0x80, max: 0xbf}).chain(second => after([0xfe, second], 16)), 16, 128),
);

export const interfaceName: fc.Arbitrary<InterfaceName> = fc
	.oneof(fc.constantFrom('eth0', 'eth1', 'ens18', 'br-lan', 'macvlan0'), fc.stringMatching(/^[A-Za-z0-9_.-]{1,15}$/))
	.map(parseInterfaceName)
	.filter(name => name !== null)
	.filter(name => !['lo', 'auto'].includes(name));

export const port: fc.Arbitrary<Port> = fc.oneof(fc.integer({min: 1, max: 65_535}), fc.constantFrom(1, 22, 53, 443, 853, 51_820, 65_535)).map(number => number as Port);
export const transport: fc.Arbitrary<Transport> = fc.constantFrom('tcp', 'udp');
