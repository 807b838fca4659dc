/** The answers an operator gets to "why can't it reach that host?". That they are the kernel's, the packet matrix shows. */
import {describe, expect, test} from 'vitest';
import {parseAllow} from '../../../src/cli/exception-command.ts';
import {parseException} from '../../../src/controller/exception-wish.ts';
import {explain} from '../../../src/policy/explain.ts';
import type {Situation} from '../../../src/policy/policy.ts';
import {questionFrom, worldOf, type Asked} from '../../helpers/explain-world.ts';
import {configFrom, configurations, governed, situations} from '../../helpers/situations.ts';

const {blocked, connecting, connected, lockdown} = situations;
const has = (text: string): unknown => expect.stringContaining(text);
const answer = (asked: Asked, configuration: keyof typeof configurations, situation: Situation) =>
	explain({...worldOf(configurations[configuration], situation), question: questionFrom(asked)});

test.each<[string, Asked, keyof typeof configurations, Situation, object]>([
	['the internet, connected', {protocol: 'tcp', to: '203.0.113.80', port: 443}, 'minimal', connected, {verdict: 'accept', ruleId: 'tunnel-out-wg0-v4', via: 'wg0', wouldOpen: null}],
	['the internet, blocked', {protocol: 'tcp', to: '203.0.113.80', port: 443}, 'minimal', blocked, {verdict: 'unreachable', ruleId: 'routing', via: null, wouldOpen: has('A connected tunnel carries')}],
	['the internet, not verified yet', {protocol: 'tcp', to: '203.0.113.80', port: 443}, 'minimal', connecting, {verdict: 'reject', ruleId: 'refuse-tunnel-source', wouldOpen: has('as soon as it was verified')}],
	['the internet, bound to the uplink', {protocol: 'tcp', to: '203.0.113.80', port: 443, via: 'eth0'}, 'minimal', connected, {verdict: 'reject', ruleId: 'refuse-out', via: 'eth0', wouldOpen: has('A connected tunnel carries')}],
	['the internet, from an old tunnel\'s address', {protocol: 'tcp', to: '203.0.113.80', port: 443, from: '10.64.9.9'}, 'minimal', connected, {verdict: 'reject', ruleId: 'refuse-tunnel-source'}],
	['the named resolver', {protocol: 'udp', to: '10.64.1.1', port: 53}, 'minimal', connected, {verdict: 'accept', ruleId: 'dns-out-wg0-v4'}],
	['another resolver', {protocol: 'udp', to: '8.8.8.8', port: 53}, 'minimal', connected, {verdict: 'reject', ruleId: 'refuse-dns', setting: 'VKS_DNS', wouldOpen: has('VKS_DNS=8.8.8.8 ')}],
	['another resolver, blocked', {protocol: 'udp', to: '8.8.8.8', port: 53}, 'minimal', blocked, {verdict: 'unreachable', wouldOpen: has('while no tunnel carries it')}],
	['Docker\'s resolver', {protocol: 'udp', to: '127.0.0.11', port: 53}, 'minimal', connected, {verdict: 'reject', ruleId: 'refuse-docker-dns', via: 'lo', wouldOpen: has('VKS_DOCKER_DNS=yes')}],
	['loopback', {protocol: 'tcp', to: '127.0.0.1', port: 80}, 'minimal', lockdown, {verdict: 'accept', ruleId: 'loopback-out', via: 'lo'}],
	['a LAN host that was not opened', {protocol: 'tcp', to: '192.168.77.10', port: 80}, 'minimal', connected, {verdict: 'accept', ruleId: 'tunnel-out-wg0-v4', via: 'wg0'}],
	['the same, blocked', {protocol: 'tcp', to: '192.168.77.10', port: 80}, 'minimal', blocked, {verdict: 'unreachable', wouldOpen: has('VKS_LAN=out 192.168.77.10 tcp 80 opens exactly this')}],
	['a LAN host that was opened', {protocol: 'tcp', to: '192.168.77.10', port: 80}, 'lan', connected, {verdict: 'accept', ruleId: 'lan-out-v4', setting: 'NETWORK', via: 'eth0'}],
	['the same in lockdown', {protocol: 'tcp', to: '192.168.77.10', port: 80}, 'lan', lockdown, {verdict: 'unreachable', ruleId: 'routing', wouldOpen: has('vks lift')}],
	['a resolver on the LAN that was opened', {protocol: 'udp', to: '192.168.77.10', port: 53}, 'lan', blocked, {verdict: 'reject', ruleId: 'refuse-dns', wouldOpen: has('while no tunnel carries it')}],
	['IPv6 through the tunnel', {protocol: 'tcp', to: '2001:db8::80', port: 443}, 'minimal', connected, {verdict: 'accept', ruleId: 'tunnel-out-wg0-v6'}],
	['a container on the same bridge', {protocol: 'tcp', to: '172.30.7.3', port: 80}, 'minimal', connected, {verdict: 'reject', ruleId: 'refuse-out', via: 'eth0', wouldOpen: has('VKS_LAN=out 172.30.7.3 tcp 80')}],
	['what is neither TCP nor UDP', {protocol: 'other', to: '172.30.7.3'}, 'minimal', connected, {verdict: 'reject', ruleId: 'refuse-out', wouldOpen: has('VKS_LAN=out 172.30.7.3 opens')}],
	['a host on another network', {protocol: 'tcp', to: '172.31.0.9', port: 5432, via: 'eth1'}, 'minimal', connected, {verdict: 'reject', wouldOpen: has('VKS_PEERS=eth1 172.31.0.9/32 tcp 5432')}],
	['a peer', {protocol: 'tcp', to: '172.31.0.9', port: 5432}, 'careful', blocked, {verdict: 'accept', ruleId: 'peer-out-1', via: 'eth1', setting: 'VKS_PEERS'}],
	['the endpoint, by an application', {protocol: 'udp', to: '198.51.100.10', port: 51_820}, 'minimal', connected, {verdict: 'accept', ruleId: 'tunnel-out-wg0-v4', via: 'wg0'}],
	['the endpoint, by one that sets the mark', {protocol: 'udp', to: '198.51.100.10', port: 51_820, mark: 0xca6c}, 'minimal', connected, {verdict: 'reject', ruleId: 'refuse-out', via: 'eth0', wouldOpen: has('marks open nothing')}],
	['the endpoint, by the tunnel', {protocol: 'udp', to: '198.51.100.10', port: 51_820, mark: 0xca6c, uid: 0}, 'minimal', connected, {verdict: 'accept', ruleId: 'endpoint-out-wg0', via: 'eth0'}],
	['a raw frame to the endpoint', {protocol: 'udp', to: '198.51.100.10', port: 51_820, mark: 0xca6c, way: 'raw', via: 'eth0'}, 'minimal', connected, {verdict: 'accept', ruleId: 'egress-endpoint-wg0'}],
	['a raw frame to anywhere', {protocol: 'tcp', to: '203.0.113.80', port: 443, way: 'raw', via: 'eth0'}, 'minimal', connected, {verdict: 'drop', ruleId: 'refuse-egress', wouldOpen: has('raw frames go round')}],
	['a raw frame into the tunnel', {protocol: 'tcp', to: '203.0.113.80', port: 443, way: 'raw', via: 'wg0'}, 'minimal', connected, {verdict: 'accept', ruleId: 'no-backstop'}],
	['somebody at a published port', {protocol: 'tcp', to: '172.30.7.2', port: 8080, from: '203.0.113.9', fromPort: 40_000, way: 'in', via: 'eth0'}, 'lan', blocked, {verdict: 'accept', ruleId: 'published-8080-tcp-new-v4', via: 'eth0'}],
	['the answer to that', {protocol: 'tcp', to: '203.0.113.9', port: 40_000, from: '172.30.7.2', fromPort: 8080, established: true}, 'lan', blocked, {verdict: 'accept', ruleId: 'published-8080-tcp-out-any', via: 'eth0'}],
	['the same from the port, unasked', {protocol: 'tcp', to: '203.0.113.9', port: 40_000, from: '172.30.7.2', fromPort: 8080}, 'lan', blocked, {verdict: 'reject', ruleId: 'refuse-out', via: 'eth0'}],
	['somebody at a closed port', {protocol: 'tcp', to: '172.30.7.2', port: 22, from: '172.30.7.9', way: 'in', via: 'eth0'}, 'minimal', connected, {verdict: 'drop', ruleId: 'refuse-in', wouldOpen: has('VKS_LAN=in 172.30.7.9 tcp 22')}],
	['the same from a public address', {protocol: 'tcp', to: '172.30.7.2', port: 22, from: '203.0.113.9', way: 'in', via: 'eth0'}, 'minimal', connected, {verdict: 'drop', wouldOpen: has('VKS_INBOUND_PORTS=22/tcp from 203.0.113.9')}],
	['somebody beyond the tunnel', {protocol: 'udp', to: '10.64.1.2', port: 6881, from: '203.0.113.9', way: 'in', via: 'wg0'}, 'minimal', connected, {verdict: 'drop', ruleId: 'refuse-in', wouldOpen: has('VKS_INBOUND_PORTS=6881/udp@tunnel')}],
	['an answer through the tunnel', {protocol: 'tcp', to: '10.64.1.2', port: 40_000, from: '203.0.113.9', fromPort: 443, way: 'in', via: 'wg0', established: true}, 'minimal', connected, {verdict: 'accept', ruleId: 'tunnel-in-wg0-v4'}],
	['somebody who looks for the tunnel\'s address', {protocol: 'tcp', to: '10.64.1.2', port: 443, from: '172.30.7.9', way: 'in', via: 'eth0'}, 'minimal', connected, {verdict: 'drop', ruleId: 'refuse-tunnel-address-v4'}],
	['somebody who wants to get through', {protocol: 'tcp', to: '203.0.113.80', port: 443, from: '172.30.7.9', way: 'in', via: 'eth0'}, 'minimal', connected, {verdict: 'drop', ruleId: 'refuse-forward', wouldOpen: has('for another host')}],
	['a loopback address from a wire', {protocol: 'tcp', to: '172.30.7.2', port: 443, from: '127.0.0.1', way: 'in', via: 'eth0'}, 'minimal', connected, {verdict: 'drop', ruleId: 'kernel'}],
])('%s', (_name, asked, configuration, situation, expected) => {
	expect(answer(asked, configuration, situation)).toMatchObject(expected);
});

test('what is named to open it does, and is added to what is there', () => {
	const env = {NETWORK: '192.168.77.0/24', VKS_LAN: 'out 172.30.7.4 tcp 80'};
	const asked: Asked = {protocol: 'tcp', to: '172.30.7.3', port: 80};
	const refused = explain({...worldOf(configFrom(env), connected), question: questionFrom(asked)});
	expect(refused).toMatchObject({verdict: 'reject', wouldOpen: has('VKS_LAN=…; out 172.30.7.3 tcp 80 ')});
	const opened = explain({...worldOf(configFrom({...env, VKS_LAN: `${env.VKS_LAN}; out 172.30.7.3 tcp 80`}), connected), question: questionFrom(asked)});
	expect(opened).toMatchObject({verdict: 'accept', setting: 'VKS_LAN'});
});

test.each<[string, Asked, Exclude<Situation['kind'], 'lockdown'>, string | null]>([
	['a host of the link', {protocol: 'tcp', to: '172.30.7.3', port: 80}, 'tunnelled', 'vks allow tcp 172.30.7.3:80 --uid 1000 --for 15m --reason "…"'],
	['a host behind the gateway', {protocol: 'udp', to: '192.168.77.10', port: 5353}, 'blocked', 'vks allow udp 192.168.77.10:5353 --uid 1000 --for 15m --reason "…"'],
	['a ping', {protocol: 'icmp', to: '172.30.7.3'}, 'tunnelled', 'vks allow icmp 172.30.7.3 --uid 1000 --for 15m --reason "…"'],
	['IPv6', {protocol: 'tcp', to: 'fd00:9::1', port: 443}, 'blocked', 'vks allow tcp [fd00:9::1]:443 --uid 1000 --for 15m --reason "…"'],
	['somebody who asks', {protocol: 'tcp', to: '172.30.7.2', port: 22, from: '172.30.7.9', way: 'in', via: 'eth0'}, 'tunnelled', 'vks allow tcp 172.30.7.9:22 --in --for 15m --reason "…"'],
	['a public address', {protocol: 'tcp', to: '203.0.113.80', port: 443}, 'blocked', null],
	['a resolver', {protocol: 'udp', to: '172.30.7.3', port: 53}, 'blocked', null],
	['what is neither TCP, UDP nor ICMP', {protocol: 'other', to: '172.30.7.3'}, 'tunnelled', null],
	['a host on another network', {protocol: 'tcp', to: '172.31.0.9', port: 5432, via: 'eth1'}, 'tunnelled', null],
	['the tunnel\'s address', {protocol: 'tcp', to: '172.30.7.2', port: 22, from: '10.64.1.1', way: 'in', via: 'eth0'}, 'tunnelled', null],
])('%s may be opened for a time where `vks allow` would do it, and that command is granted', (_name, asked, kind, command) => {
	const {wouldOpen} = answer(asked, 'minimal', kind === 'blocked' ? blocked : connected);
	expect(/`(vks allow [^`]*)`/.exec(wouldOpen ?? '')?.[1] ?? null).toBe(command);
	if (command === null) return;
	const [, , protocol = '', target = '', ...options] = command.split(' ');
	const after = (name: string): string | null => (options.includes(name) ? (options[options.indexOf(name) + 1] ?? null) : null);
	const typed = parseAllow({protocol, target, inbound: options.includes('--in'), time: after('--for'), reason: after('--reason'), uid: after('--uid'), by: 'alice'});
	expect(typed.ok && parseException(typed.value)).toMatchObject({ok: true});
});

test('a host behind vks that sends from the number of a published port means the tunnel', () => {
	const asked: Asked = {protocol: 'tcp', to: '203.0.113.80', port: 443, from: '172.31.0.9', fromPort: 8080, way: 'in', via: 'eth1'};
	expect(answer(asked, 'gateway', connected)).toMatchObject({verdict: 'accept', via: 'wg0'});
});

test('a packet that is routed again shows both decisions', () => {
	const {path} = answer({protocol: 'tcp', to: '203.0.113.9', port: 40_000, from: '172.30.7.2', fromPort: 8080, established: true}, 'lan', connected);
	expect(path[0]).toBe('routing: rule 102, table 51821');
	expect(path).toContain('reply-mark');
	expect(path.at(-1)).toBe('egress-published-8080-tcp-any');
});

describe('of whom VKS_EGRESS governs', () => {
	const {world, openable} = worldOf(configurations.minimal, governed.governed);
	const asking = (uid: number, held: Readonly<Record<string, readonly string[]>>) => explain({
		world: {...world, held: new Map(Object.entries(held).map(([set, elements]) => [set, new Set(elements)]))},
		question: {...questionFrom({protocol: 'tcp', to: '203.0.113.80', port: 443}), uid}, openable,
	});

	test('an address that a set holds goes to the proxy; one that none holds is refused, and what would open it is a name', () => {
		expect(asking(1000, {'egress-1000-v4': ['203.0.113.80 . 443']})).toMatchObject({verdict: 'accept', ruleId: 'egress-diverted-wg0-v4'});
		for (const held of [{}, {'egress-1000-v4': ['203.0.113.80 . 80', '203.0.113.81 . 443']}]) expect(asking(1000, held)).toMatchObject({verdict: 'reject', ruleId: 'refuse-egress-address-1000-wg0', wouldOpen: has('A name that VKS_EGRESS lists')});
	});

	test('what another user\'s set holds is of no use', () => {
		expect(asking(33, {'egress-1000-v4': ['203.0.113.80 . 443']})).toMatchObject({verdict: 'reject', ruleId: 'refuse-egress-address-all-wg0'});
	});
});
