/**
 * Every rule, said a second time by hand: a packet that it decides, given by nothing but the fields the rule must look at. With
 * any one of these fields another, the rule must not decide. So neither a rule nor a term of one can go unnoticed.
 */
import type {ChainName} from '../../src/policy/policy.ts';
import {exceptionRows} from './exception-rows.ts';
import type {configurations, situations} from './situations.ts';

export interface Given {
	readonly inInterface?: string;
	readonly outInterface?: string;
	readonly etherType?: 'arp' | 'ip' | 'ip6';
	readonly family?: 4 | 6;
	readonly source?: string;
	readonly destination?: string;
	readonly protocol?: 'tcp' | 'udp' | 'icmp' | 'icmpv6';
	readonly sourcePort?: number;
	readonly destinationPort?: number;
	readonly icmpType?: number;
	readonly hopLimit?: number;
	readonly mark?: number;
	readonly uid?: number;
	readonly connection?: 'new' | 'established' | 'related';
	readonly connectionDirection?: 'original' | 'reply';
	readonly connectionMark?: number;
}

export type Effect = 'accept' | 'reject' | 'drop' | 'snat' | 'mark 51820' | 'mark 51821' | 'mark 51822' | 'mark 51823' | 'connection mark 51821';
export type Row = readonly [configuration: keyof typeof configurations, situation: keyof typeof situations, chain: ChainName, id: string, effect: Effect, ...packets: readonly Given[]];

const [up, tunnel, older] = [{outInterface: 'eth0'}, {outInterface: 'wg0'}, {outInterface: 'wg0b'}] as const;
const [fromUp, fromTunnel] = [{inInterface: 'eth0'}, {inInterface: 'wg0'}] as const;
const [tunnelMark, replyMark, secondMark] = [51_820, 51_821, 51_823];
const endpoint = {destination: '198.51.100.10', protocol: 'udp', destinationPort: 51_820} as const;
const endpoint6 = {...endpoint, destination: '2001:db8:52::10'} as const;
const fromEndpoint = {source: '198.51.100.10', protocol: 'udp', sourcePort: 51_820} as const;
const fromEndpoint6 = {...fromEndpoint, source: '2001:db8:52::10'} as const;
const ask4 = {...tunnel, source: '10.64.1.2', destination: '10.64.1.1'} as const;
const ask6 = {...tunnel, source: 'fd64:1::2', destination: 'fd64:1::1'} as const;
const [overUdp, overTcp] = [{protocol: 'udp', destinationPort: 53}, {protocol: 'tcp', destinationPort: 853}] as const;
const neighbour = {protocol: 'icmpv6', hopLimit: 255} as const;
const replied = {mark: replyMark, connectionDirection: 'reply'} as const;
const answered = {connection: 'established', connectionDirection: 'reply'} as const;
const [published, narrow, admin] = [{protocol: 'tcp', destinationPort: 8080}, {protocol: 'tcp', destinationPort: 9000, source: '192.168.1.7'}, {protocol: 'tcp', destinationPort: 22, source: '192.168.1.10'}] as const;
const [publishedReply, narrowReply, adminReply] = [{protocol: 'tcp', sourcePort: 8080}, {protocol: 'tcp', sourcePort: 9000, destination: '192.168.1.7'}, {protocol: 'tcp', sourcePort: 22, destination: '192.168.1.10'}] as const;
const forwarded = {protocol: 'udp', destinationPort: 6881} as const;
const peer = {outInterface: 'eth1', destination: '172.31.0.9', protocol: 'tcp', destinationPort: 5432} as const;
const dhcp = {...up, destination: '255.255.255.255', protocol: 'udp', sourcePort: 68, destinationPort: 67} as const;
const neighbours: readonly Given[] = ['fe80::1', 'ff02::1:ff00:7', 'ff02::2'].map(destination => ({...up, ...neighbour, destination, icmpType: destination === 'ff02::2' ? 133 : 135})).concat({...up, ...neighbour, destination: 'fe80::1', icmpType: 136});
const lan = {port: {destination: '192.168.78.20', protocol: 'tcp', destinationPort: 5432}, span: {protocol: 'udp', destination: '192.168.78.9'}} as const;

interface Hosts {
	readonly number: 1 | 2 | 3;
	readonly link: 'eth0' | 'eth1';
	readonly host: string;
	readonly resolver: string;
	/** The tunnel that carries what they send, and when. */
	readonly by?: readonly ['wg0' | 'wg0b', keyof typeof situations];
}

/** The three of `gateway`: hosts that vks routes into the tunnel and nowhere else. */
function rowsOfHosts({number, link, host, resolver, by: [device, when] = ['wg0', 'connected']}: Hosts): readonly Row[] {
	const [asks, out] = [{inInterface: link, source: host}, {inInterface: link, outInterface: device, source: host}] as const;
	const back = {inInterface: device, outInterface: link, destination: host, connectionDirection: 'reply'} as const;
	const toHost = {outInterface: link, destination: host} as const;
	const errors: readonly Given[] = host.includes(':') ? [1, 2].map(icmpType => ({...toHost, protocol: 'icmpv6', icmpType})) : [{...toHost, protocol: 'icmp', icmpType: 3}];
	return [
		['gateway', when, 'forward', `gateway-dns-${number}-${device}`, 'accept', {...out, destination: resolver, ...overUdp}, {...out, destination: resolver, ...overTcp}],
		['gateway', when, 'forward', `refuse-gateway-dns-${number}`, 'reject', {...asks, ...overUdp}, {...asks, ...overTcp}],
		['gateway', when, 'forward', `gateway-${number}-${device}`, 'accept', out],
		['gateway', when, 'forward', `gateway-${number}-${device}-back`, 'accept', {...back, connection: 'established'}, {...back, connection: 'related'}],
		['gateway', when, 'forward', `refuse-gateway-${number}`, 'reject', asks],
		['gateway', 'blocked', 'forward', `refuse-gateway-${number}`, 'reject', asks],
		['gateway', when, 'postrouting', `gateway-nat-${number}-${device}`, 'snat', {outInterface: device, source: host}],
		['gateway', when, 'egress', `egress-gateway-${number}`, 'accept', toHost],
		['gateway', 'blocked', 'output', `gateway-error-${number}`, 'accept', ...errors.map(error => ({...error, connection: 'related' as const}))],
		['gateway', 'blocked', 'egress', `egress-gateway-error-${number}`, 'accept', ...errors],
	];
}

interface Owners {
	readonly number: 1 | 2;
	readonly address: string;
	readonly protocol: 'tcp' | 'udp';
	readonly port: number;
	readonly mark?: number;
	readonly uid?: number;
}

/** The two servers that the owner of a guarded tunnel may reach, whether it stands or not. */
function rowsOfOwners({number, address, protocol, port, uid, ...marked}: Owners): readonly Row[] {
	const out = {...up, destination: address, protocol, destinationPort: port, ...marked} as const;
	const sent = {...out, ...(uid === undefined ? {} : {uid})};
	return (['attached', 'attached-waiting', 'attached-verifying'] as const).flatMap((situation): readonly Row[] => [
		['attached', situation, 'output', `attached-out-${number}`, 'accept', sent],
		['attached', situation, 'egress', `egress-attached-${number}`, 'accept', out],
		['attached', situation, 'input', `attached-in-${number}`, 'accept', {...fromUp, source: address, protocol, sourcePort: port, connection: 'established'}],
	]);
}

const hostNeighbours: readonly Given[] = ['fd00:78::9', 'fe80::1', 'ff02::2', 'ff02::1:ff00:7'].flatMap(destination => [135, 136].map(icmpType => ({outInterface: 'eth1', ...neighbour, destination, icmpType})));

export const rows: readonly Row[] = [
	...exceptionRows,
	...rowsOfHosts({number: 1, link: 'eth1', host: '172.31.0.9', resolver: '10.64.1.1'}),
	...rowsOfHosts({number: 1, link: 'eth1', host: '172.31.0.9', resolver: '10.64.2.1', by: ['wg0b', 'switching-both']}),
	...rowsOfHosts({number: 2, link: 'eth0', host: 'fd00:77::9', resolver: 'fd64:1::1'}),
	...rowsOfHosts({number: 3, link: 'eth1', host: 'fd00:78::9', resolver: 'fd64:1::1'}),
	['gateway', 'blocked', 'input', 'neighbour-host-in', 'accept', {inInterface: 'eth1', ...neighbour, icmpType: 135}, {inInterface: 'eth1', ...neighbour, icmpType: 136}],
	...(['output', 'egress'] as const).flatMap((chain): readonly Row[] => {
		const id = chain === 'output' ? 'neighbour-out-host' : 'egress-neighbour-host';
		return [['gateway', 'blocked', chain, `${id}-1`, 'accept', ...hostNeighbours], ['gateway', 'no-uplink', chain, `${id}-2`, 'accept', ...hostNeighbours]];
	}),
	...rowsOfOwners({number: 1, address: '198.51.100.10', protocol: 'udp', port: 51_820, mark: tunnelMark}),
	...rowsOfOwners({number: 2, address: '2001:db8:53::10', protocol: 'tcp', port: 1194, uid: 0}),
	['attached', 'attached', 'output', 'refuse-attached-loop-1', 'reject', {...tunnel, mark: tunnelMark}],
	['attached', 'attached', 'prerouting', 'published-8080-tcp-connection-any', 'connection mark 51821', {...fromUp, ...published, connection: 'new'}],
	['attached', 'attached', 'output', 'published-8080-tcp-out-any', 'accept', {...up, ...publishedReply, connectionMark: replyMark, connectionDirection: 'reply'}],
	['attached', 'attached', 'egress', 'egress-published-8080-tcp-any', 'accept', {...up, ...publishedReply}],
	['attached', 'attached-lockdown', 'output', 'management-out-v4', 'accept', {...up, ...adminReply, connectionMark: replyMark, connectionDirection: 'reply'}],
	['attached', 'attached-lockdown', 'egress', 'egress-management-v4', 'accept', {...up, ...adminReply}],
	['minimal', 'connected', 'input', 'loopback-in', 'accept', {inInterface: 'lo'}],
	['minimal', 'connected', 'output', 'loopback-out', 'accept', {outInterface: 'lo'}],
	['minimal', 'connected', 'input', 'refuse-in', 'drop', {}],
	['minimal', 'connected', 'forward', 'refuse-forward', 'drop', {}],
	['minimal', 'connected', 'output', 'refuse-out', 'reject', {}],
	['minimal', 'connected', 'egress', 'refuse-egress', 'drop', {}],
	['minimal', 'connected', 'output', 'refuse-docker-dns', 'reject', {destination: '127.0.0.11'}],
	['minimal', 'connected', 'output', 'refuse-dns', 'reject', {protocol: 'udp', destinationPort: 53}, {protocol: 'tcp', destinationPort: 53}, {protocol: 'tcp', destinationPort: 853}, {protocol: 'udp', destinationPort: 853}],
	['minimal', 'connected', 'egress', 'egress-arp', 'accept', {...up, etherType: 'arp'}],
	['careful', 'connected', 'egress', 'egress-arp', 'accept', {...up, etherType: 'arp'}, {outInterface: 'eth1', etherType: 'arp'}],
	['minimal', 'connected', 'egress', 'refuse-arp-tunnel-address', 'drop', {etherType: 'arp', source: '10.64.1.2'}],
	['minimal', 'connected', 'early', 'refuse-tunnel-address-v4', 'drop', {...fromUp, destination: '10.64.1.2'}, {inInterface: 'eth1', destination: '10.64.1.2'}],
	['minimal', 'connected', 'early', 'refuse-tunnel-address-v6', 'drop', {...fromUp, destination: 'fd64:1::2'}, {inInterface: 'eth1', destination: 'fd64:1::2'}],
	['minimal', 'connected', 'output', 'refuse-tunnel-loop', 'reject', {...tunnel, mark: tunnelMark}],
	['minimal', 'connected', 'output', 'refuse-tunnel-source', 'reject', tunnel],
	['minimal', 'connecting', 'output', 'refuse-tunnel-source', 'reject', tunnel],
	['minimal', 'connected', 'prerouting', 'endpoint-mark-wg0', 'mark 51820', {...fromUp, ...fromEndpoint}],
	['minimal', 'switching', 'prerouting', 'endpoint-mark-wg0b', 'mark 51820', {...fromUp, ...fromEndpoint6}],
	['minimal', 'connected', 'input', 'endpoint-in-wg0', 'accept', {...fromUp, ...fromEndpoint, connection: 'established'}],
	['minimal', 'switching', 'input', 'endpoint-in-wg0b', 'accept', {...fromUp, ...fromEndpoint6, connection: 'established'}],
	['minimal', 'connected', 'output', 'endpoint-out-wg0', 'accept', {...up, ...endpoint, mark: tunnelMark, uid: 0}],
	['minimal', 'switching', 'output', 'endpoint-out-wg0b', 'accept', {...up, ...endpoint6, mark: tunnelMark}],
	['minimal', 'connected', 'egress', 'egress-endpoint-wg0', 'accept', {...up, ...endpoint, mark: tunnelMark}],
	['minimal', 'switching', 'egress', 'egress-endpoint-wg0b', 'accept', {...up, ...endpoint6, mark: tunnelMark}],
	['minimal', 'connected', 'input', 'path-mtu-in-v4', 'accept', {...fromUp, protocol: 'icmp', icmpType: 3, connection: 'related'}],
	['minimal', 'connected', 'input', 'path-mtu-in-v6', 'accept', {...fromUp, protocol: 'icmpv6', icmpType: 2, connection: 'related'}],
	['minimal', 'connected', 'input', 'tunnel-in-wg0-v4', 'accept', {...fromTunnel, destination: '10.64.1.2', connection: 'established'}, {...fromTunnel, destination: '10.64.1.2', connection: 'related'}],
	['minimal', 'connected', 'input', 'tunnel-in-wg0-v6', 'accept', {...fromTunnel, destination: 'fd64:1::2', connection: 'established'}, {...fromTunnel, destination: 'fd64:1::2', connection: 'related'}],
	['minimal', 'switching', 'input', 'tunnel-in-wg0b-v4', 'accept', {inInterface: 'wg0b', destination: '10.64.2.2', connection: 'established'}],
	['minimal', 'connected', 'output', 'dns-out-wg0-v4', 'accept', {...ask4, ...overUdp}, {...ask4, ...overTcp}],
	['minimal', 'connected', 'output', 'dns-out-wg0-v6', 'accept', {...ask6, ...overUdp}, {...ask6, ...overTcp}],
	['minimal', 'connecting', 'output', 'dns-out-wg0-v4', 'accept', {...ask4, ...overUdp, uid: 0}, {...ask4, ...overTcp, uid: 0}],
	['minimal', 'connecting', 'output', 'dns-out-wg0-v6', 'accept', {...ask6, ...overUdp, uid: 0}],
	['minimal', 'switching', 'output', 'dns-out-wg0b-v4', 'accept', {...older, source: '10.64.2.2', destination: '10.64.2.1', ...overUdp, uid: 0, mark: secondMark}],
	['minimal', 'switching-both', 'output', 'dns-out-wg0b-v4', 'accept', {...older, source: '10.64.2.2', destination: '10.64.2.1', ...overUdp}],
	['minimal', 'switching', 'output', 'exit-out-wg0b', 'accept', {...older, source: '10.64.2.2', destination: '203.0.113.44', protocol: 'tcp', destinationPort: 443, uid: 0, mark: secondMark}],
	['minimal', 'switching-both', 'output', 'tunnel-out-wg0b-v4', 'accept', {...older, source: '10.64.2.2'}],
	['minimal', 'switching', 'prerouting', 'tunnel-mark-wg0', 'mark 51822', fromTunnel],
	['minimal', 'switching', 'prerouting', 'tunnel-mark-wg0b', 'mark 51823', {inInterface: 'wg0b'}],
	['minimal', 'connected', 'output', 'tunnel-out-wg0-v4', 'accept', {...tunnel, source: '10.64.1.2'}],
	['minimal', 'connected', 'output', 'tunnel-out-wg0-v6', 'accept', {...tunnel, source: 'fd64:1::2'}],
	['minimal', 'switching', 'input', 'neighbour-router-in', 'accept', {...fromUp, ...neighbour, source: 'fe80::1', icmpType: 134}],
	['minimal', 'switching', 'input', 'neighbour-in', 'accept', {...fromUp, ...neighbour, icmpType: 135}, {...fromUp, ...neighbour, icmpType: 136}],
	['minimal', 'switching', 'output', 'neighbour-out', 'accept', ...neighbours],
	['minimal', 'switching', 'egress', 'egress-neighbour', 'accept', ...neighbours],
	['lan', 'connected', 'input', 'lan-in-v4', 'accept', {...fromUp, source: '192.168.77.9'}],
	['lan', 'connected', 'input', 'lan-in-v6', 'accept', {...fromUp, source: 'fd00:77::9'}],
	['lan', 'connected', 'output', 'lan-out-v4', 'accept', {...up, destination: '192.168.77.9'}],
	['lan', 'connected', 'output', 'lan-out-v6', 'accept', {...up, destination: 'fd00:77::9'}],
	['lan', 'connected', 'egress', 'egress-lan-v4', 'accept', {...up, destination: '192.168.77.9'}],
	['lan', 'connected', 'egress', 'egress-lan-v6', 'accept', {...up, destination: 'fd00:77::9'}],
	['lan', 'connected', 'prerouting', 'published-8080-tcp-connection-any', 'connection mark 51821', {...fromUp, ...published, connection: 'new'}],
	['lan', 'connected', 'prerouting', 'published-8080-tcp-mark-any', 'mark 51821', {...fromUp, ...published}],
	['lan', 'connected', 'reroute', 'reply-mark', 'mark 51821', {connectionDirection: 'reply', connectionMark: replyMark}],
	['lan', 'connected', 'input', 'published-8080-tcp-in-any', 'accept', {...fromUp, ...published, connection: 'established'}],
	['lan', 'connected', 'input', 'published-8080-tcp-new-v4', 'accept', {...fromUp, ...published, family: 4, connection: 'new'}],
	['lan', 'connected', 'input', 'published-8080-tcp-new-v6', 'accept', {...fromUp, ...published, family: 6, connection: 'new'}],
	['lan', 'connected', 'output', 'published-8080-tcp-out-any', 'accept', {...up, ...publishedReply, ...replied}],
	['lan', 'connected', 'egress', 'egress-published-8080-tcp-any', 'accept', {...up, ...publishedReply, mark: replyMark}],
	['lan', 'connected', 'input', 'forwarded-6881-udp-new-v4', 'accept', {...fromTunnel, ...forwarded, family: 4, connection: 'new'}],
	['lan', 'connected', 'input', 'forwarded-6881-udp-new-v6', 'accept', {...fromTunnel, ...forwarded, family: 6, connection: 'new'}],
	...(['udp', 'tcp'] as const).map((protocol): Row => ['careful', 'forwarding', 'input', `granted-${protocol}-new-v4`, 'accept', {...fromTunnel, destination: '10.64.1.2', protocol, destinationPort: 51_413, connection: 'new'}]),
	['careful', 'connected', 'prerouting', 'published-9000-tcp-connection-v4', 'connection mark 51821', {...fromUp, ...narrow, connection: 'new'}],
	['careful', 'connected', 'prerouting', 'published-9000-tcp-mark-v4', 'mark 51821', {...fromUp, ...narrow}],
	['careful', 'connected', 'input', 'published-9000-tcp-in-v4', 'accept', {...fromUp, ...narrow, connection: 'established'}],
	['careful', 'connected', 'input', 'published-9000-tcp-new-v4', 'accept', {...fromUp, ...narrow, connection: 'new'}],
	['careful', 'connected', 'output', 'published-9000-tcp-out-v4', 'accept', {...up, ...narrowReply, ...replied}],
	['careful', 'connected', 'egress', 'egress-published-9000-tcp-v4', 'accept', {...up, ...narrowReply, mark: replyMark}],
	['careful', 'lockdown', 'prerouting', 'management-connection-v4', 'connection mark 51821', {...fromUp, ...admin, connection: 'new'}],
	['careful', 'lockdown', 'prerouting', 'management-mark-v4', 'mark 51821', {...fromUp, ...admin}],
	['careful', 'lockdown', 'reroute', 'reply-mark', 'mark 51821', {connectionDirection: 'reply', connectionMark: replyMark}],
	['careful', 'lockdown', 'input', 'management-in-v4', 'accept', {...fromUp, ...admin, connection: 'established'}],
	['careful', 'lockdown', 'input', 'management-new-v4', 'accept', {...fromUp, ...admin, connection: 'new'}],
	['careful', 'lockdown', 'output', 'management-out-v4', 'accept', {...up, ...adminReply, ...replied}],
	['careful', 'lockdown', 'egress', 'egress-management-v4', 'accept', {...up, ...adminReply, mark: replyMark}],
	['careful', 'connected', 'input', 'peer-in-1', 'accept', {inInterface: 'eth1', source: '172.31.0.9', protocol: 'tcp', sourcePort: 5432, connection: 'established'}],
	['careful', 'connected', 'output', 'peer-out-1', 'accept', peer],
	['careful', 'connected', 'egress', 'egress-peer-1', 'accept', peer],
	['careful', 'lockdown', 'input', 'dhcp-in', 'accept', {...fromUp, family: 4, protocol: 'udp', sourcePort: 67, destinationPort: 68}],
	['careful', 'lockdown', 'output', 'dhcp-out', 'accept', {...dhcp, family: 4}],
	['careful', 'lockdown', 'egress', 'egress-dhcp', 'accept', {...dhcp, etherType: 'ip'}],
	['narrow', 'connected', 'input', 'lan-1-in', 'accept', {...fromUp, source: '192.168.77.9'}],
	['narrow', 'connected', 'output', 'lan-1-out', 'accept', {...up, destination: '192.168.77.9'}],
	['narrow', 'connected', 'egress', 'egress-lan-1', 'accept', {...up, destination: '192.168.77.9'}],
	['narrow', 'connected', 'output', 'lan-2-out', 'accept', {...up, ...lan.port}],
	['narrow', 'connected', 'egress', 'egress-lan-2', 'accept', {...up, ...lan.port}],
	['narrow', 'connected', 'input', 'lan-2-answer-in', 'accept', {...fromUp, source: '192.168.78.20', protocol: 'tcp', sourcePort: 5432, ...answered}],
	['narrow', 'connected', 'input', 'lan-3-in', 'accept', {...fromUp, source: '192.168.78.9', protocol: 'udp', destinationPort: 53_000}, {...fromUp, source: '192.168.78.9', protocol: 'udp', destinationPort: 53_010}],
	['narrow', 'connected', 'output', 'lan-3-answer-out', 'accept', {...up, ...lan.span, sourcePort: 53_000, connectionDirection: 'reply'}, {...up, ...lan.span, sourcePort: 53_010, connectionDirection: 'reply'}],
	['narrow', 'connected', 'egress', 'egress-lan-3-answer', 'accept', {...up, ...lan.span, sourcePort: 53_000}, {...up, ...lan.span, sourcePort: 53_010}],
	['narrow', 'connected', 'output', 'lan-4-out', 'accept', {...up, destination: 'fd00:77::9', protocol: 'icmpv6', icmpType: 128}],
	['narrow', 'connected', 'egress', 'egress-lan-4', 'accept', {...up, destination: 'fd00:77::9', protocol: 'icmpv6', icmpType: 128}],
	['narrow', 'connected', 'input', 'lan-4-answer-in', 'accept', {...fromUp, source: 'fd00:77::9', protocol: 'icmpv6', icmpType: 129, ...answered}],
	['narrow', 'connected', 'input', 'lan-5-in', 'accept', {...fromUp, source: '192.168.78.9', protocol: 'icmp', icmpType: 8}],
	['narrow', 'connected', 'output', 'lan-5-answer-out', 'accept', {...up, destination: '192.168.78.9', protocol: 'icmp', icmpType: 0, connectionDirection: 'reply'}],
	['narrow', 'connected', 'egress', 'egress-lan-5-answer', 'accept', {...up, destination: '192.168.78.9', protocol: 'icmp', icmpType: 0}],
];

/** Rules that no packet here can meet, with what holds them instead. */
export const withoutRow: Readonly<Record<string, string>> = {
	'refuse-disguised-ip': 'a packet here is what it says it is; test/unit/policy/link-rules.test.ts and the lab hold it',
	'refuse-disguised-ip6': 'as above',
	...Object.fromEntries(['forwarded-6881-udp-any', 'granted-udp-v4', 'granted-tcp-v4', 'published-8080-tcp-any', 'published-9000-tcp-v4', 'management-v4'].map(door => [`refuse-flood-${door}`, 'a packet here is within its pace; test/lab/inbound-rate.test.ts holds it'])),
	...Object.fromEntries([1, 2, 3].flatMap(number => [
		[`gateway-unmark-${number}`, 'it takes away a mark that other rules set, and every packet has one; load-bearing.ts holds it'],
		...(number === 1 ? ['wg0', 'wg0b'] : ['wg0']).flatMap(device => [`gateway-mss-${number}-${device}`, `gateway-mss-${number}-${device}-back`].map(id => [id, 'a packet here has no segment size; the golden rulesets hold it'])),
	])),
};
