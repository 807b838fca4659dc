/** Keeps the routing layer as intended, follows the uplink through flaps, renames and new gateways. */
import type {Kernel, Link, Network, Route, XdpHolding} from '../kernel/kernel.ts';
import type {Config} from '../config/config.ts';
import {isIpv4, type Family, type IpAddress} from '../net/address.ts';
import {mergeCidrs, type Cidr} from '../net/cidr.ts';
import {loopback, type InterfaceName} from '../net/interface-name.ts';
import type {Numbers} from '../policy/policy.ts';
import {describeRepair, intendedRouting, isRepaired, localTable, ourTables, repairRouting, type Door, type RoutingIntent, type RoutingRepair, type TunnelWay} from '../policy/routing.ts';
import {slotOf} from '../policy/slots.ts';
import {chooseUplink, isTunnel, mainTable, type Uplink, type UplinkChoice} from '../policy/uplink.ts';
import type {Problem} from '../problem.ts';
import {ok, type Result} from '../result.ts';
import {readHooks, type HooksReading} from './foreign-hooks.ts';

export interface Carrying {
	readonly interface: InterfaceName;
	readonly addresses: readonly IpAddress[];
	readonly families: readonly Family[];
	readonly resolvers: readonly IpAddress[];
}

export interface NetworkWish {
	/** Every tunnel interface of ours, so that none is taken for an uplink. */
	readonly tunnels: readonly InterfaceName[];
	readonly carrying: Carrying | null;
	/** One that stands beside it. */
	readonly beside?: Carrying | null;
	readonly exceptionsOpen: boolean;
	/** False where somebody undoes our repairs as fast: what differs is told and left. */
	readonly repair: boolean;
	/** Ranges open for a time, which are reached by the uplink meanwhile. */
	readonly exceptions: readonly Cidr[];
}

export interface NetworkReading {
	readonly choice: UplinkChoice;
	/** What had to be put right, in words; empty when all was as intended. */
	readonly repaired: readonly string[];
	/** What could not be put right. */
	readonly broken: readonly string[];
	readonly ipv6: boolean;
	/** Whether the tunnel's device exists, is up and has its addresses. */
	readonly carrierUp: boolean;
	/** The same of the one beside it; false where there is none. */
	readonly besideUp: boolean;
	/** As it was last read. */
	readonly routing: RoutingIntent;
	readonly links: readonly Link[];
	readonly xdp: XdpHolding;
	/** What others hooked in; a failure to read it is told and holds up no repair. */
	readonly hooks: HooksReading;
}

export interface NetworkKeeper {
	/** Reads links, routes and rules, and repairs what differs. Synchronous: it runs between a fact and the next packet. */
	sync(wish: NetworkWish): Result<NetworkReading, Problem>;
}

export function networkKeeper(kernel: Pick<Kernel, 'network' | 'sysctl' | 'xdp' | 'hooks'>, config: Config): NetworkKeeper {
	const {network} = kernel;
	let previous: Uplink | null = null;

	return {
		sync({tunnels, carrying, beside = null, exceptionsOpen, exceptions, repair: mayRepair}) {
			const links = network.links();
			if (!links.ok) return links;
			const actual = readRouting(network, config);
			if (!actual.ok) return actual;
			const choice = chooseUplink({
				links: links.value,
				routes: actual.value.routes,
				tunnels,
				configured: config.uplink,
				uplinkTable: config.numbers.uplinkTable,
				previous,
			});
			previous = choice.uplink ?? previous;
			const xdp = kernel.xdp.hold(links.value.filter(({name}) => choice.outside.includes(name)));
			const ipv6 = kernel.sysctl.read('net.ipv6.conf.all.disable_ipv6') !== null;
			const wayOf = (tunnel: Carrying | null): TunnelWay | null =>
				(tunnel !== null && links.value.some(link => canCarry(link, tunnel)) ? {...tunnel, slot: slotOf(config, tunnel.interface)} : null);
			const [standing, other] = [wayOf(carrying), wayOf(beside)];
			const intent = intendedRouting({
				numbers: config.numbers, uplink: choice.uplink, tunnel: standing, beside: other, network: exceptionsOpen ? outsideRanges(config, exceptions) : [], doors: doorsOf(config, exceptionsOpen), ipv6,
			});
			const repair = repairRouting(intent, actual.value, config.numbers);
			const leave = isRepaired(repair) || !mayRepair;
			const errors = leave ? [] : apply(network, repair, config.numbers);
			const after = leave ? ok(actual.value) : readRouting(network, config);
			if (!after.ok) return after;
			const left = describeRepair(repairRouting(intent, after.value, config.numbers));
			return ok({
				choice,
				repaired: mayRepair ? describeRepair(repair) : [],
				broken: [...(left.length === 0 ? [] : [...left, ...errors]), ...impostors(links.value)],
				ipv6,
				carrierUp: standing !== null,
				besideUp: other !== null,
				routing: after.value,
				links: links.value,
				xdp,
				hooks: readHooks(kernel.hooks, links.value),
			});
		},
	};
}

/** What the uplink leads to although a tunnel is up. */
const outsideRanges = ({network, lan}: Config, exceptions: readonly Cidr[]): readonly Cidr[] => mergeCidrs([...network, ...lan.map(({range}) => range), ...exceptions]);

/** The firewall lets pass what is called `lo`. */
export const impostors = (links: readonly Link[]): readonly string[] =>
	links.some(link => link.name === loopback && !link.loopback) ? ['an interface that is no loopback is called lo, and the firewall takes it for one'] : [];

/** IPv6 addresses are not asked for: where IPv6 is switched off the device never took them. */
export const canCarry = (link: Link, {interface: device, addresses}: Carrying): boolean =>
	isTunnel(link, [device]) && link.up && addresses.filter(isIpv4).every(address => link.addresses.some(entry => entry.address === address));

/** Each once: the management port may be published too. */
function doorsOf({inboundPorts, management}: Config, exceptionsOpen: boolean): readonly Door[] {
	const doors = [
		...(exceptionsOpen ? inboundPorts.filter(({on}) => on === 'uplink') : []),
		...(management === null ? [] : [{transport: 'tcp', port: management.port} as const]),
	];
	return [...new Map(doors.map(({transport, port}) => [`${transport} ${port}`, {transport, port}])).values()];
}

function readRouting(network: Network, {numbers}: Config) {
	const routes = network.routes([...ourTables(numbers), localTable]);
	if (!routes.ok) return routes;
	const rules = network.rules();
	if (!rules.ok) return rules;
	return ok({routes: routes.value, rules: rules.value});
}

/**
 * Unreachables and rules first, defaults last: in between, a look-up finds less than it should and never more. What only leads
 * another way than before is replaced in one step, so that no packet finds nothing.
 */
function apply(network: Network, {addRoutes, deleteRoutes, addRules, deleteRules}: RoutingRepair, {tunnelTable, uplinkTable}: Numbers): readonly string[] {
	const ways = addRoutes.filter(({kind}) => kind !== 'unreachable');
	const instead = (route: Route): Route | undefined => deleteRoutes.find(old => old.ours === true && placeOf(old) === placeOf(route));
	// A slot's table is filled before a rule leads there: reverse-path filtering asks it of every answer from then on.
	const ofSlots = ways.filter(({table}) => ![tunnelTable, uplinkTable, mainTable].includes(table));
	const others = ways.filter(route => !ofSlots.includes(route));
	const [inPlace, anew] = [others.filter(instead), others.filter(route => instead(route) === undefined)];
	const results = [
		...[...addRoutes.filter(({kind}) => kind === 'unreachable'), ...ofSlots].map(route => network.replaceRoute(route)),
		...addRules.map(rule => network.addRule(rule)),
		...deleteRules.map(rule => network.deleteRule(rule)),
		...inPlace.map(route => network.replaceRoute(route)),
		...deleteRoutes.map(route => network.deleteRoute(route)),
		...anew.map(route => network.replaceRoute(route)),
	];
	return results.flatMap(result => (result.ok ? [] : [result.error.what]));
}

/** What the kernel replaces one route by another for. */
const placeOf = ({family, table, destination, kind, metric}: Route): string => JSON.stringify([family, table, destination, kind, metric]);
