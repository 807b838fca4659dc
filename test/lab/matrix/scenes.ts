/** The states and configurations of the matrix, in the lab's addresses. Pure. */
import {uplinks} from '../../../lab/plan.ts';
import type {Config} from '../../../src/config/config.ts';
import {isIpv4} from '../../../src/net/address.ts';
import type {EchoOpening, Exception, GrantedPort, Pinhole} from '../../../src/policy/exception.ts';
import type {Situation, TunnelUse} from '../../../src/policy/policy.ts';
import {configFrom, grantedPort, ip, lease, portOf, range, stockholm, zurich} from '../../helpers/situations.ts';

export interface SceneOf {
	readonly name: string;
	readonly config: Config;
	readonly state: Situation['kind'];
	readonly tunnels: readonly TunnelUse[];
	/** What is open for a time; none of it ends while the matrix runs. */
	readonly exceptions?: readonly Exception[];
	readonly pinholes?: readonly Pinhole[];
	readonly echoes?: readonly EchoOpening[];
	readonly granted?: GrantedPort;
	/** Whether each of its rules is taken away in turn, to see that the matrix notices. */
	readonly remove?: true;
}

const {lan, peer, internet, secondGateway} = uplinks.addresses;

/** The uplink is named: the lab's second one has a default route too. */
const configs = {
	minimal: configFrom({VKS_UPLINK: 'eth0', VKS_LATENCY: 'yes'}),
	lan: configFrom({
		VKS_UPLINK: 'eth0', NETWORK: '172.30.7.8/29, 192.168.77.0/24, fd00:77::/64, 2001:db8:30::10/128', VKS_ALLOW_UNSAFE_NETWORK: 'yes-i-know',
		VKS_INBOUND_PORTS: '8080/tcp; 9001/udp; 6881/udp@tunnel', VKS_INBOUND_RATE: '10000', VKS_PORT_FORWARD: 'nat-pmp',
	}),
	careful: configFrom({
		VKS_UPLINK: 'eth0', VKS_IPV6: 'block', VKS_INBOUND_RATE: '10000', VKS_MANAGEMENT: `tcp 22 from ${lan.ipv4}`, VKS_INBOUND_PORTS: '9000/tcp from 172.30.7.0/24; 9001/udp from 172.30.7.0/24',
		VKS_PEERS: `eth1 ${secondGateway.ipv4} tcp 5432; eth1 ${secondGateway.ipv4} udp 5432`, VKS_DHCP: 'yes', VKS_DOCKER_DNS: 'yes',
		VKS_LAN: 'out 172.30.7.3 tcp 443; out fd00:77::/64 icmpv6; in 172.30.7.10 udp 9000-9001; 192.168.77.0/24 icmp',
	}),
	gateway: configFrom({VKS_UPLINK: 'eth0', VKS_GATEWAY: 'eth1 172.30.8.0/24', VKS_INBOUND_PORTS: '8080/tcp'}),
	/** Holds the tunnel's own resolver. */
	wide: configFrom({VKS_UPLINK: 'eth0', NETWORK: '10.0.0.0/8'}),
	/** No link bears this name. */
	absent: configFrom({VKS_UPLINK: 'eth7', NETWORK: '172.30.7.8/29', VKS_INBOUND_PORTS: '8080/tcp', VKS_PEERS: `eth1 ${secondGateway.ipv4} tcp 5432`}),
};

const up = (pass: TunnelUse['pass']): TunnelUse => ({...stockholm, pass});
const without6 = (use: TunnelUse): TunnelUse => ({...use, addresses: use.addresses.filter(isIpv4)});
const asked = {address: ip(internet.ipv4), port: portOf(443), transport: 'tcp'} as const;
/** Beside each other, before anything was moved and while it is. */
const two = (pass: TunnelUse['pass']): readonly TunnelUse[] => [
	{...up('traffic'), beside: {mark: 0xca6e, exit: null}},
	{...zurich, pass, ...(pass === 'handshake' ? {lease: lease('dial-2', 'udp')} : {}), beside: {mark: 0xca6f, exit: pass === 'handshake' ? asked : null}},
];

const exception = (id: number, {by = 'alice', reason = 'restore the backup', uid = null, port = null, ...rest}: Pick<Exception, 'protocol' | 'range' | 'direction'> & Partial<Exception>): Exception =>
	({...rest, id, by, reason, uid, port, lease: lease(`exception-${id}`, rest.protocol)});

/** The ports of `udp` are those that the cells' answers come from and go to. */
const exceptions: readonly Exception[] = [
	exception(1, {protocol: 'tcp', range: range(peer.ipv4), port: portOf(5432), direction: 'out', uid: 65_534}),
	exception(2, {protocol: 'udp', range: range(lan.ipv4), port: portOf(443), direction: 'out'}),
	exception(3, {protocol: 'udp', range: range('172.30.7.0/29'), port: portOf(9001), direction: 'in'}),
	exception(4, {protocol: 'icmp', range: range('192.168.77.5'), direction: 'out'}),
	exception(5, {protocol: 'icmp', range: range(peer.ipv4), direction: 'in'}),
	exception(6, {protocol: 'tcp', range: range('fd00:77::/64'), port: portOf(443), direction: 'out'}),
	exception(7, {protocol: 'tcp', range: range('fd00:77::/64'), port: portOf(8080), direction: 'in'}),
	exception(8, {protocol: 'icmpv6', range: range('fd00:77::5'), direction: 'out'}),
	exception(9, {protocol: 'icmpv6', range: range('fd00:77::5'), direction: 'in'}),
];
const pinholes: readonly Pinhole[] = [internet.ipv4, internet.ipv6].map((address, index) => (
	{id: index + 1, address: ip(address), port: portOf(443), transport: 'tcp', uid: 0, reason: 'the list of servers', lease: lease(`bootstrap-${index + 1}`, 'tcp')}
));
const echoes: readonly EchoOpening[] = [
	{id: 1, protocol: 'icmp', addresses: [ip(internet.ipv4)], lease: lease('latency-1', 'icmp')},
	{id: 2, protocol: 'icmpv6', addresses: [ip(internet.ipv6)], lease: lease('latency-2', 'icmpv6')},
];

export const scenes: readonly SceneOf[] = [
	{name: 'blocked, lan', config: configs.lan, state: 'blocked', tunnels: []},
	{name: 'connecting, lan', config: configs.lan, state: 'tunnelled', tunnels: [up('handshake')], granted: grantedPort},
	{name: 'connected, lan', config: configs.lan, state: 'tunnelled', tunnels: [up('traffic')], granted: grantedPort, remove: true},
	{name: 'switching, lan', config: configs.lan, state: 'tunnelled', tunnels: two('handshake')},
	{name: 'switching both', config: configs.minimal, state: 'tunnelled', tunnels: two('traffic')},
	{name: 'lockdown, lan', config: configs.lan, state: 'lockdown', tunnels: [], granted: grantedPort},
	{name: 'connected, minimal', config: configs.minimal, state: 'tunnelled', tunnels: [up('traffic')]},
	{name: 'connected, wide', config: configs.wide, state: 'tunnelled', tunnels: [up('traffic')]},
	{name: 'connected, gateway', config: configs.gateway, state: 'tunnelled', tunnels: [up('traffic')], remove: true},
	{name: 'blocked, gateway', config: configs.gateway, state: 'blocked', tunnels: []},
	{name: 'blocked, careful', config: configs.careful, state: 'blocked', tunnels: []},
	{name: 'connecting, careful', config: configs.careful, state: 'tunnelled', tunnels: [without6(up('handshake'))]},
	{name: 'connected, careful', config: configs.careful, state: 'tunnelled', tunnels: [without6(up('traffic'))], remove: true},
	{name: 'lockdown, careful', config: configs.careful, state: 'lockdown', tunnels: [], remove: true},
	{name: 'connected, excepted', config: configs.minimal, state: 'tunnelled', tunnels: [up('traffic')], exceptions, pinholes, echoes, remove: true},
	{name: 'blocked, excepted', config: configs.minimal, state: 'blocked', tunnels: [], exceptions, pinholes, echoes, remove: true},
	{name: 'connecting, excepted', config: configs.minimal, state: 'tunnelled', tunnels: [{...up('handshake'), lease: lease('dial-1', 'udp')}], exceptions, pinholes, echoes},
	{name: 'lockdown, excepted', config: configs.minimal, state: 'lockdown', tunnels: [], exceptions, pinholes, echoes},
	{name: 'no uplink', config: configs.absent, state: 'blocked', tunnels: []},
];
