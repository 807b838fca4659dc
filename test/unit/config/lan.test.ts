/** The grammar of VKS_LAN, and what it refuses to open. */
import {describe, expect, test} from 'vitest';
import {complaints, configOf} from './say.ts';

describe('VKS_LAN', () => {
	test('takes direction, range, protocol and ports', () => {
		const span = (first: number, last = first) => ({first, last});
		expect(configOf({VKS_LAN: '192.168.1.0/24; out 192.168.1.20 tcp 5432, IN 192.168.1.0/24 UDP 53000-53010\nout fd00::/16 icmpv6;in 10.0.0.0/8 tcp; 10.1.0.0/16 icmp'}).lan).toEqual([
			{direction: 'both', range: '192.168.1.0/24', protocol: null, ports: null},
			{direction: 'out', range: '192.168.1.20/32', protocol: 'tcp', ports: span(5432)},
			{direction: 'in', range: '192.168.1.0/24', protocol: 'udp', ports: span(53_000, 53_010)},
			{direction: 'out', range: 'fd00::/16', protocol: 'icmpv6', ports: null},
			{direction: 'in', range: '10.0.0.0/8', protocol: 'tcp', ports: null},
			{direction: 'both', range: '10.1.0.0/16', protocol: 'icmp', ports: null},
		]);
	});

	test('an incoming look-up is a service of ours and may be named', () => {
		expect(complaints({VKS_LAN: 'in 10.0.0.0/8 udp 53'})).toEqual([]);
	});

	test.each([
		['out nas.lan tcp 80', 'nas.lan is a name: vks opens addresses only'],
		['out 192.168.1.20 sctp 80', '"out 192.168.1.20 sctp 80" is not a LAN permission'],
		['out 192.168.1.20 80', '"out 192.168.1.20 80" is not a LAN permission'],
		['out 192.168.1.20 icmp 8', '"out 192.168.1.20 icmp 8" is not a LAN permission'],
		['through 192.168.1.20', '"through 192.168.1.20" is not a LAN permission'],
		['out 192.168.1.20 tcp 0', '"out 192.168.1.20 tcp 0" has ports that do not go up from 1 to 65535'],
		['in 192.168.1.20 tcp 90-80', '"in 192.168.1.20 tcp 90-80" has ports that do not go up from 1 to 65535'],
		['out 192.168.1.20 udp 53', '"out 192.168.1.20 udp 53" asks for DNS, which is refused everywhere outside the tunnel'],
		['192.168.1.20 tcp 800-900', '"192.168.1.20 tcp 800-900" asks for DNS, which is refused everywhere outside the tunnel'],
		['out 0.0.0.0/0 tcp 443', '0.0.0.0/0 is every address: nothing would be refused'],
		['fd00::/8', 'fd00::/8 is wider than /16'],
		['in 8.8.8.8 tcp 443', '8.8.8.8/32 is not private address space'],
		['127.0.0.1', '127.0.0.1 is loopback, which is always open'],
		['fd00::/64 icmp', '"fd00::/64 icmp" asks for ICMP of the other address family'],
		['10.0.0.0/8 icmpv6', '"10.0.0.0/8 icmpv6" asks for ICMP of the other address family'],
		['10.0.0.1 tcp 80;10.0.0.1/32 TCP 80-80', '"10.0.0.1/32 tcp 80" is listed twice'],
	])('%s is refused', (text, complaint) => {
		expect(complaints({VKS_LAN: text})).toEqual([`VKS_LAN: ${complaint}`]);
	});

	test('the override for NETWORK does not reach it', () => {
		expect(complaints({VKS_LAN: 'out 8.8.8.8 tcp 443', VKS_ALLOW_UNSAFE_NETWORK: 'yes-i-know'})).toHaveLength(1);
	});
});
