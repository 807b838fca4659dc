/** What the routing layer says of links that are not what they are called. */
import {expect, test} from 'vitest';
import type {Link} from '../../../src/kernel/kernel.ts';
import {networkKeeper, type NetworkWish} from '../../../src/controller/network-keeper.ts';
import {fakeNetwork, loopbackLink, type FakeNetworkState} from '../../fakes/fake-network.ts';
import {configurations, configFrom, ip, nic} from '../../helpers/situations.ts';

const eth0: Link = {index: 2, name: nic('eth0'), up: true, loopback: false, kind: 'veth', mtu: 1500, addresses: [{address: ip('172.30.7.2'), prefixLength: 24, scope: 'global'}]};
const carrying = {interface: nic('wg0'), addresses: [ip('10.64.1.2')], families: [4], resolvers: [ip('10.64.1.1')]} as const;

function read(links: readonly Link[], config = configurations.minimal) {
	const state = {links: [...links], routes: [], rules: [], connections: []};
	const network = fakeNetwork(state, () => null, () => undefined);
	const sync = networkKeeper({network, sysctl: {read: () => '0', write: () => true}, xdp: {hold: held => ({kind: 'held', queues: held.length})}, hooks: {read: () => ({ok: true, value: []})}}, config).sync({tunnels: [nic('wg0')], carrying, exceptionsOpen: true, exceptions: [], repair: true});
	if (!sync.ok) throw new Error(sync.error.what);
	return {...sync.value, state};
}

test('an uplink that is called lo is told: the firewall lets pass what is called so', () => {
	expect(read([loopbackLink, eth0]).broken).toEqual([]);
	expect(read([{...loopbackLink, name: nic('lo9')}, {...eth0, name: nic('lo')}]).broken).toEqual([expect.stringContaining('called lo')]);
});

test('an uplink with the tunnel\'s name and address carries nothing', () => {
	const tunnel: Link = {...eth0, index: 9, name: nic('wg0'), kind: 'tun', addresses: [{address: ip('10.64.1.2'), prefixLength: 32, scope: 'global'}]};
	expect(read([loopbackLink, eth0, tunnel]).carrierUp).toBe(true);
	expect(read([loopbackLink, {...tunnel, kind: 'veth'}])).toMatchObject({carrierUp: false, choice: {outside: ['wg0']}});
});

test('a port that is published and the management path at once has one rule', () => {
	const {state} = read([loopbackLink, eth0], configFrom({VKS_INBOUND_PORTS: '22/tcp, 53/udp, 9000/tcp@tunnel', VKS_MANAGEMENT: 'tcp 22 from 192.168.1.10'}));
	expect(state.rules.filter(({family, from}) => family === 4 && from !== undefined).map(({from}) => from)).toEqual([{transport: 'tcp', port: 22}, {transport: 'udp', port: 53}]);
});

test('while two tunnels come, change over and go, applications always find one, and no rule leads to a table without a way', () => {
	const tunnel = (index: number, name: string, address: string): Link => ({...eth0, index, name: nic(name), kind: 'wireguard', addresses: [{address: ip(address), prefixLength: 32, scope: 'global'}]});
	const state: FakeNetworkState = {links: [loopbackLink, eth0, tunnel(8, 'wg0', '10.64.1.2'), tunnel(9, 'wg0b', '10.64.2.2')], routes: [], rules: [], connections: []};
	const next = {interface: nic('wg0b'), addresses: [ip('10.64.2.2')], families: [4], resolvers: [ip('10.64.2.1')]} as const;
	const seen: string[] = [];
	let watching = false;
	const look = (): void => {
		if (!watching) return;
		const waysIn = (table: number): number => state.routes.filter(route => route.family === 4 && route.table === table && route.kind === 'unicast' && route.destination === null).length;
		if (waysIn(51_820) !== 1) seen.push(`${waysIn(51_820)} ways for applications`);
		for (const {table, priority} of state.rules) if (priority === 110 && waysIn(table) !== 1) seen.push(`a rule leads to table ${table} with ${waysIn(table)} ways`);
	};
	const network = fakeNetwork(state, () => null, look);
	const keeper = networkKeeper({network, sysctl: {read: () => '0', write: () => true}, xdp: {hold: held => ({kind: 'held', queues: held.length})}, hooks: {read: () => ({ok: true, value: []})}}, configurations.minimal);
	const sync = (wish: Pick<NetworkWish, 'carrying' | 'beside'>) => {
		const done = keeper.sync({tunnels: [nic('wg0'), nic('wg0b')], exceptionsOpen: true, exceptions: [], repair: true, ...wish});
		expect(done).toMatchObject({ok: true, value: {broken: [], carrierUp: true}});
	};
	sync({carrying});
	watching = true;
	sync({carrying, beside: next});
	sync({carrying: next, beside: carrying});
	sync({carrying: next});
	expect(seen).toEqual([]);
	expect(state.routes.filter(({table}) => table > 51_821)).toEqual([]);
});
