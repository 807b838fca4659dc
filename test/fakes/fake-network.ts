/** Links, routes and rules in memory, with the kernel's habits: a link takes its routes along, adding twice is one. */
import type {InterfaceName} from '../../src/net/interface-name.ts';
import type {Link, Network, Route, RoutingRule} from '../../src/kernel/kernel.ts';
import type {Problem} from '../../src/problem.ts';
import {fail, ok, type Result} from '../../src/result.ts';

export interface FakeNetworkState {
	links: Link[];
	routes: Route[];
	rules: RoutingRule[];
	connections: number;
	/** Local addresses of open TCP connections. */
	tcp?: readonly string[];
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
				state.routes = state.routes.filter(other => !sameSlot(other, route) || other.ours !== route.ours);
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
		endConnections: addresses =>
			guarded('endConnections', () => {
				const before = state.tcp ?? [];
				state.tcp = before.filter(address => !addresses.some(gone => gone === address));
				return ok(before.length - state.tcp.length);
			}),
		flushConnections: async () =>
			guarded('flushConnections', () => {
				const count = state.connections;
				state.connections = 0;
				return ok(count);
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
