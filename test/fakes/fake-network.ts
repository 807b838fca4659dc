/** Links, routes and rules in memory, with the kernel's habits: a link takes its routes along, adding twice is one. */
import type {InterfaceName} from '../../src/net/interface-name.ts';
import type {Link, Network, Route, RoutingRule} from '../../src/kernel/kernel.ts';
import type {Problem} from '../../src/problem.ts';
import {fail, ok, type Result} from '../../src/result.ts';

export interface FakeNetworkState {
	links: Link[];
	routes: Route[];
	rules: RoutingRule[];
	/** Tracked ones: who sends, the address it is given on its way, and the port of ours that it came in by, if it did. */
	connections: readonly {readonly from: string; readonly seenAs: string; readonly to?: number}[];
	/** Local addresses of open TCP connections. */
	tcp?: readonly string[];
	/** `address link` of neighbours that did not answer. */
	deadNeighbours?: readonly string[];
}

const MAIN = 254;

export const loopbackLink: Link = {
	index: 1,
	name: 'lo' as InterfaceName,
	up: true,
	loopback: true,
	kind: null,
	mtu: 65_536,
	addresses: [],
};

const sameSlot = (a: Route, b: Route): boolean => a.family === b.family && a.table === b.table && a.destination === b.destination && a.metric === b.metric;
const sameRule = (a: RoutingRule, b: RoutingRule): boolean => JSON.stringify(ruleKey(a)) === JSON.stringify(ruleKey(b));
const ruleKey = ({family, priority, mark, outInterface, table, suppressPrefixLength, to, from, local, special}: RoutingRule): unknown => [family, priority, mark, outInterface, table, suppressPrefixLength, to, from?.transport, from?.port, local, special];

/** `gate` may refuse a call before it happens. */
export function fakeNetwork(state: FakeNetworkState, gate: (operation: keyof Network) => Problem | null, changed: (what: 'route' | 'rule') => void): Network {
	const guarded = <T>(operation: keyof Network, action: () => Result<T, Problem>): Result<T, Problem> => {
		const refusal = gate(operation);
		return refusal === null ? action() : fail(refusal);
	};
	return {
		links: () => guarded('links', () => ok([...state.links])),
		routes: tables => guarded('routes', () => ok(state.routes.filter(({table}) => table === MAIN || tables.includes(table)))),
		rules: () => guarded('rules', () => ok([...state.rules])),
		replaceRoute: route =>
			guarded('replaceRoute', () => {
				if (route.interface !== null && !state.links.some(({name}) => name === route.interface)) return fail(noInterface(route.interface));
				const {message: _message, ...written} = route;
				state.routes = [...state.routes.filter(other => !sameSlot(other, route)), {...written, ours: true}];
				changed('route');
				return ok(undefined);
			}),
		deleteRoute: route =>
			guarded('deleteRoute', () => {
				// What took its place leads another way, and stays.
				state.routes = state.routes.filter(other => !sameSlot(other, route) || other.ours !== route.ours || other.interface !== route.interface || other.gateway !== route.gateway);
				changed('route');
				return ok(undefined);
			}),
		addRule: rule =>
			guarded('addRule', () => {
				if (!state.rules.some(other => sameRule(other, rule))) state.rules = [...state.rules, rule].toSorted((a, b) => a.priority - b.priority);
				changed('rule');
				return ok(undefined);
			}),
		deleteRule: rule =>
			guarded('deleteRule', () => {
				state.rules = state.rules.filter(other => !sameRule(other, rule));
				changed('rule');
				return ok(undefined);
			}),
		forgetDeadNeighbour: (address, link) =>
			guarded('forgetDeadNeighbour', () => {
				const before = state.deadNeighbours ?? [];
				state.deadNeighbours = before.filter(known => known !== `${address} ${link}`);
				return ok(before.length > state.deadNeighbours.length);
			}),
		endConnections: addresses =>
			guarded('endConnections', () => {
				const before = state.tcp ?? [];
				state.tcp = before.filter(address => !addresses.some(gone => gone === address));
				return ok(before.length - state.tcp.length);
			}),
		flushConnections: async spare =>
			guarded('flushConnections', () => {
				const before = state.connections;
				state.connections = spare === undefined ? [] : before.filter(({to}) => to === spare.port);
				return ok(before.length - state.connections.length);
			}),
		adoptConnections: door => guarded('adoptConnections', () => ok(state.connections.filter(({to}) => to === door.port).length)),
		forgetConnections: async (addresses, which) =>
			guarded('forgetConnections', () => {
				const before = state.connections;
				const has = (text: string): boolean => addresses.some(address => address === text);
				state.connections = before.filter(({from, seenAs}) => !(which === 'all' && has(from)) && !(has(seenAs) && !has(from)));
				return ok(before.length - state.connections.length);
			}),
	};
}

const noInterface = (name: string): Problem => ({
	code: 'routing-refused',
	severity: 'error',
	what: `The interface ${name} does not exist.`,
	stillBlocking: 'unknown',
	next: 'Wait for the interface to return, or name another uplink.',
});
