/** Routing rules that somebody else made, on the real kernel. */
import {expect, test} from 'vitest';
import type {RoutingRule} from '../../../src/kernel/kernel.ts';
import {parseCidr} from '../../../src/net/cidr.ts';
import {parseInterfaceName} from '../../../src/net/interface-name.ts';
import type {Port} from '../../../src/net/port.ts';
import {valueOf} from '../expect-result.ts';
import {withBench} from '../with-bench.ts';
import {ip, realBench} from './real-bench.ts';

const bench = withBench(() => realBench('libnftables'));

test.each([
	['another source', 'from 9.9.9.9 lookup 51820'],
	['a jump', 'from 9.9.9.9 goto 32766'],
	['several ports', 'ipproto udp sport 5-9 lookup 51820'],
	['a mask', 'fwmark 0x1/0x1 lookup 51820'],
	['no table at all', 'from 9.9.9.9 unreachable'],
])('one with %s is deleted, and not ours of the same priority', (_, selector) => {
	const {network} = bench().kernel;
	const ours = {family: 4, priority: 300, mark: null, outInterface: null, table: 51_820, suppressPrefixLength: null} as const;
	const standing = () => valueOf(network.rules()).filter(({family, priority}) => family === 4 && priority === 300);
	valueOf(network.addRule(ours));
	expect(ip(`rule add pref 300 ${selector}`)).toBe(true);
	const [strange] = standing().filter(({special}) => special);
	expect(strange).toBeDefined();
	if (strange !== undefined) valueOf(network.deleteRule(strange));
	expect(standing()).toEqual([ours]);
	valueOf(network.deleteRule(ours));
});

test.each([4, 6] as const)('IPv%i: a rule for what begins here answers for our own source port, and not for that of a host behind us', family => {
	const {network, sysctl} = bench().kernel;
	const [ours, theirs, far] = family === 4 ? ['10.0.0.2', '10.1.0.9', '203.0.113.9'] : ['fd00::2', 'fd01::9', '2001:db8::9'];
	const rule: RoutingRule = {family, priority: 102, mark: null, outInterface: null, table: 51_820, suppressPrefixLength: null, from: {transport: 'tcp', port: 8080 as Port}};
	for (const [name, addresses] of [['eth0', ['10.0.0.2/24', 'fd00::2/64']], ['eth1', ['10.1.0.1/24', 'fd01::1/64']]] as const) {
		bench().addLink(name);
		for (const address of addresses) ip(`addr add ${address} dev ${name}${address.includes(':') ? ' nodad' : ''}`);
	}
	for (const key of ['net/ipv4/ip_forward', 'net/ipv6/conf/all/forwarding']) expect(sysctl.write(key, '1')).toBe(true);
	valueOf(network.replaceRoute({family, table: 51_820, destination: parseCidr(`${far}/${family === 4 ? 32 : 128}`), kind: 'unicast', gateway: null, interface: parseInterfaceName('eth0'), metric: 0}));
	const finds = (from: string): boolean => ip(`-${family} route get ${far} from ${from} ipproto tcp sport 8080 dport 443`);
	valueOf(network.addRule(rule));
	expect([finds(ours), finds(`${theirs} iif eth1`)]).toEqual([true, true]);
	valueOf(network.deleteRule(rule));
	expect([finds(ours), finds(`${theirs} iif eth1`)]).toEqual([false, false]);
	valueOf(network.addRule({...rule, local: true}));
	expect([finds(ours), finds(`${theirs} iif eth1`)]).toEqual([true, false]);
	valueOf(network.deleteRule({...rule, local: true}));
	for (const key of ['net/ipv4/ip_forward', 'net/ipv6/conf/all/forwarding']) sysctl.write(key, '0');
});
