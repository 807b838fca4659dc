/**
 * The routing layer, which holds when the firewall does not: only marked packets and those from a published port find the
 * uplink's default route, everything else finds the tunnel or `unreachable`. Every table of ours ends in `unreachable`, so
 * that no look-up falls through to the next one: without it an uplink flap makes the tunnel swallow its own packets.
 */
import type {Route, RoutingRule} from '../kernel/kernel.ts';
import {familyOf, isIpv4, type Family, type IpAddress} from '../net/address.ts';
import {cidrContains, cidrFamily, hostCidr, splitCidr, type Cidr} from '../net/cidr.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {Port, Transport} from '../net/port.ts';
import type {Numbers} from './policy.ts';
import type {Slot} from './slots.ts';
import {mainTable, type Uplink} from './uplink.ts';

/** Looked up before anything of ours; the kernel itself puts nothing but local, broadcast and multicast entries there. */
export const localTable = 255;
/** Worse than any route a person would add, better than none. */
const lastResortMetric = 4_000_000;
const families: readonly Family[] = [4, 6];

export interface RoutingIntent {
	readonly routes: readonly Route[];
	readonly rules: readonly RoutingRule[];
}

export interface Door {
	readonly transport: Transport;
	readonly port: Port;
}

export interface TunnelWay {
	readonly interface: InterfaceName;
	/** Those it has addresses of. */
	readonly families: readonly Family[];
	readonly resolvers: readonly IpAddress[];
	/** Null for one that is not of our making, which no other can stand beside. */
	readonly slot: Pick<Slot, 'mark' | 'table'> | null;
}

export interface RoutingInput {
	readonly numbers: Numbers;
	readonly uplink: Uplink | null;
	/** The tunnel that carries traffic. */
	readonly tunnel: TunnelWay | null;
	/** One that stands beside it, to be asked before anything is moved, or until the last answers have come by it. */
	readonly beside?: TunnelWay | null;
	/** Ranges reached outside the tunnel (`NETWORK`); empty in lockdown. */
	readonly network: readonly Cidr[];
	/** Ports on the uplink that others may connect to. */
	readonly doors: readonly Door[];
	/** False where the kernel has no IPv6. */
	readonly ipv6: boolean;
}

export function intendedRouting(input: RoutingInput): RoutingIntent {
	const used = families.filter(family => family === 4 || input.ipv6);
	return {routes: used.flatMap(family => routesFor(family, input)), rules: used.flatMap(family => rulesFor(family, input))};
}

/** Each has a table of its own while two stand, so that what is asked or answered by one of them does not depend on the other. */
const sideBySide = ({tunnel, beside}: RoutingInput): readonly TunnelWay[] => (beside === null || beside === undefined ? [] : [...(tunnel === null ? [] : [tunnel]), beside]);

function routesFor(family: Family, input: RoutingInput): readonly Route[] {
	const {numbers, uplink, tunnel, network} = input;
	const gateway = family === 4 ? uplink?.gateway4 : uplink?.gateway6;
	const onLink = (uplink?.onLink ?? []).filter(range => cidrFamily(range) === family);
	return [
		...(uplink?.up ? onLink.map(destination => unicast({family, table: numbers.uplinkTable, destination, interface: uplink.name})) : []),
		...(uplink?.up && gateway ? [unicast({family, table: numbers.uplinkTable, gateway, interface: uplink.name})] : []),
		unreachable(family, numbers.uplinkTable),
		...(tunnel?.families.includes(family) ? [unicast({family, table: numbers.tunnelTable, interface: tunnel.interface})] : []),
		unreachable(family, numbers.tunnelTable),
		...waysBeside(family, input),
		...(uplink?.up && gateway
			? network.filter(range => cidrFamily(range) === family && !onLink.some(link => cidrContains(link, splitCidr(range).base)))
				.map(destination => unicast({family, table: mainTable, destination, gateway, interface: uplink.name}))
			: []),
	];
}

/**
 * A resolver of one tunnel alone is reached by that one whichever of them carries: what was asked before the move is answered,
 * and what is asked after it finds the other's.
 */
function waysBeside(family: Family, input: RoutingInput): readonly Route[] {
	const ways = sideBySide(input);
	const {numbers: {tunnelTable}} = input;
	return ways.flatMap(({interface: device, families: its, resolvers, slot}) => {
		const others = ways.filter(way => way.interface !== device).flatMap(way => way.resolvers);
		const alone = [...new Set(resolvers)].filter(address => familyOf(address) === family && !others.includes(address));
		return [
			...(slot === null ? [] : [...(its.includes(family) ? [unicast({family, table: slot.table, interface: device})] : []), unreachable(family, slot.table)]),
			...alone.map(address => unicast({family, table: tunnelTable, destination: hostCidr(address), interface: device})),
		];
	});
}

/**
 * `lookup main suppress_prefixlength 0` uses main's specific routes and passes over any default that appears there. The
 * answers of a published port are looked up before the firewall can mark them, for their source address and because without
 * a tunnel they would find `unreachable`; and what the firewall sees as outgoing interface is the one of that first look-up.
 * That rule is for what begins here (`iif lo`; reverse-path filtering looks up so too, fib_validate_source): a host behind us
 * may send from the same number and means the tunnel.
 * The tunnel's resolvers are reached by the tunnel also where a network on the link or `NETWORK` holds their address.
 * The mark of a slot is for what begins here, too: a packet that is forwarded bears the mark of the tunnel it came by.
 */
function rulesFor(family: Family, input: RoutingInput): readonly RoutingRule[] {
	const {numbers: {tunnelMark, replyMark, uplinkTable, tunnelTable}, doors, tunnel, beside} = input;
	const rule = (priority: number, table: number, mark: number | null, suppressPrefixLength: number | null): RoutingRule => ({family, priority, mark, outInterface: null, table, suppressPrefixLength});
	const answers = doors.map(({transport, port}): RoutingRule => ({...rule(102, uplinkTable, null, null), from: {transport, port}, local: true}));
	const probes = sideBySide(input).flatMap(({slot}) => (slot === null ? [] : [{...rule(110, slot.table, slot.mark, null), local: true} as const]));
	const resolvers = [...new Set([...(tunnel?.resolvers ?? []), ...(beside?.resolvers ?? [])])].filter(to => familyOf(to) === family).map((to): RoutingRule => ({...rule(150, tunnelTable, null, null), to}));
	return [rule(0, localTable, null, null), rule(100, uplinkTable, tunnelMark, null), rule(101, uplinkTable, replyMark, null), ...answers, ...probes, ...resolvers, rule(200, mainTable, null, 0), rule(300, tunnelTable, null, null)];
}

/** One of those above, as they are read back: it leads to a table of ours, or to main without its default. */
export const isRuleOfOurs = ({priority, table, suppressPrefixLength}: RoutingRule, tables: readonly number[]): boolean =>
	priority <= 300 && (tables.includes(table) || (priority === 200 && table === mainTable && suppressPrefixLength === 0));

/** Nobody else's: whatever stands there and is not wanted goes. */
export const ourTables = ({uplinkTable, tunnelTable, probeTable}: Numbers): readonly number[] => [uplinkTable, tunnelTable, probeTable, probeTable + 1];

/** What must be done to make the actual routing the intended one. */
export interface RoutingRepair {
	readonly addRoutes: readonly Route[];
	readonly deleteRoutes: readonly Route[];
	readonly addRules: readonly RoutingRule[];
	readonly deleteRules: readonly RoutingRule[];
}

export function repairRouting(intent: RoutingIntent, actual: RoutingIntent, numbers: Numbers): RoutingRepair {
	const ours = new Set(ourTables(numbers));
	// In tables of ours a route of somebody else is none of ours, also where it says the same; in main it does as well.
	const key = (route: Route): string => `${routeKey(route)}${ours.has(route.table) && route.ours !== true ? ' strange' : ''}`;
	const wanted = new Set(intent.routes.map(key));
	const present = new Set(actual.routes.map(key));
	const wantedRules = new Set(intent.rules.map(ruleKey));
	const presentRules = new Set(actual.rules.map(ruleKey));
	const last = Math.max(...intent.rules.map(({priority}) => priority));
	return {
		addRoutes: intent.routes.filter(route => !present.has(key(route))),
		deleteRoutes: actual.routes.filter(route => !wanted.has(key(route)) && (ours.has(route.table) || route.ours === true || isWayAround(route))),
		addRules: intent.rules.filter(rule => !presentRules.has(ruleKey(rule))),
		// A rule up to our last one would decide before we do, also beside the kernel's own at 0; what comes after is never reached.
		deleteRules: actual.rules.filter(rule => rule.priority <= last && !wantedRules.has(ruleKey(rule))),
	};
}

export function isRepaired({addRoutes, deleteRoutes, addRules, deleteRules}: RoutingRepair): boolean {
	return addRoutes.length + deleteRoutes.length + addRules.length + deleteRules.length === 0;
}

/** What differs, in words. */
export function describeRepair({addRoutes, deleteRoutes, addRules, deleteRules}: RoutingRepair): readonly string[] {
	return [
		...addRoutes.map(route => `route ${routeText(route)} is missing`),
		...deleteRoutes.map(route => `route ${routeText(route)} is ${route.ours === true ? 'not wanted' : 'not ours'}`),
		...addRules.map(rule => `IPv${rule.family} routing rule ${rule.priority} is missing`),
		...deleteRules.map(rule => `IPv${rule.family} routing rule ${rule.priority} is not ours`),
	];
}

function unicast(route: Pick<Route, 'family' | 'table' | 'interface'> & {readonly destination?: Cidr; readonly gateway?: IpAddress}): Route {
	return {destination: null, gateway: null, kind: 'unicast', metric: route.family === 6 ? 1024 : 0, ours: true, ...route};
}

const unreachable = (family: Family, table: number): Route => ({family, table, destination: null, kind: 'unreachable', gateway: null, interface: null, metric: lastResortMetric, ours: true});

/** A default in main, the halves that stand for one (0.0.0.0/1, 2000::/3), or a way out in the table that is asked first. */
function isWayAround({table, destination, family}: Route): boolean {
	if (table === localTable) return destination === null || !cidrContains(multicast6, splitCidr(destination).base);
	return table === mainTable && (destination === null || splitCidr(destination).length < (family === 4 ? 8 : 7));
}

/** Kernels before 5.6 list it as an ordinary route. */
const multicast6 = 'ff00::/8' as Cidr;

/** An unreachable route has no interface worth comparing: IPv6 reports `lo`. */
function routeKey({family, table, destination, kind, gateway, interface: device, metric}: Route): string {
	return JSON.stringify([family, table, destination, kind, gateway, kind === 'unreachable' ? null : device, kind === 'unreachable' ? metric : null]);
}

function ruleKey({family, priority, mark, outInterface, table, suppressPrefixLength, to, from, local, special}: RoutingRule): string {
	return JSON.stringify([family, priority, mark, outInterface, table, suppressPrefixLength, to ?? null, from?.transport ?? null, from?.port ?? null, local === true, special === true]);
}

function routeText({family, destination, table, kind, gateway, interface: device}: Route): string {
	const target = `${kind === 'unreachable' ? 'unreachable ' : ''}${destination ?? 'default'}`;
	return `${target}${gateway ? ` via ${gateway}` : ''}${device ? ` dev ${device}` : ''} in IPv${family} table ${table}`;
}

/** Kept beside the intent: whether a gateway of this family is known. */
export const gatewayFor = (uplink: Uplink, address: IpAddress): IpAddress | null => (isIpv4(address) ? uplink.gateway4 : uplink.gateway6);
