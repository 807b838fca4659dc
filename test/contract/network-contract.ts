import {describe, expect, test} from 'vitest';
import type {Route, RoutingRule} from '../../src/kernel/kernel.ts';
import {parseIp, type IpAddress} from '../../src/net/address.ts';
import type {Port} from '../../src/net/port.ts';
import {parseInterfaceName} from '../../src/net/interface-name.ts';
import {parseCidr} from '../../src/net/cidr.ts';
import type {Bench} from './bench.ts';
import {problemOf, valueOf} from './expect-result.ts';
import {withBench} from './with-bench.ts';

const table = 51_820;
const last: Route = {family: 4, table, destination: null, kind: 'unreachable', gateway: null, interface: null, metric: 4_000_000, ours: true};
const marked: RoutingRule = {family: 4, priority: 100, mark: 0xca6c, outInterface: null, table, suppressPrefixLength: null};

export function networkContract(makeBench: () => Promise<Bench>): void {
	describe('network', () => {
		const bench = withBench(makeBench);
		const network = () => bench().kernel.network;
		const routes = () => valueOf(network().routes([table])).filter(route => route.table === table);
		const rules = () => valueOf(network().rules()).filter(rule => rule.table === table || rule.priority === 200);
		const named = (name: string) => valueOf(network().links()).find(link => link.name === name);

		test('loopback is a link, and a link that comes and goes is seen', () => {
			expect(named('lo')).toMatchObject({index: 1, loopback: true});
			bench().addLink('eth0');
			expect(named('eth0')).toMatchObject({up: true, loopback: false, mtu: 1500});
			bench().renameLink('eth0', 'eth9');
			expect([named('eth0'), named('eth9')?.name]).toEqual([undefined, 'eth9']);
			bench().removeLink('eth9');
			expect(named('eth9')).toBeUndefined();
		});

		test.each([4, 6] as const)('an unreachable IPv%i default is read back as written, once', family => {
			for (let time = 0; time < 2; time++) valueOf(network().replaceRoute({...last, family}));
			expect(routes()).toEqual([{...last, family}]);
			for (let time = 0; time < 2; time++) valueOf(network().deleteRoute({...last, family}));
			expect(routes()).toEqual([]);
		});

		test('a route through a link is replaced in place, and goes with its link', () => {
			bench().addLink('eth0');
			bench().addLink('eth1');
			const through = (name: string): Route => ({...last, kind: 'unicast', metric: 10, destination: parseCidr('10.9.0.0/16'), interface: parseInterfaceName(name)});
			valueOf(network().replaceRoute(last));
			valueOf(network().replaceRoute(through('eth0')));
			valueOf(network().replaceRoute(through('eth1')));
			expect(routes()).toHaveLength(2);
			expect(routes()).toEqual(expect.arrayContaining([last, through('eth1')]));
			bench().removeLink('eth1');
			expect(routes()).toEqual([last]);
		});

		test('a route through a link that does not exist is refused by name', () => {
			const refused = network().replaceRoute({...last, kind: 'unicast', interface: parseInterfaceName('nope0')});
			expect(problemOf(refused)).toMatchObject({code: 'routing-refused', what: expect.stringContaining('nope0') as unknown});
		});

		test.each([4, 6] as const)('IPv%i rules are read back as written; adding and deleting twice is once', family => {
			const written: readonly RoutingRule[] = [
				{...marked, family},
				{...marked, family, priority: 102, mark: null, from: {transport: 'tcp', port: 8080 as Port}, local: true},
				{...marked, family, priority: 150, mark: null, to: (family === 4 ? '10.64.0.1' : 'fd64::1') as IpAddress},
				{...marked, family, priority: 200, mark: null, table: 254, suppressPrefixLength: 0},
				{...marked, family, priority: 300, mark: null, outInterface: parseInterfaceName('wg1')},
			];
			for (const rule of [...written, ...written]) valueOf(network().addRule(rule));
			expect(rules()).toEqual(written);
			for (const rule of [...written, ...written]) valueOf(network().deleteRule(rule));
			expect(rules()).toEqual([]);
		});

		test.each(['172.30.7.1', '2001:db8:30::1'])('a neighbour %s that was taken for dead is asked for anew, once; one that answered is left alone', text => {
			bench().addLink('eth0');
			const [address, link] = [parseIp(text), parseInterfaceName('eth0')];
			if (address === null || link === null) throw new Error('no such place');
			const forget = () => valueOf(network().forgetDeadNeighbour(address, link));
			expect(forget()).toBe(false);
			bench().putNeighbour(text, 'eth0', true);
			expect(forget()).toBe(false);
			bench().putNeighbour(text, 'eth0', false);
			expect([forget(), forget()]).toEqual([true, false]);
			bench().removeLink('eth0');
			expect(forget()).toBe(false);
		});

		test('a setting that does not exist reads as null and cannot be written', () => {
			const {sysctl} = bench().kernel;
			expect(sysctl.read('net.ipv4.conf.nope0.rp_filter')).toBeNull();
			expect(sysctl.write('net.ipv4.conf.nope0.rp_filter', '0')).toBe(false);
		});
	});
}
