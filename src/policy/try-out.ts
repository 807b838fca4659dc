/** What would become of a packet if something were otherwise: the policy is compiled with the change, and asked. */
import type {Config} from '../config/config.ts';
import type {Route} from '../kernel/kernel.ts';
import {familyOf, type IpAddress} from '../net/address.ts';
import {cidrContains, hostCidr} from '../net/cidr.ts';
import {compile} from './compile.ts';
import type {Situation} from './policy.ts';
import {wayOf, type Question} from './question.ts';
import {mainTable, type Uplink} from './uplink.ts';
import type {Way, World} from './way.ts';

/** What the ruleset is made of. */
export interface Openable {
	readonly config: Config;
	readonly situation: Situation;
	readonly uplink: Uplink | null;
}

export interface Change {
	readonly config?: Partial<Config>;
	readonly situation?: Situation;
	/** Its host is reached by the gateway where it is not on a link. */
	readonly routed?: true;
}

export interface Trial {
	readonly world: World;
	readonly question: Question;
}

export function wayWith({world, question}: Trial, {config, situation, uplink}: Openable, change: Change): Way {
	const tried: Config = {...config, ...change.config};
	const state = withResolvers(change.situation ?? situation, change.config?.resolvers);
	const routes: readonly Route[] = [...world.routing.routes, ...gatewayRoute(question, change, uplink)];
	const rules = [...world.routing.rules, ...resolverRule(question, change, tried)];
	return wayOf({...world, ruleset: compile(tried, state), routing: {...world.routing, routes, rules}}, question);
}

function withResolvers(situation: Situation, resolvers: readonly IpAddress[] | undefined): Situation {
	return resolvers === undefined ? situation : {...situation, tunnels: situation.tunnels.map(tunnel => ({...tunnel, resolvers: [...tunnel.resolvers, ...resolvers]}))};
}

function gatewayRoute({destination}: Question, {routed}: Change, uplink: Uplink | null): readonly Route[] {
	const gateway = familyOf(destination) === 4 ? uplink?.gateway4 : uplink?.gateway6;
	if (routed !== true || uplink?.up !== true || gateway === null || gateway === undefined) return [];
	if (uplink.onLink.some(link => cidrContains(link, destination))) return [];
	return [{family: familyOf(destination), table: mainTable, destination: hostCidr(destination), kind: 'unicast', gateway, interface: uplink.name, metric: 0}];
}

function resolverRule({destination}: Question, {config}: Change, {numbers}: Config): World['routing']['rules'] {
	return config?.resolvers === undefined ? [] : [{family: familyOf(destination), priority: 150, mark: null, outInterface: null, table: numbers.tunnelTable, suppressPrefixLength: null, to: destination}];
}
