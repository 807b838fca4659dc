/**
 * What Gluetun does to its namespace, as commands in its order (internal/firewall, internal/routing, internal/wireguard): its
 * iptables rules, its rules of routing, and a tunnel that is made and unmade. Pure.
 */
import {uplinks} from '../plan.ts';

/** `fwmark` and routing table of its WireGuard (wireguard/settings.go); 101 is its rule's priority. */
export const gluetunMark = 51_820;
const rulePriority = 101;

/** Where its namespace stands; without IPv6 it does nothing for it, as there. */
export interface GluetunUplink {
	readonly ipv4: Way;
	readonly ipv6: Way | null;
}

interface Way {
	readonly client: string;
	readonly gateway: string;
	readonly network: string;
}

const {client, gateway} = uplinks.addresses;
export const labUplink: GluetunUplink = {
	ipv4: {client: client.ipv4, gateway: gateway.ipv4, network: '172.30.7.0/24'},
	ipv6: {client: client.ipv6, gateway: gateway.ipv6, network: '2001:db8:30::/64'},
};

export interface Connection {
	readonly address: string;
	readonly port: number;
}

type Argv = readonly string[];
const words = (text: string): Argv => text.split(' ');
const both = (rule: string): readonly Argv[] => [words(`iptables ${rule}`), words(`ip6tables ${rule}`)];

/** `enable.go`: everything is dropped, and then some of it is not. */
export const firewallUp = ({ipv4, ipv6}: GluetunUplink): readonly Argv[] => [
	...both('--policy INPUT DROP'), ...both('--policy OUTPUT DROP'), ...both('--policy FORWARD DROP'),
	...both('--append INPUT -i lo -j ACCEPT'),
	...both('--append OUTPUT -o lo -j ACCEPT'),
	...both('--append OUTPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT'),
	...both('--append INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT'),
	words(`iptables --append OUTPUT -o eth0 -s ${ipv4.client} -d ${ipv4.network} -j ACCEPT`),
	...(ipv6 === null ? [] : [words(`ip6tables --append OUTPUT -o eth0 -s ${ipv6.client} -d ${ipv6.network} -j ACCEPT`)]),
	words('ip6tables --append OUTPUT -o eth0 -d ff02::1:ff00:0/104 -j ACCEPT'),
	words(`iptables --append INPUT -i eth0 -d ${ipv4.network} -j ACCEPT`),
	...(ipv6 === null ? [] : [words(`ip6tables --append INPUT -i eth0 -d ${ipv6.network} -j ACCEPT`)]),
];

/** `vpn.go`: by address and port alone, for whoever sends. */
export function allowConnection({address, port}: Connection, device: string, what: 'append' | 'delete'): readonly Argv[] {
	const command = address.includes(':') ? 'ip6tables' : 'iptables';
	return [words(`${command} --${what} OUTPUT -d ${address} -o eth0 -p udp -m udp --dport ${port} -j ACCEPT`), ...both(`--${what} OUTPUT -o ${device} -j ACCEPT`)];
}

/** `AddLocalRules`, `routeInboundFromDefault`: main keeps its default. */
export const routingUp = (way: Way, length: 32 | 128): readonly string[] => [
	`rule add to ${way.network} lookup main priority 98`,
	`rule add from ${way.client}/${length} lookup 200 priority 100`,
	`route replace default via ${way.gateway} dev eth0 table 200`,
];

/** In `Run`'s order: the device is configured before it is up, and routes and rules come last. */
export const addressesUp = (device: string, addresses: readonly string[]): readonly string[] => addresses.map(address => `address add ${address} dev ${device}${address.includes(':') ? ' nodad' : ''}`);
export const linkUp = (device: string): readonly string[] => [`link set ${device} mtu 1420 up`];
export const tunnelRouting = (device: string): readonly string[] => [
	`route add default dev ${device} table ${gluetunMark}`,
	`rule add not fwmark ${gluetunMark} lookup ${gluetunMark} priority ${rulePriority}`,
];
export const tunnelRoutingDown: readonly string[] = [`rule delete not fwmark ${gluetunMark} lookup ${gluetunMark} priority ${rulePriority}`];
