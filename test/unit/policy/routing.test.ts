/** The routing layer as data: what is wanted, what differs, and which uplink carries it. */
import {describe, expect, test} from 'vitest';
import type {Link, Route} from '../../../src/kernel/kernel.ts';
import {parseCidr} from '../../../src/net/cidr.ts';
import type {Port} from '../../../src/net/port.ts';
import {describeRepair, intendedRouting, isRepaired, repairRouting, type RoutingInput} from '../../../src/policy/routing.ts';
import {chooseUplink, type UplinkFacts} from '../../../src/policy/uplink.ts';
import {configurations, ip, nic} from '../../helpers/situations.ts';

const {numbers} = configurations.minimal;
const link = (name: string, index: number, more: Partial<Link> = {}): Link => ({
	index, name: nic(name), up: true, loopback: false, kind: 'veth', mtu: 1500, addresses: [{address: ip(`172.30.${index}.2`), prefixLength: 24, scope: 'global'}], ...more,
});
const defaultVia = (gateway: string, device: string, table = 254): Route => ({family: 4, table, destination: null, kind: 'unicast', gateway: ip(gateway), interface: nic(device), metric: 0});
const facts = (over: Partial<UplinkFacts>): UplinkFacts => ({links: [], routes: [], tunnels: [nic('wg0')], configured: 'auto', uplinkTable: numbers.uplinkTable, previous: null, ...over});
const lo = link('lo', 1, {loopback: true});
const [eth0, eth1, wg0] = [link('eth0', 2), link('eth1', 3), link('wg0', 9, {kind: 'tun'})];

describe('the uplink', () => {
	test('is the one with the default route; loopback and our tunnel are not outside', () => {
		const {uplink, outside} = chooseUplink(facts({links: [lo, eth1, eth0, wg0], routes: [defaultVia('172.30.2.1', 'eth0')]}));
		expect(outside).toEqual(['eth0', 'eth1']);
		expect(uplink).toMatchObject({name: 'eth0', gateway4: '172.30.2.1', onLink: ['172.30.2.0/24']});
	});

	test('keeps its gateway while it is down, and its place when another network is plugged in', () => {
		const before = chooseUplink(facts({links: [eth0], routes: [defaultVia('172.30.2.1', 'eth0')]})).uplink;
		const down = chooseUplink(facts({links: [{...eth0, up: false}, eth1], routes: [], previous: before})).uplink;
		expect(down).toMatchObject({name: 'eth0', up: false, gateway4: '172.30.2.1'});
		const stolen = chooseUplink(facts({links: [eth0, eth1], routes: [defaultVia('172.30.3.1', 'eth1')], previous: before})).uplink;
		expect(stolen?.name).toBe('eth0');
	});

	test('is followed through a rename, and a new gateway in main replaces the old one', () => {
		const before = chooseUplink(facts({links: [eth0], routes: [defaultVia('172.30.2.1', 'eth0')]})).uplink;
		const renamed = {...eth0, name: nic('eth9')};
		const after = chooseUplink(facts({links: [renamed], routes: [defaultVia('172.30.2.1', 'eth9', numbers.uplinkTable), defaultVia('172.30.2.254', 'eth9')], previous: before})).uplink;
		expect(after).toMatchObject({name: 'eth9', gateway4: '172.30.2.254'});
	});

	test('is outside also when it bears the tunnel\'s name', () => {
		const {uplink, outside} = chooseUplink(facts({links: [lo, {...eth0, name: nic('wg0')}], routes: [defaultVia('172.30.2.1', 'wg0')]}));
		expect([uplink?.name, outside]).toEqual(['wg0', ['wg0']]);
	});

	test('that was configured is taken or none is', () => {
		expect(chooseUplink(facts({links: [eth0], configured: nic('eth7')})).uplink).toBeNull();
	});
});

const input: RoutingInput = {
	numbers,
	uplink: chooseUplink(facts({links: [eth0], routes: [defaultVia('172.30.2.1', 'eth0')]})).uplink,
	tunnel: {interface: nic('wg0'), families: [4], resolvers: [ip('10.64.0.1'), ip('fd64::1')], slot: {mark: 0xca6e, table: 51_822}},
	network: [],
	doors: [],
	ipv6: true,
};

describe('what is wanted', () => {
	test('every table of ours ends in unreachable, for both families, whatever else is missing', () => {
		for (const over of [{}, {uplink: null}, {tunnel: null}, {uplink: null, tunnel: null}]) {
			const {routes} = intendedRouting({...input, ...over});
			for (const family of [4, 6]) {
				for (const table of [numbers.uplinkTable, numbers.tunnelTable]) expect(routes).toContainEqual(expect.objectContaining({family, table, destination: null, kind: 'unreachable'}));
			}
		}
	});

	test('no default route is ever wanted in main', () => {
		expect(intendedRouting(input).routes.filter(({table, destination}) => table === 254 && destination === null)).toEqual([]);
	});

	test('the tunnel\'s resolvers are looked up in its table before main\'s networks are, and not without a tunnel', () => {
		const resolverRules = (over: Partial<RoutingInput>) => intendedRouting({...input, ...over}).rules.filter(({to}) => to !== undefined);
		expect(resolverRules({}).map(({family, priority, table, to}) => [family, priority, table, to])).toEqual([[4, 150, numbers.tunnelTable, '10.64.0.1'], [6, 150, numbers.tunnelTable, 'fd64::1']]);
		expect(resolverRules({tunnel: null})).toEqual([]);
	});

	describe('of two tunnels', () => {
		const beside: RoutingInput['tunnel'] = {interface: nic('wg0b'), families: [4], resolvers: [ip('10.64.0.1'), ip('10.65.0.1')], slot: {mark: 0xca6f, table: 51_823}};
		const tunnel: RoutingInput['tunnel'] = input.tunnel && {...input.tunnel, resolvers: [ip('10.64.0.1'), ip('10.64.0.2')]};
		const two = intendedRouting({...input, tunnel, beside});

		test('two tunnels have tables of their own, that end in unreachable, for what begins here', () => {
			for (const [table, device] of [[51_822, 'wg0'], [51_823, 'wg0b']] as const) {
				expect(two.routes.filter(route => route.table === table && route.family === 4).map(({kind, interface: by}) => [kind, by])).toEqual([['unicast', device], ['unreachable', null]]);
				expect(two.routes.filter(route => route.table === table && route.family === 6).map(({kind}) => kind)).toEqual(['unreachable']);
			}
			const probes = two.rules.filter(({table}) => table === 51_822 || table === 51_823);
			expect(probes.map(({family, mark, table, local, priority}) => [family, mark, table, local, priority])).toEqual([4, 6].flatMap(family => [[family, 0xca6e, 51_822, true, 110], [family, 0xca6f, 51_823, true, 110]]));
		});

		test('a resolver of one tunnel alone is reached by that one, whichever carries', () => {
			const own = ({routes}: typeof two) => routes.filter(({table, destination}) => table === numbers.tunnelTable && destination !== null).map(({destination, interface: by}) => `${destination} by ${by}`).toSorted();
			expect(own(two)).toEqual(['10.64.0.2/32 by wg0', '10.65.0.1/32 by wg0b']);
			expect(own(intendedRouting({...input, tunnel: beside, beside: tunnel}))).toEqual(own(two));
			expect(two.rules.filter(({to, family}) => to !== undefined && family === 4).map(({to}) => to)).toEqual(['10.64.0.1', '10.64.0.2', '10.65.0.1']);
		});

		test('the tunnel table leads to the one that carries, and nothing of two is wanted of one', () => {
			expect(two.routes.filter(({table, destination, kind}) => table === numbers.tunnelTable && destination === null && kind === 'unicast').map(({interface: by}) => by)).toEqual(['wg0']);
			const repair = repairRouting(intendedRouting(input), two, numbers);
			expect(repair.deleteRoutes.filter(({table}) => table === 51_822 || table === 51_823)).toHaveLength(6);
			expect(repair.deleteRules.filter(({priority}) => priority === 110)).toHaveLength(4);
		});
	});

	test('every route bears our protocol number', () => {
		const {routes} = intendedRouting({...input, network: [parseCidr('192.168.9.0/24')].flatMap(range => range ?? [])});
		expect(routes.filter(({ours}) => ours !== true)).toEqual([]);
		expect(routes.map(({destination}) => destination)).toContain('192.168.9.0/24');
	});

	test('an uplink that is down gets no route', () => {
		const down = input.uplink === null ? null : {...input.uplink, up: false};
		expect(intendedRouting({...input, uplink: down}).routes.some(({interface: device}) => device === 'eth0')).toBe(false);
	});
});

describe('what differs', () => {
	const intent = intendedRouting(input);

	test('nothing, when it is as wanted', () => {
		expect(isRepaired(repairRouting(intent, intent, numbers))).toBe(true);
	});

	test('a default in main, a route of a stranger in our table, a rule before ours', () => {
		const stranger = {family: 4, priority: 50, mark: null, outInterface: null, table: 254, suppressPrefixLength: null} as const;
		const actual = {routes: [...intent.routes, defaultVia('172.30.2.1', 'eth0'), defaultVia('172.30.2.9', 'eth0', numbers.tunnelTable)], rules: [...intent.rules, stranger]};
		expect(describeRepair(repairRouting(intent, actual, numbers))).toEqual([
			'route default via 172.30.2.1 dev eth0 in IPv4 table 254 is not ours',
			`route default via 172.30.2.9 dev eth0 in IPv4 table ${numbers.tunnelTable} is not ours`,
			'IPv4 routing rule 50 is not ours',
		]);
	});

	const plainRule = {family: 4, mark: null, outInterface: null, suppressPrefixLength: null} as const;

	test('a rule beside the kernel\'s own at 0, and the kernel\'s own when it is gone', () => {
		const rules = [...intent.rules.filter(({priority, family}) => priority !== 0 || family !== 4), {...plainRule, priority: 0, table: 100}];
		expect(describeRepair(repairRouting(intent, {...intent, rules}, numbers))).toEqual(['IPv4 routing rule 0 is missing', 'IPv4 routing rule 0 is not ours']);
	});

	test('a rule that is ours but for a selector vks never writes', () => {
		const rules = intent.rules.map(rule => (rule.priority === 300 && rule.family === 4 ? {...rule, special: true} as const : rule));
		expect(describeRepair(repairRouting(intent, {...intent, rules}, numbers))).toEqual(['IPv4 routing rule 300 is missing', 'IPv4 routing rule 300 is not ours']);
	});

	test('a way out in the table that is asked first, and the halves of a default; a specific route in main is left alone', () => {
		const to = (destination: string, table: number): Route => ({...defaultVia('172.30.2.1', 'eth0', table), family: destination.includes(':') ? 6 : 4, destination: parseCidr(destination)});
		const strange = [to('203.0.113.0/24', 255), to('0.0.0.0/1', 254), to('2000::/3', 254)];
		const fine = [to('10.0.0.0/8', 254), to('fc00::/7', 254), to('ff00::/8', 255)];
		expect(repairRouting(intent, {...intent, routes: [...intent.routes, ...strange, ...fine]}, numbers).deleteRoutes).toEqual(strange);
	});

	test('a route of ours that is wanted no longer, in main too; one of somebody else to the same network stays', () => {
		const {ours: _ours, ...theirs}: Route = {...defaultVia('172.30.2.1', 'eth0'), destination: parseCidr('192.168.9.0/24'), ours: true};
		const repair = repairRouting(intent, {...intent, routes: [...intent.routes, {...theirs, ours: true}, theirs]}, numbers);
		expect(repair.deleteRoutes).toEqual([{...theirs, ours: true}]);
		expect(describeRepair(repair)).toEqual(['route 192.168.9.0/24 via 172.30.2.1 dev eth0 in IPv4 table 254 is not wanted']);
	});

	test('a route in a table of ours that says what ours says, and is not ours', () => {
		const routes = intent.routes.map(route => (route.table === numbers.tunnelTable && route.kind === 'unicast' ? {...route, ours: undefined} : route)) as readonly Route[];
		const repair = repairRouting(intent, {...intent, routes}, numbers);
		expect([repair.addRoutes, repair.deleteRoutes].map(list => list.map(({interface: device}) => device))).toEqual([['wg0'], ['wg0']]);
	});

	test('answers of a published port find the uplink before anything is marked, in both families', () => {
		const {rules} = intendedRouting({...input, doors: [{transport: 'tcp', port: 8080 as Port}]});
		expect(rules.filter(({priority}) => priority === 102)).toEqual([4, 6].map(family => ({...plainRule, family, priority: 102, table: numbers.uplinkTable, from: {transport: 'tcp', port: 8080}, local: true})));
	});

	test('that rule is for what begins here: one that takes forwarded packets too is not ours', () => {
		const wanted = intendedRouting({...input, doors: [{transport: 'tcp', port: 8080 as Port}]});
		const rules = wanted.rules.map(({local: _local, ...rule}) => rule);
		const repair = repairRouting(wanted, {...wanted, rules}, numbers);
		expect([repair.addRules, repair.deleteRules].map(list => list.map(({family, priority}) => [family, priority]))).toEqual([[[4, 102], [6, 102]], [[4, 102], [6, 102]]]);
	});

	test('the kernel\'s own rules are left alone', () => {
		const kernels = [0, 32_766, 32_767].map(priority => ({family: 4, priority, mark: null, outInterface: null, table: priority === 0 ? 255 : 254, suppressPrefixLength: null}) as const);
		expect(isRepaired(repairRouting(intent, {...intent, rules: [...intent.rules, ...kernels]}, numbers))).toBe(true);
	});
});
