/** The settings as documentation, so that the page cannot say anything else than the program. */
import {settingList, type Setting} from './settings.ts';

/** The table alone, for the README. */
export function renderSettingsTable(): string {
	const head = ['Setting', 'In the file', 'Default', 'Meaning', 'Example'];
	const rows = [head, head.map(() => '---'), ...settingList.map(row)];
	return rows.map(cells => `| ${cells.join(' | ')} |`).join('\n');
}

/** `docs/settings.md`. */
export function renderSettingsPage(): string {
	return `# Settings

This page is rendered from \`src/config/settings.ts\`; a test fails when it is stale.

Settings come from the environment and from an optional YAML file. The environment wins. An empty variable counts as not
set. vks reports all problems at once and does not start with any; an unknown \`VKS_\` name or an unknown key is a problem too.

${renderSettingsTable()}

## Lists

Entries are separated by \`;\`, by \`,\` or by a new line. In the file a list may also be a YAML list:

\`\`\`yaml
network:
  - 192.168.1.0/24
  - fd00:1::/64
inbound_ports: 8080/tcp, 6881/udp@tunnel
docker_dns: no
\`\`\`

## NETWORK

Ranges or single addresses, no names: a name means whatever a resolver says at that moment. Overlapping and neighbouring
ranges are merged. Refused unless \`VKS_ALLOW_UNSAFE_NETWORK=yes-i-know\`: \`0.0.0.0/0\` and \`::/0\`, anything wider than /8
(IPv4) or /16 (IPv6), and anything that is not private. Private are 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16,
100.64.0.0/10, 169.254.0.0/16, fc00::/7 and fe80::/10. Multicast is not.

## VKS_LAN

\`[in|out] RANGE [tcp|udp [PORT|FIRST-LAST] | icmp | icmpv6]\`. \`out\` lets the namespace begin, \`in\` the hosts of the range;
without either both may. Ports are those of the side that is connected to. Answers pass, and nothing else. \`icmp\` and
\`icmpv6\` mean echo (ping). Ranges must be private as in \`NETWORK\`, without override, and what goes out may not name ports
53 and 853: look-ups leave through the tunnel only.

## VKS_INBOUND_PORTS

\`PORT/tcp\` or \`PORT/udp\`, then optionally \`@uplink\` (the default) or \`@tunnel\`, then optionally \`from\` and ranges
separated by spaces. PORT is the port inside the container.

\`VKS_INBOUND_RATE\` and \`VKS_INBOUND_PORT_RATE\` limit new connections a second; three seconds' worth may come at once. A
source is an IPv4 address or an IPv6 network of 64 bits, and is counted over all ports together. A port is counted for each
address family and each range named with \`from\` on its own. What is over a limit is refused; what was opened goes on. The
management path has the limit by source only. What \`NETWORK\` and \`VKS_LAN\` open has none.

## VKS_PORT_FORWARD

\`nat-pmp\` asks the gateway behind the tunnel for one port, for UDP and TCP, and asks again before its time is over. It is
open on the tunnel alone, within the limits above, and the kernel closes it when its time is over, also when vks is gone.
Another tunnel has another port; so may the same one. ProtonVPN gives ports on servers for P2P, to files that were made with
NAT-PMP switched on. A port below 1024 is refused, and one that \`VKS_MANAGEMENT\`, \`VKS_INBOUND_PORTS\` or \`VKS_PEERS\`
names, as is one that is given for less than 6 s.

\`VKS_PORT_FILE\` holds the number and a new line, and is not inside the folders of vks; a file of that name that holds
anything else is left as it is.

\`VKS_PORT_HOOK\` is run each time it is another one, with 0 when there is none any more; not at the end of vks. It is no
shell command: the words are given as they are, in the form of [VKS_RECONNECT_COMMAND](#vks_reconnect_command). It has
PATH, \`VKS_PORT\` and nothing else of the environment, twenty seconds, and is never run twice at once: what changed
meanwhile is told after it, and another port after 10 s at the earliest. What it answers changes nothing; a failure is
a problem that is shown.

## VKS_PEERS

\`INTERFACE RANGE tcp|udp PORT\`. The range must be private, and ports 53 and 853 are refused: DNS leaves through the tunnel only.

## VKS_GATEWAY

\`INTERFACE RANGE\`. Hosts of the private range behind that interface (the uplink's or another's) may use the container as
their gateway: to the tunnel, from the tunnel's address, and nowhere else. They ask the tunnel's resolvers, or none. The
kernel has to forward: vks sets \`net.ipv4.ip_forward\` (and \`net.ipv6.conf.all.forwarding\` for an IPv6 range) where it may,
and says so where it may not.

## VKS_GLUETUN

With \`VKS_ATTACH=gluetun\` vks asks Gluetun's control server for these routes; a role of its \`auth/config.toml\` has to
cover those that are wanted:

\`\`\`toml
[[roles]]
name = "vks"
# The last two are needed for a switch, the others for reconnecting and for why there is no tunnel.
routes = ["GET /v1/version", "GET /v1/vpn/status", "PUT /v1/vpn/status", "GET /v1/vpn/settings", "PUT /v1/vpn/settings"]
auth = "apikey"
apikey = "…"
\`\`\`

The same key stands in the file that \`VKS_GLUETUN_API_KEY_FILE\` names. Up to v3.41 the routes of the status are open to
everybody where no role names them; before v3.37 there are those of OpenVPN alone (\`/v1/openvpn/status\`), and nothing to
switch by. Whoever may PUT settings may run commands in that container: keep the key from applications.

\`VKS_GLUETUN_SERVERS\` are countries, \`city:NAME\` or \`hostname:NAME\`, as Gluetun's own settings take them, each with
\`NAME=\` before it if you like: \`Sweden; zurich=city:Zurich\`. A selection takes the place of countries, regions, cities,
host names and names that were selected; what else narrows it (\`OWNED_ONLY\`, \`ISP\`) stays.

## VKS_RECONNECT_COMMAND

Words separated by white space, or a JSON list of them, which alone may hold spaces and quotes. No shell reads it: name
one, \`["/bin/sh", "-c", "…"]\`, where you want one. A program without a slash is looked for in the usual folders. It
runs in this network namespace while nothing but loopback and the tunnel's own servers pass, so it can ask no resolver:
the tunnel's file has to hold addresses. An exit code other than 0 is a failure; its output is not kept.

## VKS_MANAGEMENT

\`tcp PORT from RANGE\`, more ranges after a space. The range is required.

## Secrets

Of a secret and its \`_FILE\` one may be set. The first line of the file counts, as it is; white space around a value in the
environment is cut off. A secret has at most 250 bytes and no control characters. It is not taken from the YAML file, which
may name the files. What an \`.ovpn\` file brings along (\`auth-user-pass\`, \`askpass\`) wins.

## Yes and no

\`yes\`, \`true\`, \`on\`, \`1\` and \`no\`, \`false\`, \`off\`, \`0\`, in any case.
`;
}

function row(setting: Setting): readonly string[] {
	const names = [setting.name, ...(setting.aliases ?? [])].map(code).join(' or ');
	return [names, setting.key === null ? '' : code(setting.key), setting.default === '' ? 'none' : code(setting.default), cell(setting.meaning), code(setting.example)];
}

const code = (text: string): string => `\`${cell(text)}\``;
/** A bar would end the table's cell. */
const cell = (text: string): string => text.replaceAll('|', '\\|');
