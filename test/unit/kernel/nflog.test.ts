import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {parseNflog} from '../../../src/kernel/watch/parse-nflog.ts';
import {ETH_P_ARP, ETH_P_IP, ETH_P_IPV6, parsePacket} from '../../../src/kernel/watch/parse-packet.ts';
import {attribute, textAttribute} from '../../../src/kernel/netlink/attributes.ts';

/** Recorded on Linux 6.18: each refused in `inet … output` or `netdev … egress`, logged to a group with a copy range of 128. */
const recorded = JSON.parse(readFileSync(new URL('../../fixtures/kernel/nflog-6.18-nft-1.0.6.json', import.meta.url), 'utf8')) as Record<string, string>;
const context = {atMs: 12_000, nameOf: (index: number) => (index === 3 ? 'eth0' : `if${index}`)};
const parse = (name: string) => parseNflog(Buffer.from(recorded[name] ?? '', 'hex'), context);

const out = {atMs: 12_000, ruleId: 'refuse-all', direction: 'out', inInterface: null, outInterface: 'eth0', uid: 0, gid: 0};
const v4 = {source: '10.0.0.2', destination: '9.9.9.9'};
const v6 = {source: 'fd00::2', destination: '2001:db8::9'};

describe('packets the kernel reported', () => {
	test.each([
		['udp4', {...out, ...v4, protocol: 'udp', destinationPort: 53, icmpType: null, length: 33}],
		['udp6', {...out, ...v6, protocol: 'udp', destinationPort: 53, icmpType: null, length: 53}],
		['tcp4', {...out, ...v4, protocol: 'tcp', destinationPort: 443, length: 60}],
		['tcp6', {...out, ...v6, protocol: 'tcp', destinationPort: 443, length: 80}],
		['icmp4', {...out, ...v4, protocol: 'icmp', sourcePort: null, destinationPort: null, icmpType: 8, length: 28}],
		['icmp6', {...out, ...v6, protocol: 'icmpv6', icmpType: 128, length: 48}],
		['udp6-destination-options', {...out, ...v6, protocol: 'udp', destinationPort: 5353, length: 57}],
		['egress-udp4', {...out, ...v4, ruleId: 'refuse-egress', protocol: 'udp', destinationPort: 53, length: 33}],
		['egress-arp', {...out, ruleId: 'refuse-egress', uid: null, gid: null, source: '10.0.0.2', destination: '10.0.0.77', protocol: 'other'}],
		['input-udp4-foreign-prefix', {ruleId: 'custom in', direction: 'in', inInterface: 'if1', outInterface: null, uid: null, destinationPort: 9999}],
	])('%s', (name, expected) => {
		expect(parse(name).record).toMatchObject(expected);
	});

	test('a frame that is neither IP nor ARP has its type, and no addresses', () => {
		const {record} = parseNflog(Buffer.from((recorded['egress-arp'] ?? '').replaceAll('0806', '88cc'), 'hex'), context);
		expect(record).toMatchObject({protocol: 'other', source: '', destination: '', etherType: 0x88cc});
		expect(parse('egress-arp').record.etherType).toBeUndefined();
	});

	test('are numbered without a gap', () => {
		expect(Object.keys(recorded).map(name => parse(name).sequence)).toEqual(Object.keys(recorded).map((_, index) => index));
	});
});

describe('broken input', () => {
	test('any prefix of a real message gives a record', () => {
		for (const hex of Object.values(recorded)) {
			const whole = Buffer.from(hex, 'hex');
			for (let length = 0; length <= whole.length; length++) expect(parseNflog(whole.subarray(0, length), context).record.ruleId).not.toBe('');
		}
	});

	test('arbitrary bytes never throw', () => {
		fc.assert(fc.property(fc.uint8Array({maxLength: 400}), array => void parseNflog(Buffer.from(array), context)));
	});

	test('arbitrary packets in sound messages never throw', () => {
		fc.assert(
			fc.property(fc.constantFrom(2, 5, 10, 1), fc.constantFrom(0x0800, 0x86dd, 0x0806, 7), fc.uint8Array({maxLength: 160}), (family, etherType, payload) => {
				const body = Buffer.concat([Buffer.from([family, 0, 0, 0]), attribute(1, Buffer.from([etherType >> 8, etherType & 0xff, 3, 0])), textAttribute(10, 'x'), attribute(9, Buffer.from(payload))]);
				parseNflog(body, context);
			}),
		);
	});

	test('arbitrary packets that claim to be IP never throw', () => {
		fc.assert(
			fc.property(fc.constantFrom(ETH_P_IP, ETH_P_IPV6, ETH_P_ARP), fc.uint8Array({maxLength: 160}), (etherType, array) => {
				const bytes = Buffer.from(array);
				if (bytes.length > 0) bytes.writeUInt8(etherType === ETH_P_IP ? 0x45 : 0x60, 0);
				parsePacket(bytes, etherType);
			}),
			{numRuns: 1000},
		);
	});
});

describe('headers', () => {
	const ipv6 = (next: number, rest: readonly number[]) => Buffer.concat([Buffer.from([0x60, 0, 0, 0, 0, rest.length, next, 64]), Buffer.alloc(32), Buffer.from(rest)]);
	const udp = [0x14, 0xe9, 0, 53, 0, 8, 0, 0];

	test('a later fragment has no ports, in either family', () => {
		const second = Buffer.from('450000280001002a40110000' + '0a000002' + '09090909' + '14e90035', 'hex');
		expect(parsePacket(second, ETH_P_IP)).toMatchObject({protocol: 'udp', sourcePort: null, destinationPort: null});
		expect(parsePacket(ipv6(44, [17, 0, 0, 8, 0, 0, 0, 1, ...udp]), ETH_P_IPV6)).toMatchObject({protocol: 'udp', destinationPort: null});
		expect(parsePacket(ipv6(44, [17, 0, 0, 1, 0, 0, 0, 1, ...udp]), ETH_P_IPV6)).toMatchObject({protocol: 'udp', destinationPort: 53});
	});

	test('options of the IPv4 header are stepped over', () => {
		const withOptions = Buffer.concat([Buffer.from('460000240001000040110000' + '0a000002' + '09090909' + '01010101', 'hex'), Buffer.from(udp)]);
		expect(parsePacket(withOptions, ETH_P_IP)).toMatchObject({protocol: 'udp', sourcePort: 5353, destinationPort: 53});
	});

	test('a chain of extension headers ends', () => {
		const chain = Array.from({length: 20}, () => [0, 0, 0, 0, 0, 0, 0, 0]).flat();
		expect(parsePacket(ipv6(0, chain), ETH_P_IPV6)).toMatchObject({protocol: 'other', destinationPort: null});
	});
});
