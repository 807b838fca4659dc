/** The leak test against a real kernel: what it says where nothing refuses, where our rules do, and where it cannot see. */
import {randomBytes} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {firewallKeeper} from '../../../src/controller/firewall-keeper.ts';
import {compile} from '../../../src/policy/compile.ts';
import type {Ruleset} from '../../../src/policy/policy.ts';
import {drill, type Findings} from '../../../src/verify/drill.ts';
import type {Scene} from '../../../src/verify/scene.ts';
import {configFrom, ip as address, nic} from '../../helpers/situations.ts';
import {valueOf} from '../expect-result.ts';
import {withBench} from '../with-bench.ts';
import {ip, nft, realBench} from './real-bench.ts';

const bench = withBench(() => realBench('libnftables'));
const policy = compile(configFrom({}), {kind: 'blocked', tunnels: [], uplink: nic('eth0'), outside: [nic('eth0')]});

/** An uplink with a default route that nothing takes away: only the firewall can refuse. */
function openUplink(): void {
	bench().addLink('eth0');
	ip('addr add 10.0.0.2/24 dev eth0');
	ip('-6 addr add 2001:db8:30::2/64 dev eth0 nodad');
	ip('neigh add 10.0.0.1 lladdr 02:00:00:00:00:01 dev eth0');
	ip('-6 neigh add 2001:db8:30::1 lladdr 02:00:00:00:00:01 dev eth0');
	ip('route add default via 10.0.0.1');
	ip('-6 route add default via 2001:db8:30::1');
}

function sceneOf(ruleset: Ruleset = policy): Scene {
	const {network, probes} = bench().kernel;
	const links = valueOf(network.links());
	return {
		ruleset,
		routing: {links, routes: valueOf(network.routes([])), rules: valueOf(network.rules())},
		outside: links.filter(({name}) => name === 'eth0').map(({name, index, up, addresses}) => ({name, index, up, hardware: probes.hardwareAddress(index), addresses: addresses.filter(({scope}) => scope === 'global').map(each => each.address)})),
		inside: links.filter(({loopback}) => loopback).map(({index}) => index),
		uplink: nic('eth0'),
		gateway4: address('10.0.0.1'),
		tunnel: null,
	};
}

const run = (scene = sceneOf()): Promise<Findings> => drill(scene, {
	probes: bench().kernel.probes,
	sleep: ms => sleep(ms),
	makeToken: () => randomBytes(14),
	counters: async () => new Map(),
	identity: async () => [],
	isInside: () => false,
	signal: new AbortController().signal,
});
const idsOf = (found: Findings, verdict: string): readonly string[] => found.probes.filter(probe => probe.verdict === verdict).map(({id}) => id).toSorted();

test('where nothing refuses, every probe is seen outside', async () => {
	openUplink();
	const found = await run();
	expect(found.canaries).toMatchObject([{interface: 'eth0', seen: true}, {interface: 'eth0', seen: true}]);
	expect(idsOf(found, 'held')).toEqual([]);
	expect(idsOf(found, 'leaked')).toHaveLength(found.probes.length);
	expect(found.kind).toBe('failed');
});

test('under the blocked policy none is seen, although routing would let them out', async () => {
	openUplink();
	valueOf(await firewallKeeper(bench().kernel.firewall).enforce(policy));
	const found = await run();
	expect(found).toMatchObject({kind: 'passed', canaries: [{seen: true}, {seen: true}]});
	expect(idsOf(found, 'held')).toHaveLength(found.probes.length);
});

test.each([
	['the backstop', (name: string) => name === 'egress', ['frame-eth0', 'frame6-eth0']],
	['the firewall', (name: string) => name === 'output', []],
])('with %s alone holed, exactly what it alone refuses is seen', async (_, holed, leaked) => {
	openUplink();
	const open: Ruleset = {...policy, chains: policy.chains.map(chain => (holed(chain.name) ? {...chain, policy: 'accept', rules: []} : chain))};
	valueOf(await firewallKeeper(bench().kernel.firewall).enforce(open));
	const found = await run();
	expect(idsOf(found, 'leaked').filter(id => id !== 'docker-dns')).toEqual(leaked);
});

test('with one port open in both layers, exactly the probes to that port are seen', async () => {
	openUplink();
	valueOf(await firewallKeeper(bench().kernel.firewall).enforce(policy));
	valueOf(await bench().kernel.firewall.run('insert rule inet vks output udp dport 853 accept\ninsert rule netdev vks egress udp dport 853 accept\n'));
	expect(await run()).toMatchObject({kind: 'failed'});
	expect(idsOf(await run(), 'leaked')).toEqual(['doq']);
});

test('a canary that does not leave makes it inconclusive, whatever the probes did', async () => {
	openUplink();
	valueOf(await firewallKeeper(bench().kernel.firewall).enforce(policy));
	expect(nft('add table netdev blind\nadd chain netdev blind out { type filter hook egress device "eth0" priority -400; policy drop; }\n')).toBe(true);
	const found = await run();
	expect(found).toMatchObject({kind: 'inconclusive', canaries: [{seen: false}, {seen: false}]});
	expect(idsOf(found, 'held')).toEqual(['docker-dns']);
	expect(nft('delete table netdev blind\n')).toBe(true);
});
