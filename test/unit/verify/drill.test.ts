/** What a leak test plans, expects, recognises and concludes. That probes reach a link, and refusals hold, is the real kernel's to show. */
import {describe, expect, test} from 'vitest';
import type {ProbeAnswer} from '../../../src/kernel/kernel.ts';
import type {Port} from '../../../src/net/port.ts';
import type {Situation} from '../../../src/policy/policy.ts';
import {expectationOf, permitsCanary} from '../../../src/verify/expect.ts';
import {arpProbe, question, udpFrame} from '../../../src/verify/frames.ts';
import {conclude, countersOf, judge, type Tried} from '../../../src/verify/judge.ts';
import {canaries, plan} from '../../../src/verify/plan.ts';
import {bears} from '../../../src/verify/recognise.ts';
import {withTunnelDown, type Scene} from '../../../src/verify/scene.ts';
import {worldOf} from '../../helpers/explain-world.ts';
import {configFrom, configurations, ip, nic, situations, stockholm} from '../../helpers/situations.ts';

const hardware = Uint8Array.of(2, 0, 0, 0, 0, 1);
const counting = (): (() => Uint8Array) => {
	let next = 0;
	return () => Uint8Array.from(Buffer.from(`token-${String(next++).padStart(8, '0')}`));
};
const sceneOf = (situation: Situation, config = configurations.minimal): Scene => ({
	...worldOf(config, situation).world,
	outside: [
		{name: nic('eth0'), index: 2, up: true, hardware, addresses: [ip('172.30.7.2'), ip('2001:db8:30::2')]},
		{name: nic('eth1'), index: 3, up: true, hardware, addresses: []},
	],
	inside: [1, 4],
	uplink: nic('eth0'),
	gateway4: ip('172.30.7.1'),
	tunnel: situation.tunnels.length === 0 ? null : stockholm,
});
const expected = (scene: Scene): Readonly<Record<string, unknown>> => Object.fromEntries(plan(scene, counting()).map(probe => [probe.id, expectationOf(scene, probe)]));

test('every probe has an id, a token and a documentation address that no other has', () => {
	const probes = plan(sceneOf(situations.connected), counting());
	const destinations = probes.map(probe => (probe.kind === 'frame' ? probe.destination : probe.packet.destination));
	for (const values of [probes.map(({id}) => id), probes.map(({token}) => Buffer.from(token).toString()), destinations]) expect(new Set(values).size).toBe(probes.length);
	expect(destinations.filter(address => !/^192\.0\.2\.|^2001:db8:7ab1:/.test(address))).toEqual(['127.0.0.11']);
	expect(probes.filter(({kind}) => kind === 'frame').map(({id}) => id)).toEqual(['frame-eth0', 'frame6-eth0', 'frame-eth1', 'frame6-eth1']);
});

describe('what the policy says becomes of them', () => {
	test('connected: through the tunnel, but for what aims past it', () => {
		expect(expected(sceneOf(situations.connected))).toMatchObject({
			tcp: {kind: 'inside', rule: 'tunnel-out-wg0-v4'}, udp6: {kind: 'inside', rule: 'tunnel-out-wg0-v6'}, 'ttl-1': {kind: 'inside'},
			'dns-udp': {kind: 'refused', rule: 'refuse-dns'}, dot: {kind: 'refused', rule: 'refuse-dns'}, 'docker-dns': {kind: 'refused', rule: 'refuse-docker-dns'},
			'device-udp': {kind: 'refused', rule: 'refuse-out'}, 'device-udp6': {kind: 'no-route'}, 'mark-tunnel': {kind: 'refused', rule: 'refuse-out'},
			'address-udp': {kind: 'refused', rule: 'refuse-tunnel-source'}, 'frame-eth0': {kind: 'refused', rule: 'refuse-egress'}, 'frame6-eth1': {kind: 'refused', rule: 'refuse-egress'},
		});
	});

	test.each(['blocked', 'lockdown', 'connecting'] as const)('%s: nothing passes anywhere', name => {
		expect(Object.values(expected(sceneOf(situations[name]))).filter(each => (each as {kind: string}).kind === 'inside' || (each as {kind: string}).kind === 'open')).toEqual([]);
	});

	test('what the operator opened is open, and will not be sent', () => {
		const open = configFrom({NETWORK: '192.0.2.0/24', VKS_ALLOW_UNSAFE_NETWORK: 'yes-i-know', VKS_DOCKER_DNS: 'yes'});
		expect(expected(sceneOf(situations.connected, open))).toMatchObject({'device-udp': {kind: 'open'}, 'frame-eth0': {kind: 'open'}, 'docker-dns': {kind: 'inside'}, 'device-dns': {kind: 'refused'}});
	});

	test('with the tunnel set down: no way leads anywhere, and what aims past it meets the same rules', () => {
		expect(expected(withTunnelDown(sceneOf(situations.connected)))).toMatchObject({
			tcp: {kind: 'no-route'}, udp6: {kind: 'no-route'}, 'dns-udp': {kind: 'no-route'}, 'docker-dns': {kind: 'refused', rule: 'refuse-docker-dns'},
			'device-udp': {kind: 'refused', rule: 'refuse-out'}, 'mark-tunnel': {kind: 'refused', rule: 'refuse-out'}, 'frame-eth0': {kind: 'refused', rule: 'refuse-egress'},
		});
	});

	test('a link outside that the backstop does not cover yet is no opening: its frame is sent, and looked for', () => {
		const scene = sceneOf(situations.connected);
		expect(expected({...scene, ruleset: {...scene.ruleset, backstop: []}})).toMatchObject({'frame-eth0': {kind: 'refused'}, 'frame6-eth1': {kind: 'refused'}});
	});

	test('a canary may be sent on the uplink, and not where the policy lets no ARP out', () => {
		const scene = sceneOf(situations.lockdown);
		expect(canaries(scene, counting()).map(canary => [canary.link.name, permitsCanary(scene, canary)])).toEqual([['eth0', true], ['eth1', false]]);
	});
});

describe('a frame is recognised', () => {
	const token = Uint8Array.from(Buffer.from('a token no other'));
	const other = Uint8Array.from(Buffer.from('another token'));
	const frame = udpFrame(hardware, ip('172.30.7.2'), ip('192.0.2.130'), token);
	const to = {token, destination: ip('192.0.2.130'), tcpPort: null};
	const https = {...to, tcpPort: 443 as Port};
	const nobodys = {token: other, destination: null, tcpPort: null};
	const reply = arpProbe(hardware, ip('192.0.2.130'), other).with(21, 2);
	/** A TCP segment from port 40000 to 443, in the place of the datagram. */
	const segment = (flags: number): Uint8Array => {
		const tcp = udpFrame(hardware, ip('172.30.7.2'), ip('192.0.2.130'), other).with(23, 6).slice(0, 34);
		return Uint8Array.from([...tcp, 0x9c, 0x40, 1, 0xbb, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, flags, 0, 0, 0, 0, 0, 0]);
	};
	test.each([
		['its token', frame, {...nobodys, token}, true],
		['the token of a question', question(token), {...nobodys, token}, true],
		['a connection begun to it, after Ethernet', segment(0x02), https, true],
		['a connection begun to it, without a link header', segment(0x02).slice(14), https, true],
		['an ARP request for it', arpProbe(hardware, ip('192.0.2.130'), other), to, true],
		['an IPv6 address', udpFrame(hardware, ip('2001:db8::1'), ip('2001:db8:7ab1::5'), other), {...to, destination: ip('2001:db8:7ab1::5')}, true],
		['nothing of another', segment(0x02), {...https, destination: ip('192.0.2.131')}, false],
		['nothing in the address as a source', udpFrame(hardware, ip('192.0.2.130'), ip('192.0.2.9'), other), to, false],
		['nothing in a stump', segment(0x02).slice(0, 46), https, false],
		// Whoever forges our destination as his own address is answered, and that is no leak.
		['nothing in an ARP reply to it', reply, to, false],
		['nothing in the answer of a published port to it', segment(0x12), https, false],
		['nothing in a connection to another port of it', segment(0x02), {...https, tcpPort: 853 as Port}, false],
		['nothing in a datagram to it without the token', frame, {...to, token: other}, false],
	])('by %s', (_, bytes, mark, found) => expect(bears(bytes, mark)).toBe(found));
});

describe('the verdict', () => {
	const sent: ProbeAnswer = {kind: 'sent'};
	const tried = (change: Partial<Tried> = {}): Tried => ({id: 'udp', what: 'UDP', expected: {kind: 'refused', rule: 'refuse-out'}, answer: sent, mark: {token: new Uint8Array(), destination: null, tcpPort: null}, local: false, ...change});
	const clear = {kind: 'clear'} as const;
	const blind = {kind: 'blind', why: 'it could not see'} as const;
	const impossible: ProbeAnswer = {kind: 'not-possible', why: 'no NET_RAW'};

	test.each([
		['unseen by a witness that sees has held', tried(), [], clear, 'held'],
		['unseen by a blind one shows nothing', tried(), [], blind, 'inconclusive'],
		['seen is leaked', tried(), ['eth0'], clear, 'leaked'],
		['seen is leaked, although the witness was blind at the end', tried(), ['eth0'], blind, 'leaked'],
		['not sent is not possible', tried({answer: impossible}), [], clear, 'not-possible'],
		['to the namespace itself, and taken, is leaked', tried({local: true}), [], clear, 'leaked'],
		['to the namespace itself, and refused, has held, whatever the links show', tried({local: true, answer: {kind: 'refused', why: 'refused'}}), [], blind, 'held'],
	] as const)('%s', (_, what, seen, sight, verdict) => expect(judge(what, seen, sight).verdict).toBe(verdict));

	test('one leak fails all; a blind witness never passes; what could not be tried is named', () => {
		const view = (what: Tried, seen: readonly string[] = []) => judge(what, seen, clear);
		expect(conclude([view(tried()), view(tried({id: 'x', what: 'X'}), ['eth0'])], clear)).toEqual({kind: 'failed', detail: 'Seen outside the tunnel: X (on eth0).'});
		expect(conclude([], blind)).toEqual({kind: 'inconclusive', detail: 'it could not see'});
		expect(conclude([view(tried())], blind).kind).toBe('inconclusive');
		expect(conclude([view(tried()), view(tried({id: 'icmp', answer: impossible}))], clear)).toEqual({kind: 'passed', detail: '1 probes, none seen outside the tunnel. 1 could not be tried: icmp.'});
	});

	test('counters stand beside the number of probes that should have moved them', () => {
		const counted = countersOf([tried(), tried(), tried({answer: impossible}), tried({expected: {kind: 'no-route'}})], new Map([['refuse-out', 5]]), new Map([['refuse-out', 8]]));
		expect(counted).toEqual([{rule: 'refuse-out', probes: 2, counted: 3}]);
	});
});
