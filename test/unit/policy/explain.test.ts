/** The answers an operator gets to "why can't it reach that host?". */
import {expect, test} from 'vitest';
import {compile} from '../../../src/policy/compile.ts';
import {explain, type ExplainInput} from '../../../src/policy/explain.ts';
import type {Situation} from '../../../src/policy/policy.ts';
import {parseCidr} from '../../../src/net/cidr.ts';
import {configurations, ip, nic, portOf, situations, stockholm} from '../../helpers/situations.ts';

type Packet = Pick<ExplainInput, 'protocol'> & {readonly to: string; readonly port?: number; readonly uid?: number};

const asked = ({protocol, to, port, uid}: Packet, configuration: keyof typeof configurations, situation: Situation) => explain({
	ruleset: compile(configurations[configuration], situation),
	protocol,
	destination: ip(to),
	port: port === undefined ? null : portOf(port),
	uid: uid ?? 1000,
	mainRoutes: ['172.30.7.0/24', '192.168.77.0/24'].map(range => ({family: 4, table: 254, destination: parseCidr(range), kind: 'unicast', gateway: null, interface: nic('eth0'), metric: 0})),
	tunnel: situation.tunnels[0] ?? null,
	sourceOn: (device, destination) => (device === 'wg0' ? (stockholm.addresses.find(address => address.includes(':') === destination.includes(':')) ?? null) : ip('172.30.7.2')),
});

test.each<[string, Packet, keyof typeof configurations, Situation, object]>([
	['the internet, connected', {protocol: 'tcp', to: '203.0.113.80', port: 443}, 'minimal', situations.connected, {verdict: 'accept', ruleId: 'tunnel-out-wg0-v4', via: 'wg0', wouldOpen: null}],
	['the internet, blocked', {protocol: 'tcp', to: '203.0.113.80', port: 443}, 'minimal', situations.blocked, {verdict: 'unreachable', ruleId: 'routing', via: null}],
	['the internet, not verified yet', {protocol: 'tcp', to: '203.0.113.80', port: 443}, 'minimal', situations.connecting, {verdict: 'reject', ruleId: 'refuse-tunnel-source'}],
	['the named resolver', {protocol: 'udp', to: '10.64.1.1', port: 53}, 'minimal', situations.connected, {verdict: 'accept', ruleId: 'dns-out-wg0-v4'}],
	['another resolver', {protocol: 'udp', to: '8.8.8.8', port: 53}, 'minimal', situations.connected, {verdict: 'reject', ruleId: 'refuse-dns', setting: 'VKS_DNS'}],
	['Docker\'s resolver', {protocol: 'udp', to: '127.0.0.11', port: 53}, 'minimal', situations.connected, {verdict: 'reject', ruleId: 'refuse-docker-dns', via: 'lo'}],
	['a LAN host that was not opened', {protocol: 'tcp', to: '192.168.77.10', port: 80}, 'minimal', situations.connected, {verdict: 'reject', ruleId: 'refuse-out', wouldOpen: expect.stringContaining('NETWORK=192.168.77.10/32')}],
	['a LAN host that was opened', {protocol: 'tcp', to: '192.168.77.10', port: 80}, 'lan', situations.connected, {verdict: 'accept', ruleId: 'lan-out-v4', setting: 'NETWORK'}],
	['the same in lockdown', {protocol: 'tcp', to: '192.168.77.10', port: 80}, 'lan', situations.lockdown, {verdict: 'reject', ruleId: 'refuse-out'}],
	['IPv6 through the tunnel', {protocol: 'tcp', to: '2001:db8::80', port: 443}, 'minimal', situations.connected, {verdict: 'accept', ruleId: 'tunnel-out-wg0-v6'}],
	['a container on the same bridge', {protocol: 'tcp', to: '172.30.7.3', port: 80}, 'minimal', situations.connected, {verdict: 'reject', ruleId: 'refuse-out', via: 'eth0'}],
])('%s', (_name, packet, configuration, situation, expected) => {
	expect(asked(packet, configuration, situation)).toMatchObject(expected);
});
