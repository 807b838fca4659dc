/**
 * The one table of settings: parsing, suggestions and the documentation all read it. Plain data without dependencies, so
 * that a client which only looks for the control socket does not load a validator.
 */

import type {Setting} from './setting.ts';
import {attachSettings} from './settings-attach.ts';
import {egressSettings} from './settings-egress.ts';
import {healthSettings} from './settings-health.ts';
import {choiceSettings} from './settings-choice.ts';
import {numberSettings} from './settings-numbers.ts';
import {openvpnSettings} from './settings-openvpn.ts';
import {portSettings} from './settings-port.ts';
import {providerSettings} from './settings-provider.ts';
import {readerSettings} from './settings-readers.ts';
import {retentionSettings} from './settings-retention.ts';

export type {Setting};

export const settings = {
	tunnelFolder: {
		name: 'VKS_TUNNEL_FOLDER',
		key: 'tunnel_folder',
		default: '/etc/vks/tunnels',
		meaning: 'The folder whose `.conf` (WireGuard) and `.ovpn` (OpenVPN) files are the servers.',
		form: 'Write an absolute path.',
		example: '/etc/wireguard',
	},
	server: {
		name: 'VKS_SERVER',
		key: 'server',
		default: '',
		meaning: 'The server to start with; without it the last one, at first the first by name, or the first that the provider recommends.',
		form: 'Write the name of one server: its file without folder and without .conf or .ovpn, or the name its provider gives it.',
		example: 'amsterdam',
	},
	...providerSettings,
	...choiceSettings,
	...openvpnSettings,
	...attachSettings,
	network: {
		name: 'NETWORK',
		aliases: ['VKS_NETWORK'],
		key: 'network',
		default: '',
		many: true,
		meaning: 'Ranges of the LAN that stay open in both directions, beside the tunnel.',
		form: 'Write private ranges separated by ; or , such as 192.168.1.0/24;10.8.0.0/16.',
		example: '192.168.1.0/24;fd00:1::/64',
	},
	allowUnsafeNetwork: {
		name: 'VKS_ALLOW_UNSAFE_NETWORK',
		key: 'allow_unsafe_network',
		default: '',
		meaning: 'Lets `NETWORK` open public or very wide ranges; every screen then shows them red.',
		form: 'Write exactly yes-i-know, or remove it.',
		example: 'yes-i-know',
	},
	lan: {
		name: 'VKS_LAN',
		key: 'lan',
		default: '',
		many: true,
		meaning: 'Narrow openings on the uplink, beside the tunnel: who may begin, which private range, which protocol and ports.',
		form: 'Write [in|out] RANGE [tcp|udp [PORT or FIRST-LAST] | icmp | icmpv6], several separated by ; or , such as out 192.168.1.20 tcp 5432.',
		example: 'out 192.168.1.20 tcp 5432; in 192.168.1.0/24 udp 53000-53010',
	},
	...egressSettings,
	resolvers: {
		name: 'VKS_DNS',
		key: 'dns',
		default: '',
		many: true,
		meaning: "Resolvers asked through the tunnel, and no others; without it those of the tunnel's own configuration.",
		form: 'Write addresses separated by ; or , such as 10.64.0.1.',
		example: '10.64.0.1,fc00:bbbb::1',
	},
	dockerDns: {
		name: 'VKS_DOCKER_DNS',
		key: 'docker_dns',
		default: 'no',
		meaning: "Whether Docker's resolver at 127.0.0.11 may be asked, although it answers from outside the tunnel. resolv.conf names the tunnel's resolvers alone either way, so the engine's own names are for who asks 127.0.0.11.",
		form: 'Write yes or no.',
		example: 'yes',
	},
	latency: {
		name: 'VKS_LATENCY',
		key: 'latency',
		default: 'no',
		meaning: "Whether `vks latency` and the console's `p` may ping the servers' endpoints outside the tunnel, to tell how far they are. Whoever watches the uplink learns which servers there are.",
		form: 'Write yes or no.',
		example: 'yes',
	},
	ipv6: {
		name: 'VKS_IPV6',
		key: 'ipv6',
		default: 'auto',
		meaning: '`auto` tunnels IPv6 when the tunnel has an IPv6 address and blocks it otherwise; `block` lets none into it.',
		form: 'Write auto or block.',
		example: 'block',
	},
	inboundPorts: {
		name: 'VKS_INBOUND_PORTS',
		key: 'inbound_ports',
		default: '',
		many: true,
		meaning: 'Ports others may connect to: on the uplink (published by the container engine) or on the tunnel (forwarded by the provider).',
		form: 'Write PORT/tcp or PORT/udp, then @tunnel if the provider forwards it, then "from" and ranges if not anyone may connect: 8080/tcp, 6881/udp@tunnel, 9000/tcp from 192.168.1.0/24.',
		example: '8080/tcp, 6881/udp@tunnel, 9000/tcp from 192.168.1.0/24',
	},
	sourceRate: {
		name: 'VKS_INBOUND_RATE',
		key: 'inbound_rate',
		default: '20',
		meaning: 'New connections a second that one source may open to inbound ports and the management path; three times as many at once.',
		form: 'Write a number from 1 to 100000, or off.',
		example: '50',
	},
	portRate: {
		name: 'VKS_INBOUND_PORT_RATE',
		key: 'inbound_port_rate',
		default: '500',
		meaning: 'New connections a second that all sources together may open to one inbound port; three times as many at once.',
		form: 'Write a number from 1 to 100000, or off.',
		example: '2000',
	},
	...portSettings,
	peers: {
		name: 'VKS_PEERS',
		key: 'peers',
		default: '',
		many: true,
		meaning: "Services on the container's other networks that may be reached.",
		form: 'Write INTERFACE RANGE tcp|udp PORT, several separated by ; or , such as eth1 172.31.0.0/24 tcp 5432.',
		example: 'eth1 172.31.0.0/24 tcp 5432',
	},
	gateway: {
		name: 'VKS_GATEWAY',
		key: 'gateway',
		default: '',
		many: true,
		meaning: 'Other hosts or containers that are routed through the tunnel, by the interface they are behind and their range.',
		form: 'Write INTERFACE RANGE, several separated by ; or , such as eth1 172.31.0.0/24.',
		example: 'eth1 172.31.0.0/24',
	},
	management: {
		name: 'VKS_MANAGEMENT',
		key: 'management',
		default: '',
		meaning: 'The way in that stays open during lockdown, so that the operator is not locked out.',
		form: 'Write tcp PORT from RANGE, with more ranges after a space, such as tcp 22 from 192.168.1.10.',
		example: 'tcp 22 from 192.168.1.10',
	},
	uplink: {
		name: 'VKS_UPLINK',
		key: 'uplink',
		default: 'auto',
		meaning: 'The interface that carries the endpoint; `auto` takes the one with the default route.',
		form: 'Write auto or the name of one interface, such as eth0.',
		example: 'eth0',
	},
	tunnelInterface: {
		name: 'VKS_INTERFACE',
		key: 'interface',
		default: 'wg0',
		meaning: "The name of the tunnel's interface. While vks switches, the next tunnel stands beside it under the same name with a `b` after it, and keeps that until the switch after.",
		form: 'Write the name of one interface, such as wg0.',
		example: 'wg0',
	},
	dhcp: {
		name: 'VKS_DHCP',
		key: 'dhcp',
		default: 'no',
		meaning: "Whether the uplink's address comes from DHCP, which needs a permission of its own.",
		form: 'Write yes or no.',
		example: 'yes',
	},
	exitUrl: {
		name: 'VKS_EXIT_URL',
		key: 'exit_url',
		default: 'https://ipinfo.io/json',
		meaning: 'Where to learn the exit address, asked through the tunnel; `off` asks nobody.',
		form: 'Write an http or https URL without user and password, or off.',
		example: 'off',
	},
	rttEveryMs: {
		name: 'VKS_RTT_EVERY',
		key: 'rtt_every',
		default: '10s',
		meaning: "How often the tunnel's resolver is asked for `example.com` while connected, to see how long it takes and whether it answers; `off` asks nobody.",
		form: 'Write a number with s, m, h or d, from 2s to 1h, such as 30s; or off.',
		example: '1m',
	},
	...healthSettings,
	drillEveryMs: {
		name: 'VKS_DRILL_EVERY',
		key: 'drill_every',
		default: '1h',
		meaning: 'How often a leak test (`vks drill`) runs by itself; it also runs after each connection. `off`: neither.',
		form: 'Write a number with s, m, h or d, from 1m to 30d, such as 30m; or off.',
		example: '30m',
	},
	drillOnLeak: {
		name: 'VKS_DRILL_ON_LEAK',
		key: 'drill_on_leak',
		default: 'lockdown',
		meaning: 'What follows when a leak test sees its own packets outside the tunnel: `lockdown`, or `report` alone.',
		form: 'Write lockdown or report.',
		example: 'report',
	},
	drillWhoami: {
		name: 'VKS_DRILL_WHOAMI',
		key: 'drill_whoami',
		default: '',
		meaning: 'A name whose IPv4 address is that of the resolver which asks for it: leak tests look through the tunnel who asks. Without it nobody is asked.',
		form: 'Write one host name.',
		example: 'whoami.akamai.net',
	},
	...readerSettings,
	stateFolder: {
		name: 'VKS_STATE_FOLDER',
		key: 'state_folder',
		default: '/var/lib/vks',
		meaning: 'Where is kept what outlives a restart: what was wanted, exceptions, marks and results of servers, marks of keys, a provider\'s list, and the resolv.conf from before.',
		form: 'Write an absolute path.',
		example: '/data/vks',
	},
	runFolder: {
		name: 'VKS_RUN_FOLDER',
		key: 'run_folder',
		default: '/run/vks',
		meaning: 'Where the control sockets are.',
		form: 'Write an absolute path of at most 80 bytes.',
		example: '/run/vks-two',
	},
	resolvConf: {
		name: 'VKS_RESOLV_CONF',
		key: 'resolv_conf',
		default: '/etc/resolv.conf',
		meaning: "The resolver file vks writes the tunnel's resolvers to.",
		form: 'Write an absolute path.',
		example: '/etc/resolv.conf',
	},
	firewallBackend: {
		name: 'VKS_FIREWALL_BACKEND',
		key: 'firewall_backend',
		default: 'auto',
		meaning: 'How rules reach the kernel: in-process (`libnftables`), by running `nft`, or the first of these that works.',
		form: 'Write auto, libnftables or nft.',
		example: 'nft',
	},
	logLevel: {
		name: 'VKS_LOG_LEVEL',
		key: 'log_level',
		default: 'info',
		meaning: 'The least severe line the daemon logs.',
		form: 'Write debug, info, warn or error.',
		example: 'debug',
	},
	...retentionSettings,
	...numberSettings,
	configFile: {
		name: 'VKS_CONFIG',
		key: null,
		default: '/etc/vks/vks.yaml',
		meaning: 'The optional YAML file with the same settings; the environment wins over it.',
		form: 'Write the absolute path of a readable YAML file.',
		example: '/config/vks.yaml',
	},
} as const satisfies Record<string, Setting>;

export type SettingId = keyof typeof settings;
export type Environment = Readonly<Record<string, string | undefined>>;

/** Every setting with its id, as the general type. */
export const settingList: readonly (Setting & {readonly id: SettingId})[] = Object.entries(settings).map(([id, setting]) => ({
	...setting,
	id: id as SettingId,
}));

/** Compose files pass variables nobody filled in as empty text, so empty counts as not set. */
export function fromEnvironment(setting: Setting, env: Environment): {readonly name: string; readonly text: string} | null {
	for (const name of [setting.name, ...(setting.aliases ?? [])]) {
		const text = env[name]?.trim() ?? '';
		if (text !== '') return {name, text};
	}
	return null;
}
