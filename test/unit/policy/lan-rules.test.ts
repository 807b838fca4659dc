/** What a permission of VKS_LAN opens, and what one step beside it does not. */
import {expect, test} from 'vitest';
import {compile} from '../../../src/policy/compile.ts';
import {evaluateChain} from '../../../src/policy/evaluate.ts';
import type {Packet} from '../../../src/policy/packet.ts';
import {configFrom, configurations, ip, nic, portOf, situations} from '../../helpers/situations.ts';

const rulesets = compile(configurations.narrow, situations.blocked);
const base: Packet = {
	inInterface: null, outInterface: null, etherType: 'ip', family: 4, source: null, destination: null, protocol: 'tcp', sourcePort: portOf(40_000), destinationPort: portOf(40_001),
	icmpType: null, hopLimit: 64, mark: 0, uid: 1000, connection: 'new', connectionDirection: 'original', connectionMark: 0,
};
const out = (to: string, packet: Partial<Packet>): Packet => ({...base, outInterface: nic('eth0'), source: ip('192.168.77.2'), destination: ip(to), ...packet});
const back = (from: string, packet: Partial<Packet>): Packet => ({...base, inInterface: nic('eth0'), source: ip(from), destination: ip('192.168.77.2'), ...packet});
const answer = {connection: 'established', connectionDirection: 'reply'} as const;
const passes = (name: 'input' | 'output' | 'egress', packet: Packet, ruleset = rulesets): boolean => evaluateChain(ruleset, name, packet).verdict === 'accept';

test('out: we begin, on that port, and only answers come back', () => {
	const ask = {destinationPort: portOf(5432)};
	expect([passes('output', out('192.168.78.20', ask)), passes('egress', out('192.168.78.20', ask))]).toEqual([true, true]);
	expect(passes('output', out('192.168.78.20', {destinationPort: portOf(5433)}))).toBe(false);
	expect(passes('output', out('192.168.78.21', ask))).toBe(false);
	expect(passes('output', out('192.168.78.20', {...ask, protocol: 'udp'}))).toBe(false);
	expect(passes('output', out('192.168.78.20', {...ask, outInterface: nic('eth1')}))).toBe(false);
	expect(passes('input', back('192.168.78.20', {sourcePort: portOf(5432), ...answer}))).toBe(true);
	expect(passes('input', back('192.168.78.20', {sourcePort: portOf(5432)}))).toBe(false);
	expect(passes('input', back('192.168.78.20', {destinationPort: portOf(5432)}))).toBe(false);
	expect(passes('input', back('192.168.78.20', {sourcePort: portOf(5432), connection: 'established'}))).toBe(false);
});

test('in: they begin, at a port of the span, and we only answer', () => {
	const ask = (port: number) => back('192.168.78.9', {protocol: 'udp', destinationPort: portOf(port)});
	expect([52_999, 53_000, 53_005, 53_010, 53_011].map(port => passes('input', ask(port)))).toEqual([false, true, true, true, false]);
	const reply = {protocol: 'udp', sourcePort: portOf(53_003)} as const;
	expect(passes('output', out('192.168.78.9', {...reply, ...answer}))).toBe(true);
	expect(passes('egress', out('192.168.78.9', reply))).toBe(true);
	expect(passes('output', out('192.168.78.9', reply))).toBe(false);
	expect(passes('egress', out('192.168.78.9', {...reply, sourcePort: portOf(53_011)}))).toBe(false);
	expect(passes('output', out('192.168.78.9', {protocol: 'udp', destinationPort: portOf(53_003)}))).toBe(false);
});

test('icmp is echo: a redirect passes neither way', () => {
	const icmp = (icmpType: number): Partial<Packet> => ({protocol: 'icmp', icmpType, sourcePort: null, destinationPort: null});
	expect(passes('input', back('192.168.78.9', icmp(8)))).toBe(true);
	expect(passes('input', back('192.168.78.9', icmp(5)))).toBe(false);
	expect(passes('output', out('192.168.78.9', {...icmp(0), ...answer}))).toBe(true);
	expect(passes('output', out('192.168.78.9', icmp(8)))).toBe(false);
	const six: Partial<Packet> = {etherType: 'ip6', family: 6, source: ip('fd00:1::2'), destination: ip('fd00:77::5'), protocol: 'icmpv6', sourcePort: null, destinationPort: null};
	expect(passes('output', out('192.168.78.9', {...six, icmpType: 128}))).toBe(true);
	expect(passes('output', out('192.168.78.9', {...six, icmpType: 137}))).toBe(false);
});

test('without direction and protocol all passes both ways, but look-ups', () => {
	expect([passes('output', out('192.168.77.9', {})), passes('input', back('192.168.77.9', {})), passes('egress', out('192.168.77.9', {}))]).toEqual([true, true, true]);
	expect(passes('output', out('192.168.77.9', {destinationPort: portOf(53)}))).toBe(false);
});

test('one way without ports: the other way begins nothing', () => {
	const oneWay = compile(configFrom({VKS_LAN: 'in 192.168.77.0/24; out 192.168.78.0/24 tcp'}), situations.blocked);
	expect([passes('input', back('192.168.77.9', {}), oneWay), passes('output', out('192.168.77.9', answer), oneWay), passes('output', out('192.168.77.9', {}), oneWay)]).toEqual([true, true, false]);
	expect([passes('output', out('192.168.78.9', {}), oneWay), passes('input', back('192.168.78.9', answer), oneWay), passes('input', back('192.168.78.9', {}), oneWay)]).toEqual([true, true, false]);
});

test('in lockdown and without an uplink nothing of it is open', () => {
	for (const situation of [situations.lockdown, situations['no-uplink']]) {
		const ids = compile(configurations.narrow, situation).chains.flatMap(({rules}) => rules.map(({id}) => id));
		expect(ids.filter(id => /^(egress-)?lan-/.test(id))).toEqual([]);
	}
});
