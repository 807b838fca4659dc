/** Routes that somebody else made, on the real kernel: each is seen, and goes by the kernel's own words for it. */
import {execFileSync} from 'node:child_process';
import {describe, expect, test} from 'vitest';
import {AF_INET, AF_INET6, ipv4Address, ipv6Address, openNative, SOCK_DGRAM} from '../../../chaos/programs/native.ts';
import type {Route} from '../../../src/kernel/kernel.ts';
import {parseCidr} from '../../../src/net/cidr.ts';
import {parseInterfaceName} from '../../../src/net/interface-name.ts';
import {intendedRouting, repairRouting} from '../../../src/policy/routing.ts';
import {valueOf} from '../expect-result.ts';
import {withBench} from '../with-bench.ts';
import {ip, nft, realBench} from './real-bench.ts';

const numbers = {tunnelMark: 1, replyMark: 2, tunnelTable: 51_820, uplinkTable: 51_821, probeMark: 3, probeTable: 51_822, nflogGroup: 1};
const intent = intendedRouting({numbers, uplink: null, tunnel: null, network: [], doors: [], ipv6: true});
const bench = withBench(() => realBench('libnftables'));

const raise = (): void => {
	bench().addLink('eth0');
	for (const line of ['addr add 10.0.0.2/24 dev eth0', '-6 addr add fd00::2/64 dev eth0 nodad']) ip(line);
};

describe('a way around in main or local is deleted', () => {
	test.each([
		['a default with a type of service', 'route add default tos 0x10 via 10.0.0.1 dev eth0'],
		['a default with a metric', 'route add default via 10.0.0.1 dev eth0 metric 77 proto dhcp'],
		['a default with metrics and a preferred source', 'route add default via 10.0.0.1 dev eth0 src 10.0.0.2 mtu 1400'],
		['a default of several next hops', 'route add default nexthop via 10.0.0.1 dev eth0 weight 1 nexthop via 10.0.0.9 dev eth0 weight 2'],
		['a default by a next hop\'s number', 'route add default nhid 7'],
		['a default by a group of next hops', 'route add default nhid 9'],
		['a default of another type', 'route add blackhole default'],
		['a multicast route to all', 'route add multicast default dev eth0'],
		['half a default', 'route add 0.0.0.0/1 via 10.0.0.1'],
		['half a default of a multicast type', 'route add multicast 128.0.0.0/1 dev eth0'],
		['a host in table local', 'route add 203.0.113.7/32 via 10.0.0.1 table local'],
		['an IPv6 default as a router advertises it', '-6 route add default via fe80::99 dev eth0 proto ra metric 1024 expires 600'],
		['an IPv6 default of several next hops', '-6 route add default nexthop via fd00::1 dev eth0 nexthop via fd00::9 dev eth0'],
		['an IPv6 default by a next hop\'s number', '-6 route add default nhid 8'],
		['an IPv6 default for one source', '-6 route add default from fd00::/64 via fd00::1 dev eth0'],
		['half an IPv6 default', '-6 route add 2000::/3 via fd00::1 dev eth0'],
	])('%s', (_, line) => {
		raise();
		for (const hop of ['nexthop add id 7 via 10.0.0.1 dev eth0', 'nexthop add id 8 via fd00::1 dev eth0', 'nexthop add id 9 group 7']) ip(hop);
		const {network} = bench().kernel;
		const strange = (): readonly Route[] => repairRouting(intent, {routes: valueOf(network.routes([51_820, 51_821, 255])), rules: []}, numbers).deleteRoutes;
		expect(strange()).toEqual([]);
		expect(ip(line)).toBe(true);
		expect(strange().length).toBeGreaterThan(0);
		for (const route of strange()) valueOf(network.deleteRoute(route));
		expect(strange()).toEqual([]);
	});
});

test('a stranger\'s route to the same place goes, ours beside it stays; and ours is known by its number', () => {
	raise();
	const {network} = bench().kernel;
	const ours: Route = {family: 4, table: 51_820, destination: parseCidr('10.9.0.0/16'), kind: 'unicast', gateway: null, interface: parseInterfaceName('eth0'), metric: 0, ours: true};
	valueOf(network.replaceRoute(ours));
	expect(ip('route append 10.9.0.0/16 dev eth0 scope link table 51820 proto 99')).toBe(true);
	const standing = () => valueOf(network.routes([51_820])).filter(({table}) => table === 51_820);
	expect(standing()).toHaveLength(2);
	for (const route of standing().filter(route => route.ours !== true)) valueOf(network.deleteRoute(route));
	expect(standing()).toEqual([ours]);
});

test('our ends refuse an unbound socket, and an IPv6 one bound to a link; an IPv4 one bound to it is sent as if on the link', () => {
	raise();
	const {network} = bench().kernel;
	for (const route of intent.routes) valueOf(network.replaceRoute(route));
	for (const rule of intent.rules) valueOf(network.addRule(rule));
	ip('neigh add 203.0.113.7 lladdr 02:00:00:00:00:01 dev eth0');
	ip('-6 neigh add 2001:db8:113::7 lladdr 02:00:00:00:00:01 dev eth0');
	nft('add table netdev count\nadd chain netdev count out { type filter hook egress device "eth0" priority 0; }\nadd rule netdev count out ip daddr 203.0.113.7 counter\nadd rule netdev count out ip6 daddr 2001:db8:113::7 counter\n');
	const native = openNative();
	const sent = (family: number, to: Buffer, link: string | null): boolean => {
		const fd = native.socket(family, SOCK_DGRAM);
		if (link !== null && !native.bindToDevice(fd, link)) throw new Error('not bound');
		const taken = native.sendTo(fd, Buffer.from('x'), to);
		native.close(fd);
		return taken;
	};
	const ways = [[AF_INET, ipv4Address('203.0.113.7', 7)], [AF_INET6, ipv6Address('2001:db8:113::7', 7)]] as const;
	expect(ways.map(([family, to]) => sent(family, to, null))).toEqual([false, false]);
	expect(ways.map(([family, to]) => sent(family, to, 'eth0'))).toEqual([true, false]);
	const counted = execFileSync('nft', ['list', 'chain', 'netdev', 'count', 'out'], {encoding: 'utf8'});
	expect([...counted.matchAll(/packets (\d+)/g)].map(([, packets]) => packets)).toEqual(['1', '0']);
});
