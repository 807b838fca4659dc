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

## VKS_PEERS

\`INTERFACE RANGE tcp|udp PORT\`. The range must be private, and ports 53 and 853 are refused: DNS leaves through the tunnel only.

## VKS_GATEWAY

\`INTERFACE RANGE\`. Hosts of the private range behind that interface (the uplink's or another's) may use the container as
their gateway: to the tunnel, from the tunnel's address, and nowhere else. They ask the tunnel's resolvers, or none. The
kernel has to forward: vks sets \`net.ipv4.ip_forward\` (and \`net.ipv6.conf.all.forwarding\` for an IPv6 range) where it may,
and says so where it may not.

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
