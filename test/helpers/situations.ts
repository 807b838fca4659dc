/** The configurations and situations the golden rulesets are made of; the other policy tests use them too. */
import type {Config} from '../../src/config/config.ts';
import {parseEgress} from '../../src/config/parse-egress.ts';
import {parseConfig} from '../../src/config/parse.ts';
import {planEgress, type EgressPlan} from '../../src/egress/plan.ts';
import {parseIp, type IpAddress} from '../../src/net/address.ts';
import {parseInterfaceName, type InterfaceName} from '../../src/net/interface-name.ts';
import {parsePort, type Port} from '../../src/net/port.ts';
import {parseCidr, type Cidr} from '../../src/net/cidr.ts';
import type {EchoOpening, Exception, GrantedPort, Pinhole} from '../../src/policy/exception.ts';
import {leaseName, type Lease} from '../../src/policy/lease.ts';
import type {OwnersEndpoint, Protocol, Situation, TunnelUse} from '../../src/policy/policy.ts';

export function configFrom(env: Readonly<Record<string, string>>): Config {
	const parsed = parseConfig({env, file: null});
	if (!parsed.ok) throw new Error(parsed.error.map(problem => JSON.stringify(problem)).join('\n'));
	return parsed.value;
}

export const configurations = {
	minimal: configFrom({}),
	lan: configFrom({NETWORK: '192.168.77.0/24, fd00:77::/64', VKS_INBOUND_PORTS: '8080/tcp; 6881/udp@tunnel'}),
	careful: configFrom({
		VKS_IPV6: 'block', VKS_MANAGEMENT: 'tcp 22 from 192.168.1.10', VKS_INBOUND_PORTS: '9000/tcp from 192.168.1.0/24',
		VKS_PEERS: 'eth1 172.31.0.0/24 tcp 5432', VKS_DHCP: 'yes', VKS_DOCKER_DNS: 'yes', VKS_LATENCY: 'yes', VKS_PORT_FORWARD: 'nat-pmp',
	}),
	narrow: configFrom({VKS_LAN: '192.168.77.0/24; out 192.168.78.20 tcp 5432; in 192.168.78.0/24 udp 53000-53010; out fd00:77::/64 icmpv6; in 192.168.78.0/24 icmp'}),
	attached: configFrom({VKS_ATTACH: 'gluetun', VKS_INBOUND_PORTS: '8080/tcp', VKS_MANAGEMENT: 'tcp 22 from 192.168.1.10', NETWORK: '192.168.77.0/24'}),
	gateway: configFrom({VKS_GATEWAY: 'eth1 172.31.0.0/24; eth0 fd00:77::/64; eth1 fd00:78::/64', VKS_INBOUND_PORTS: '8080/tcp'}),
} as const;

export const ip = (text: string): IpAddress => orThrow(parseIp(text), text);
export const nic = (text: string): InterfaceName => orThrow(parseInterfaceName(text), text);
export const portOf = (value: number): Port => orThrow(parsePort(value), String(value));

export const stockholm: TunnelUse = {
	interface: nic('wg0'),
	addresses: [ip('10.64.1.2'), ip('fd64:1::2')],
	endpoint: {address: ip('198.51.100.10'), port: portOf(51_820), transport: 'udp'},
	resolvers: [ip('10.64.1.1'), ip('fd64:1::1')],
	pass: 'traffic',
	senderUid: 0,
};
/** An IPv6 endpoint, a kernel device, IPv4 only inside. */
export const zurich: TunnelUse = {
	interface: nic('wg0b'),
	addresses: [ip('10.64.2.2')],
	endpoint: {address: ip('2001:db8:52::10'), port: portOf(51_820), transport: 'udp'},
	resolvers: [ip('10.64.2.1')],
	pass: 'handshake',
	senderUid: null,
};

/** OpenVPN over TCP while it is dialled: the server has given no addresses yet. */
export const malmo: TunnelUse = {
	interface: nic('wg0'),
	addresses: [],
	endpoint: {address: ip('198.51.100.10'), port: portOf(443), transport: 'tcp'},
	resolvers: [],
	pass: 'handshake',
	senderUid: 0,
};

/** Beyond any test, on the monotonic clock. */
export const lease = (permission: string, protocol: Protocol): Lease => ({name: leaseName(permission), protocol, untilMs: 90_000_000, forMs: 900_000});
export const range = (text: string): Cidr => orThrow(parseCidr(text), text);

const operators = {by: 'alice', reason: 'restore the backup', uid: null} as const;
export const exceptions: readonly Exception[] = [
	{...operators, id: 1, protocol: 'tcp', range: range('192.168.9.20'), port: portOf(5432), direction: 'out', uid: 1000, lease: lease('exception-1', 'tcp')},
	{...operators, id: 2, protocol: 'udp', range: range('192.168.9.0/24'), port: portOf(5353), direction: 'in', lease: lease('exception-2', 'udp')},
	{...operators, id: 3, protocol: 'icmp', range: range('192.168.9.1'), port: null, direction: 'out', lease: lease('exception-3', 'icmp')},
	{...operators, id: 4, protocol: 'tcp', range: range('fd00:9::/64'), port: portOf(443), direction: 'out', lease: lease('exception-4', 'tcp')},
	{...operators, id: 5, protocol: 'icmpv6', range: range('fd00:9::1'), port: null, direction: 'in', lease: lease('exception-5', 'icmpv6')},
];
export const pinholes: readonly Pinhole[] = [
	{id: 1, address: ip('203.0.113.80'), port: portOf(443), transport: 'tcp', uid: 0, reason: 'the list of servers', lease: lease('bootstrap-1', 'tcp')},
	{id: 2, address: ip('2001:db8:80::1'), port: portOf(443), transport: 'tcp', uid: 0, reason: 'the list of servers', lease: lease('bootstrap-2', 'tcp')},
];

/** Two endpoints beside each other, one alone, and one of the other family. */
export const echoes: readonly EchoOpening[] = [
	{id: 1, protocol: 'icmp', addresses: [ip('198.51.100.20'), ip('198.51.100.21'), ip('203.0.113.30')], lease: lease('latency-1', 'icmp')},
	{id: 2, protocol: 'icmpv6', addresses: [ip('2001:db8:53::10')], lease: lease('latency-2', 'icmpv6')},
];

export const grantedPort: GrantedPort = {
	interface: nic('wg0'), port: portOf(51_413),
	leases: (['udp', 'tcp'] as const).map(transport => ({...lease(`granted-${transport}`, transport), renewed: true})),
};

/** One user may reach more than everybody, and one name has HTTP. */
export const egressPlan: EgressPlan = planEgress(
	['api.example.com', '*.example.org 80 443', 'uid 1000 git.example.net 443 8443'].flatMap(text => {
		const parsed = parseEgress(text);
		return parsed.ok ? [parsed.value] : [];
	}),
	{firstListener: 18_400, proxyUid: 64_530, ownMark: 0xca70, ownPorts: [portOf(443)]},
);

/** One that the device names, and one that the operator does, of a process without a mark. */
const ownersEndpoints: readonly OwnersEndpoint[] = [
	{endpoint: {address: ip('198.51.100.10'), port: portOf(51_820), transport: 'udp'}, mark: 51_820, uid: null, by: 'device'},
	{endpoint: {address: ip('2001:db8:53::10'), port: portOf(1194), transport: 'tcp'}, mark: null, uid: 0, by: 'setting'},
];

const base = {uplink: nic('eth0'), outside: [nic('eth0'), nic('eth1')]} as const;

export const situations = {
	blocked: {kind: 'blocked', tunnels: [], ...base},
	connecting: {kind: 'tunnelled', tunnels: [{...stockholm, pass: 'handshake', lease: lease('dial-1', 'udp')}], ...base},
	'connecting-tcp': {kind: 'tunnelled', tunnels: [{...malmo, lease: lease('dial-1', 'tcp')}], ...base},
	connected: {kind: 'tunnelled', tunnels: [stockholm], ...base},
	switching: {kind: 'tunnelled', tunnels: [{...stockholm, beside: {mark: 0xca6e, exit: null}}, {...zurich, lease: lease('dial-2', 'udp'), beside: {mark: 0xca6f, exit: {address: ip('203.0.113.44'), port: portOf(443), transport: 'tcp'}}}], ...base},
	'switching-both': {kind: 'tunnelled', tunnels: [{...stockholm, beside: {mark: 0xca6e, exit: null}}, {...zurich, pass: 'traffic', beside: {mark: 0xca6f, exit: null}}], ...base},
	lockdown: {kind: 'lockdown', tunnels: [], ...base},
	bootstrapping: {kind: 'blocked', tunnels: [], ...base, pinholes},
	excepted: {kind: 'tunnelled', tunnels: [stockholm], ...base, exceptions, pinholes},
	'excepted-lockdown': {kind: 'lockdown', tunnels: [], ...base, exceptions, pinholes, echoes},
	forwarding: {kind: 'tunnelled', tunnels: [stockholm], ...base, granted: grantedPort},
	measuring: {kind: 'tunnelled', tunnels: [stockholm], ...base, echoes},
	attached: {kind: 'tunnelled', tunnels: [{...stockholm, senderUid: null}], ...base, attached: {interface: nic('wg0'), endpoints: ownersEndpoints}},
	/** Its owner has taken it down, or it was not verified yet. */
	'attached-waiting': {kind: 'blocked', tunnels: [], ...base, attached: {interface: null, endpoints: ownersEndpoints}},
	'attached-verifying': {kind: 'tunnelled', tunnels: [{...stockholm, senderUid: null, pass: 'handshake'}], ...base, attached: {interface: nic('wg0'), endpoints: ownersEndpoints}},
	'attached-lockdown': {kind: 'lockdown', tunnels: [], ...base, attached: {interface: nic('wg0'), endpoints: ownersEndpoints}},
	'no-uplink': {kind: 'blocked', tunnels: [], uplink: null, outside: []},
} as const satisfies Readonly<Record<string, Situation>>;

/** Where names are chosen that may be reached. */
export const governed = {
	governed: {...situations.forwarding, egress: egressPlan},
	'governed-switching': {...situations['switching-both'], egress: egressPlan},
	'governed-lockdown': {...situations.lockdown, egress: egressPlan},
} as const satisfies Readonly<Record<string, Situation>>;

/** Each configuration in each situation; what there is to know of somebody else's tunnel is known with that setting alone. */
export const combinations: ReadonlyArray<{readonly name: string; readonly config: Config; readonly situation: Situation}> = Object.entries(configurations).flatMap(([configuration, config]) =>
	Object.entries(situations).flatMap(([name, situation]) => ((config.attach !== null) === ('attached' in situation) ? [{name: `${configuration}-${name}`, config, situation}] : [])));

function orThrow<T>(value: T | null, text: string): T {
	if (value === null) throw new Error(`not valid: ${text}`);
	return value;
}
