/** The lab's links, addresses, routes and sysctls as `ip` batch lines. Pure. */
import {namespaceRoles, serverInterface} from './description.ts';
import type {LabDescription, NamespaceRole} from './description.ts';
import {clientIdentities, serverPlans, tunnelPlans, uplinks} from './plan.ts';
import type {Family, ServerPlan} from './plan.ts';

const {addresses, first, internetRouter, lanBridge, internetLink} = uplinks;

type Namespaces = LabDescription['namespaces'];

export const namespaceLines = (namespaces: Namespaces): readonly string[] =>
	namespaceRoles.map(role => `netns add ${namespaces[role]}`);

/** Run inside the isp: it owns one end of every link. */
export function linkLines(namespaces: Namespaces): readonly string[] {
	const pair = (port: string, role: NamespaceRole) => `link add ${port} type veth peer name eth0 netns ${namespaces[role]}`;
	return [
		`link add ${lanBridge} type bridge forward_delay 0 mcast_snooping 0`,
		`link add ${first.port} index ${first.index} type veth peer name eth0 netns ${namespaces.client}`,
		pair('lan0', 'lan'),
		pair('peer0', 'peer'),
		pair(internetLink, 'internet'),
		...serverPlans.map(({name}) => pair(name, name)),
		...[first.port, 'lan0', 'peer0'].map(port => `link set ${port} master ${lanBridge}`),
	];
}

const addressLines = (device: string, {ipv4, ipv6}: Family): readonly string[] => [
	`address add ${ipv4}/24 dev ${device}`,
	`address add ${ipv6}/64 dev ${device} nodad`,
];

const hostLines = (own: readonly Family[], gateway: Family): readonly string[] => [
	'link set lo up',
	'link set eth0 up',
	...own.flatMap(address => addressLines('eth0', address)),
	`route add default via ${gateway.ipv4} dev eth0`,
	`route add default via ${gateway.ipv6} dev eth0`,
];

const ispLines: readonly string[] = [
	'link set lo up',
	...[lanBridge, first.port, 'lan0', 'peer0', internetLink, 's1', 's2'].map(device => `link set ${device} up`),
	...addressLines(lanBridge, addresses.gateway),
	...addressLines(internetLink, internetRouter),
	...serverPlans.flatMap(({name, router}) => addressLines(name, router)),
];

const serverLines = (plan: ServerPlan): readonly string[] => hostLines([plan.endpoint, plan.exit], plan.router);

export const addressLinesFor: Readonly<Record<NamespaceRole, readonly string[]>> = {
	isp: ispLines,
	client: hostLines([addresses.client], addresses.gateway),
	peer: hostLines([addresses.peer], addresses.gateway),
	lan: hostLines([addresses.lan], addresses.gateway),
	internet: hostLines([addresses.internet, addresses.resolver, addresses.otherResolver], internetRouter),
	s1: serverPlans.filter(({name}) => name === 's1').flatMap(serverLines),
	s2: serverPlans.filter(({name}) => name === 's2').flatMap(serverLines),
};

/** The server's side of its tunnel, once the interface is there. */
export function tunnelLines(id: string, {name, gateway}: ServerPlan): readonly string[] {
	const device = serverInterface(id, name);
	const served = new Set(tunnelPlans.filter(({server}) => server === name).map(({identity}) => identity));
	const inner = clientIdentities.filter(identity => served.has(identity.name));
	return [
		`address add ${gateway.ipv4}/32 dev ${device}`,
		`address add ${gateway.ipv6}/128 dev ${device} nodad`,
		`link set ${device} mtu 1420 up`,
		...inner.flatMap(({ipv4, ipv6}) => [
			`route add ${ipv4}/32 dev ${device}`,
			...(ipv6 === null ? [] : [`route add ${ipv6}/128 dev ${device}`]),
		]),
	];
}

/** Second uplink, first half, run inside the isp: the witness must cover it before the client can use it. */
export const secondUplinkPort: readonly string[] = [
	`link add ${uplinks.second.port} index ${uplinks.second.index} type veth peer name eth1`,
	...addressLines(uplinks.second.port, addresses.secondGateway),
	`link set ${uplinks.second.port} up`,
];

export const secondUplinkInClient: readonly string[] = [
	...addressLines('eth1', addresses.secondClient),
	'link set eth1 up',
	`route add default via ${addresses.secondGateway.ipv4} dev eth1 metric 50`,
	`route add default via ${addresses.secondGateway.ipv6} dev eth1 metric 50`,
];

interface ClientSysctls {
	readonly rpFilter: number;
	readonly srcValidMark: number;
}

/** `default` before any link exists, so that eth0 is born with the values, as in a container. */
export function sysctlsFor(role: NamespaceRole, {rpFilter, srcValidMark}: ClientSysctls): readonly string[] {
	const routes = role === 'isp' || role === 's1' || role === 's2';
	const reverse = role === 'client' ? rpFilter : 0;
	return [
		`net.ipv4.conf.all.rp_filter=${reverse}`,
		`net.ipv4.conf.default.rp_filter=${reverse}`,
		'net.ipv6.conf.all.accept_dad=0',
		'net.ipv6.conf.default.accept_dad=0',
		...(routes ? ['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1'] : []),
		...(role === 'client'
			? [`net.ipv4.conf.all.src_valid_mark=${srcValidMark}`, 'net.ipv4.ping_group_range=0 2147483647']
			: []),
	];
}
