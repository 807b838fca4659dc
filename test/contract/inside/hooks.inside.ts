/** What others can hook in where packets pass, and whether it is seen. Each that can be tried is shown to work, too. */
import {expect, onTestFinished, test} from 'vitest';
import {attachXdpProgram} from '../../helpers/bpf-program.ts';
import {valueOf} from '../expect-result.ts';
import {withBench} from '../with-bench.ts';
import {sendRawFrame} from './raw-frame.ts';
import {nft, realBench, succeeds, tc} from './real-bench.ts';
import {received} from './received.ts';

const bench = withBench(() => realBench('libnftables'));
const links = () => valueOf(bench().kernel.network.links());
const indexOf = (name: string): number => links().find(link => link.name === name)?.index ?? 0;
const read = () => valueOf(bench().kernel.hooks.read(links(), ['inet vks', 'netdev vks']));
const diverting = () => read().filter(({diverts}) => diverts);

test('a mirror on one link brings its frames past the backstop of another, and is seen', async () => {
	bench().addLink('eth0');
	bench().addLink('tun0');
	expect(nft('add table netdev vks\nadd chain netdev vks egress { type filter hook egress device "eth0" priority 0; policy drop; }\n')).toBe(true);
	sendRawFrame(indexOf('eth0'));
	const before = received('p0-eth0');
	expect(diverting()).toEqual([]);
	bench().mirror('tun0', 'eth0');
	expect(diverting()).toEqual([{kind: 'filter', device: 'tun0', at: 'egress', classifier: 'u32', actions: ['mirred'], diverts: true}]);
	sendRawFrame(indexOf('tun0'));
	await expect.poll(() => received('p0-eth0'), {timeout: 5000}).toBe(before + 1);
});

test('filters on the way in, on a queueing discipline and on a class are seen too', () => {
	bench().addLink('eth0');
	const mirror = 'protocol all u32 match u32 0 0 action mirred egress redirect dev lo';
	expect(tc('qdisc add dev eth0 ingress') && tc(`filter add dev eth0 ingress ${mirror}`)).toBe(true);
	expect(diverting()).toMatchObject([{device: 'eth0', at: 'ingress', actions: ['mirred']}]);
	expect(tc('qdisc del dev eth0 ingress') && tc('qdisc add dev eth0 root handle 7: htb')).toBe(true);
	expect(read()).toEqual([]);
	expect(tc(`filter add dev eth0 parent 7: ${mirror}`)).toBe(true);
	expect(diverting()).toMatchObject([{device: 'eth0', at: 'queue', actions: ['mirred']}]);
	expect(tc('filter del dev eth0 parent 7:') && tc('class add dev eth0 parent 7: classid 7:1 htb rate 1mbit')).toBe(true);
	expect(diverting()).toEqual([]);
	expect(tc(`filter add dev eth0 parent 7:1 ${mirror}`)).toBe(true);
	expect(diverting()).toMatchObject([{device: 'eth0', at: 'queue', actions: ['mirred']}]);
});

test('a bpf filter may divert; one that only sorts packets does not', () => {
	bench().addLink('eth0');
	expect(tc('qdisc add dev eth0 clsact') && tc('filter add dev eth0 egress protocol all u32 match u32 0 0 flowid 1:1')).toBe(true);
	expect(diverting()).toEqual([]);
	expect(succeeds('tc', ['filter', 'add', 'dev', 'eth0', 'egress', 'bpf', 'bytecode', '1,6 0 0 4294967295,'])).toBe(true);
	expect(diverting()).toMatchObject([{classifier: 'bpf', at: 'egress'}]);
});

test('an XDP program is seen on the link that it runs on, until it ends', async ({skip}) => {
	bench().addLink('eth0');
	expect(read()).toEqual([]);
	const end = attachXdpProgram(indexOf('eth0'));
	if (end === null) skip('no XDP program can be loaded here');
	onTestFinished(() => end?.());
	expect(read()).toEqual([{kind: 'xdp', device: 'eth0', diverts: true}]);
	end?.();
	await expect.poll(read).toEqual([]);
});

test('a rule of a chain that is only jumped to is seen, and a copy that iptables makes', ({skip}) => {
	bench().addLink('eth0');
	expect(nft('table ip far { chain copies { dup to 10.9.9.9 device "eth0"; }; chain way { type filter hook postrouting priority 0; jump copies; }; }\n')).toBe(true);
	expect(diverting()).toMatchObject([{kind: 'table', family: 'ip', table: 'far', statements: ['dup']}]);
	nft('delete table ip far\n');
	if (!succeeds('iptables-nft', ['-t', 'mangle', '-A', 'POSTROUTING', '-j', 'TEE', '--gateway', '10.9.9.9'])) skip('iptables has no TEE here');
	expect(diverting()).toMatchObject([{kind: 'table', family: 'ip', table: 'mangle', statements: ['TEE']}]);
});

test.each([
	['the address, at the last hook of a link', 'table netdev far { chain c { type filter hook egress device "eth0" priority 10; ip daddr set 203.0.113.80; }; }', ['rewriting']],
	['the port and the mark, where a packet is routed anew', 'table ip far { chain c { type route hook output priority 100; udp dport set 51820 meta mark set 0xca6c; }; }', ['rewriting', 'a mark']],
	['the destination, after our output chain', 'table ip far { chain c { type nat hook output priority 100; tcp dport 80 dnat to 10.9.9.9; }; }', ['dnat']],
	['nothing but the type of service and the hop limit', 'table ip far { chain c { type filter hook postrouting priority 0; ip dscp set cs1 ip ttl set 65; }; }', []],
	['what our chains judge afterwards, and the source, as Docker does', 'table ip far { chain d { type nat hook output priority -100; ip daddr 127.0.0.11 udp dport 53 dnat to 127.0.0.11:40000; }; chain s { type nat hook postrouting priority 100; masquerade; }; }', []],
	['a mark on the way in', 'table ip far { chain c { type filter hook prerouting priority -150; meta mark set 0x1; }; }', []],
] as const)('a table of others may change %s', (_what, table, statements) => {
	bench().addLink('eth0');
	expect(nft(`${table}\n`)).toBe(true);
	expect(read()).toMatchObject([{kind: 'table', table: 'far', statements, diverts: statements.length > 0}]);
});
