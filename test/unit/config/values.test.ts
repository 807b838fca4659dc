/** Every setting: what is taken, and the exact words for what is not. */
import {describe, expect, test} from 'vitest';
import type {Config} from '../../../src/config/config.ts';
import {settingList} from '../../../src/config/settings.ts';
import {complaints, configOf} from './say.ts';

test('with nothing set there is a configuration', () => {
	expect(configOf({})).toEqual({
		tunnelFolder: '/etc/vks/tunnels',
		server: null,
		provider: {
			name: 'folder', countries: [], cities: [], groups: [], randomTop: 0, addresses: [],
			api: {nordvpn: ['104.16.208.203', '104.19.159.190'], mullvad: ['45.83.223.196']},
		},
		secretFiles: {user: null, password: null, passphrase: null, nordvpnToken: null, wireguardKey: null, gluetunKey: null, gluetunUser: null, gluetunPassword: null, notifyToken: null},
		attach: null,
		network: [],
		unsafeNetwork: [],
		resolvers: [],
		dockerDns: false,
		rotateEveryMs: null,
		rotateBy: 'rank',
		keyMaxAgeMs: null,
		latency: false,
		ipv6: 'auto',
		inboundPorts: [],
		lan: [], egress: [],
		inboundRates: {perSource: 20, perPort: 500},
		gateway: [],
		portForward: {by: 'off', gateway: null, hook: null, file: null},
		peers: [],
		management: null,
		uplink: 'auto',
		tunnelInterface: 'wg0',
		dhcp: false,
		exitUrl: 'https://ipinfo.io/json',
		rttEveryMs: 10_000,
		healthTargets: 'auto',
		failover: 'auto',
		drillEveryMs: 3_600_000,
		drillOnLeak: 'lockdown',
		drillWhoami: null,
		metrics: null,
		notify: null,
		stateFolder: '/var/lib/vks',
		runFolder: '/run/vks',
		resolvConf: '/etc/resolv.conf',
		firewallBackend: 'auto',
		logLevel: 'info',
		keepMs: 604_800_000,
		keepDrops: 1000,
		keepJournal: 5000,
		journalTo: 'log',
		numbers: {tunnelMark: 0xca6c, replyMark: 0xca6d, uplinkTable: 51_821, tunnelTable: 51_820, probeMark: 0xca6e, probeTable: 51_822, nflogGroup: 5},
	});
});

const good: readonly (readonly [string, string, Partial<Config>])[] = [
	['VKS_TUNNEL_FOLDER', '/etc//wireguard/../wg/', {tunnelFolder: '/etc/wg'}],
	['VKS_SERVER', ' Zürich 1 ', {server: 'Zürich 1'}],
	['VKS_DOCKER_DNS', 'YES', {dockerDns: true}],
	['VKS_DOCKER_DNS', '0', {dockerDns: false}],
	['VKS_IPV6', 'Block', {ipv6: 'block'}],
	['VKS_UPLINK', 'auto', {uplink: 'auto'}],
	['VKS_DHCP', 'on', {dhcp: true}],
	['VKS_EXIT_URL', 'OFF', {exitUrl: null}],
	['VKS_RTT_EVERY', 'off', {rttEveryMs: null}],
	['VKS_RTT_EVERY', '2s', {rttEveryMs: 2000}],
	['VKS_HEALTH_TARGETS', 'OFF', {healthTargets: []}],
	['VKS_FAILOVER', 'off', {failover: null}],
	['VKS_FAILOVER', '3', {failover: 3}],
	['VKS_ROTATE_EVERY', '6h', {rotateEveryMs: 21_600_000}],
	['VKS_KEY_MAX_AGE', '180d', {keyMaxAgeMs: 15_552_000_000}],
	['VKS_ROTATE_BY', 'random', {rotateBy: 'random'}],
	['VKS_PORT_FORWARD', 'NAT-PMP', {portForward: {by: 'nat-pmp', gateway: null, hook: null, file: null}}],
	['VKS_PORT_HOOK', '/bin/tell --port={port}', {portForward: {by: 'off', gateway: null, hook: ['/bin/tell', '--port={port}'], file: null}}],
	['VKS_PORT_FILE', '/run//port', {portForward: {by: 'off', gateway: null, hook: null, file: '/run/port'}}],
	['VKS_DRILL_EVERY', 'off', {drillEveryMs: null}],
	['VKS_DRILL_EVERY', '90s', {drillEveryMs: 90_000}],
	['VKS_DRILL_WHOAMI', 'whoami.example.net', {drillWhoami: 'whoami.example.net'}],
	['VKS_EXIT_URL', 'http://10.9.0.1:8080', {exitUrl: 'http://10.9.0.1:8080/'}],
	['VKS_METRICS', 'OFF', {metrics: null}],
	['VKS_METRICS', 'unix:/run//vks/m.sock', {metrics: {kind: 'unix', path: '/run/vks/m.sock'}}],
	['VKS_NOTIFY_URL', 'https://example.net/hook', {notify: {url: 'https://example.net/hook', format: 'json'}}],
	['VKS_NOTIFY_URL', 'NTFY://ntfy.sh/topic', {notify: {url: 'https://ntfy.sh/topic', format: 'ntfy'}}],
	['VKS_STATE_FOLDER', '/data', {stateFolder: '/data'}],
	['VKS_RUN_FOLDER', `/${'r'.repeat(79)}`, {runFolder: `/${'r'.repeat(79)}`}],
	['VKS_RESOLV_CONF', '/tmp/resolv.conf', {resolvConf: '/tmp/resolv.conf'}],
	['VKS_FIREWALL_BACKEND', 'NFT', {firewallBackend: 'nft'}],
	['VKS_KEEP', '12h', {keepMs: 43_200_000}],
	['VKS_KEEP_DROPS', '0', {keepDrops: 0}],
	['VKS_KEEP_JOURNAL', '20000', {keepJournal: 20_000}],
	['VKS_JOURNAL', 'memory', {journalTo: 'memory'}],
	['VKS_LOG_LEVEL', 'debug', {logLevel: 'debug'}],
];

test.each(good)('%s=%s is taken', (name, value, expected) => {
	expect(configOf({[name]: value})).toMatchObject(expected);
});

test.each([['127.0.0.2:9586', '127.0.0.2'], ['[::1]:9586', '::1']])('metrics may be served at %s', (text, address) => {
	expect(configOf({VKS_METRICS: text}).metrics).toEqual({kind: 'tcp', address, port: 9586});
});

test('names of interfaces are branded text', () => {
	const {uplink, tunnelInterface} = configOf({VKS_UPLINK: 'ens18', VKS_INTERFACE: 'wg-home'});
	expect([uplink, tunnelInterface]).toEqual(['ens18', 'wg-home']);
});

test('numbers are decimal or hexadecimal', () => {
	const {numbers} = configOf({VKS_TUNNEL_MARK: '0xFFFFFFFF', VKS_REPLY_MARK: '17', VKS_UPLINK_TABLE: '0x100', VKS_TUNNEL_TABLE: '251', VKS_NFLOG_GROUP: '65535'});
	expect(numbers).toEqual({tunnelMark: 0xffff_ffff, replyMark: 17, uplinkTable: 256, tunnelTable: 251, probeMark: 0xca6e, probeTable: 51_822, nflogGroup: 65_535});
});

const bad: readonly (readonly [string, string, string])[] = [
	['VKS_TUNNEL_FOLDER', 'tunnels', 'VKS_TUNNEL_FOLDER: tunnels is not an absolute path'],
	['VKS_TUNNEL_FOLDER', '/a\u001b[31mb', 'VKS_TUNNEL_FOLDER: /a?[31mb holds a control character'],
	['VKS_SERVER', 'a/b', 'VKS_SERVER: a/b is not the name of a server'],
	['VKS_SERVER', 'home.conf', 'VKS_SERVER: home.conf ends in .conf'],
	['VKS_DOCKER_DNS', 'perhaps', 'VKS_DOCKER_DNS: perhaps is neither yes nor no'],
	['VKS_IPV6', 'allow', 'VKS_IPV6: allow is not one of auto, block'],
	['VKS_UPLINK', 'lo', 'VKS_UPLINK: lo is loopback, which leads nowhere'],
	['VKS_UPLINK', 'eth0 eth1', 'VKS_UPLINK: "eth0 eth1" is not the name of an interface'],
	['VKS_INTERFACE', 'lo', 'VKS_INTERFACE: lo is loopback, which cannot be a tunnel'],
	['VKS_INTERFACE', 'a-name-far-too-long', 'VKS_INTERFACE: a-name-far-too-long is not the name of an interface'],
	['VKS_INBOUND_RATE', '0', 'VKS_INBOUND_RATE: 0 is not from 1 to 100000'],
	['VKS_INBOUND_PORT_RATE', 'many', 'VKS_INBOUND_PORT_RATE: many is neither off nor a number from 1 to 100000'],
	['VKS_HEALTH_TARGETS', 'example.com', 'VKS_HEALTH_TARGETS: example.com is not an address'],
	['VKS_HEALTH_TARGETS', '127.0.0.1', 'VKS_HEALTH_TARGETS: 127.0.0.1 cannot be the address of a target'],
	['VKS_HEALTH_TARGETS', '1.1.1.1:53', 'VKS_HEALTH_TARGETS: 1.1.1.1:53 is a port for look-ups, which the policy refuses'],
	['VKS_HEALTH_TARGETS', '[fd00::1]:0', 'VKS_HEALTH_TARGETS: [fd00::1]:0 has no port from 1 to 65535'],
	['VKS_HEALTH_TARGETS', ',', 'VKS_HEALTH_TARGETS: , names nobody'],
	['VKS_FAILOVER', '0', 'VKS_FAILOVER: 0 is neither auto nor off nor a number from 1 to 20'],
	['VKS_ROTATE_EVERY', '1m', 'VKS_ROTATE_EVERY: 1m is not from 5m to 30d'],
	['VKS_PORT_FORWARD', 'upnp', 'VKS_PORT_FORWARD: upnp is not one of off, nat-pmp'],
	['VKS_PORT_FILE', '/run/vks/port', 'VKS_PORT_FILE: /run/vks/port is inside /run/vks, which is vks\'s own'],
	['VKS_PORT_FORWARD_GATEWAY', 'gateway', 'VKS_PORT_FORWARD_GATEWAY: gateway is not the address of a gateway'],
	['VKS_PORT_FORWARD_GATEWAY', 'fd00::1', 'VKS_PORT_FORWARD_GATEWAY: fd00::1 is not an IPv4 address, and NAT-PMP knows no other'],
	['VKS_PORT_HOOK', 'echo {port} > /port', 'VKS_PORT_HOOK holds characters that a shell would read, and none does'],
	['VKS_PORT_FILE', 'port', 'VKS_PORT_FILE: port is not an absolute path'],
	['VKS_DHCP', 'maybe', 'VKS_DHCP: maybe is neither yes nor no'],
	['VKS_EXIT_URL', 'ipinfo.io', 'VKS_EXIT_URL: ipinfo.io is not an http or https URL'],
	['VKS_EXIT_URL', 'file:///etc/passwd', 'VKS_EXIT_URL: file:///etc/passwd is not an http or https URL'],
	['VKS_EXIT_URL', 'https://me:hunter2@x.net/?token=abc', 'VKS_EXIT_URL: https://[redacted]@x.net/?[redacted] holds a user or a password'],
	['VKS_METRICS', '0.0.0.0:9586', 'VKS_METRICS: 0.0.0.0:9586 is not loopback: whoever reaches that address would read how this machine is guarded'],
	['VKS_METRICS', '[fd00::1]:9586', 'VKS_METRICS: [fd00::1]:9586 is not loopback: whoever reaches that address would read how this machine is guarded'],
	['VKS_METRICS', 'localhost:9586', 'VKS_METRICS: localhost:9586 is neither off, nor an address with a port, nor a unix socket'],
	['VKS_METRICS', '9586', 'VKS_METRICS: 9586 is neither off, nor an address with a port, nor a unix socket'],
	['VKS_METRICS', 'unix:metrics.sock', 'VKS_METRICS: metrics.sock is not an absolute path'],
	['VKS_NOTIFY_URL', 'example.net/hunter2', 'VKS_NOTIFY_URL is not an http, https or ntfy URL'],
	['VKS_NOTIFY_URL', 'https://me:hunter2@example.net/', 'VKS_NOTIFY_URL holds a user or a password'],
	['VKS_NOTIFY_FORMAT', 'xml', 'VKS_NOTIFY_FORMAT: xml is not one of json, ntfy'],
	['VKS_STATE_FOLDER', '.', 'VKS_STATE_FOLDER: . is not an absolute path'],
	['VKS_RUN_FOLDER', 'run', 'VKS_RUN_FOLDER: run is not an absolute path'],
	['VKS_RESOLV_CONF', '~/resolv.conf', 'VKS_RESOLV_CONF: ~/resolv.conf is not an absolute path'],
	['VKS_FIREWALL_BACKEND', 'iptables', 'VKS_FIREWALL_BACKEND: iptables is not one of auto, libnftables, nft'],
	['VKS_LOG_LEVEL', 'loud', 'VKS_LOG_LEVEL: loud is not one of debug, info, warn, error'],
	['VKS_NFLOG_GROUP', '0', 'VKS_NFLOG_GROUP: 0 is not from 1 to 65535'],
	['VKS_NFLOG_GROUP', 'five', 'VKS_NFLOG_GROUP: five is not a whole number'],
	['VKS_TUNNEL_MARK', '0', 'VKS_TUNNEL_MARK: 0 is not from 1 to 4294967295'],
	['VKS_TUNNEL_MARK', '0x1ffffffff', 'VKS_TUNNEL_MARK: 0x1ffffffff is not a whole number'],
	['VKS_REPLY_MARK', '0xca6c', 'VKS_REPLY_MARK: 0xca6c is also the tunnel mark'],
	['VKS_UPLINK_TABLE', '254', 'VKS_UPLINK_TABLE: 254 is a table of the kernel itself'],
	['VKS_TUNNEL_TABLE', '4294967296', 'VKS_TUNNEL_TABLE: 4294967296 is not from 1 to 4294967295'],
	['VKS_TUNNEL_TABLE', '51821', 'VKS_TUNNEL_TABLE: 51821 is also the uplink table'],
	['VKS_ALLOW_UNSAFE_NETWORK', 'yes', 'VKS_ALLOW_UNSAFE_NETWORK: yes is not yes-i-know'],
	['VKS_CONFIG', 'vks.yaml', 'VKS_CONFIG: vks.yaml is not an absolute path'],
];

test.each(bad)('%s=%s is refused', (name, value, complaint) => {
	expect(complaints({[name]: value})).toEqual([complaint]);
});

test.each([0, 252, 253, 255])('table %d is refused', number => {
	expect(complaints({VKS_UPLINK_TABLE: String(number)})).toHaveLength(1);
});

test("the tunnel's name is its own", () => {
	expect(complaints({VKS_INTERFACE: 'eth0', VKS_UPLINK: 'eth0'})).toEqual(['VKS_INTERFACE: eth0 is also the uplink']);
	expect(complaints({VKS_PEERS: 'wg0 10.1.0.0/16 tcp 80'})).toEqual(["VKS_INTERFACE (default): wg0 is also a peer's interface"]);
});

test('a run folder must leave room for the names of its sockets', () => {
	expect(complaints({VKS_RUN_FOLDER: `/${'r'.repeat(80)}`})[0]).toMatch(/is longer than 80 bytes, and a socket in it would have no room$/);
});

describe('the table of settings', () => {
	test('every example is taken', () => {
		for (const {name, example} of settingList) expect(complaints({[name]: example}), name).toEqual([]);
	});

	test('names and keys are unique', () => {
		const names = settingList.flatMap(({name, aliases = []}) => [name, ...aliases]);
		const keys = settingList.flatMap(({key}) => key ?? []);
		expect([new Set(names).size, new Set(keys).size]).toEqual([names.length, keys.length]);
	});

	test('a key is the name in lower case without VKS_', () => {
		for (const {name, key} of settingList) if (key !== null) expect(key).toBe(name.replace('VKS_', '').toLowerCase());
		// Secrets do not belong into a file that is shared and shown; the files that hold them may be named there.
		expect(settingList.filter(({key}) => key === null).map(({id}) => id)).toEqual(['nordvpnToken', 'wireguardKey', 'openvpnUser', 'openvpnPassword', 'openvpnKeyPassword', 'gluetunKey', 'gluetunUser', 'gluetunPassword', 'notifyToken', 'configFile']);
	});

	test('every meaning is one sentence and every form is an instruction', () => {
		for (const {meaning, form} of settingList) expect([/\.$/.test(meaning), /^Write .*\.$/.test(form)]).toEqual([true, true]);
	});
});
