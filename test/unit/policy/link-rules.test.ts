/** What a link needs, and what must not be learnt from it. */
import {expect, test} from 'vitest';
import {compile} from '../../../src/policy/compile.ts';
import {evaluateChain} from '../../../src/policy/evaluate.ts';
import type {Packet} from '../../../src/policy/packet.ts';
import {renderRule} from '../../../src/policy/render.ts';
import {cidrOf} from '../../../src/net/cidr.ts';
import {configurations, ip, nic, situations, zurich} from '../../helpers/situations.ts';

const base = {inInterface: null, outInterface: nic('eth0'), sourcePort: null, destinationPort: null, mark: 0, uid: null, connection: 'new', connectionDirection: 'original', connectionMark: 0} as const;
const onLink = [cidrOf(ip('2001:db8:30::'), 64)];
const verdict = (situation: Parameters<typeof compile>[1], packet: Packet) => evaluateChain(compile(configurations.minimal, situation), 'egress', packet).verdict;

test('a neighbour is answered at its own address, on the link and nowhere else', () => {
	const answer = (destination: string, icmpType = 136): Packet => ({...base, etherType: 'ip6', family: 6, source: ip('2001:db8:30::2'), destination: ip(destination), protocol: 'icmpv6', icmpType, hopLimit: 255});
	const overIpv6 = {...situations.connected, tunnels: [zurich], onLink};
	expect(verdict(overIpv6, answer('2001:db8:30::1'))).toBe('accept');
	expect(verdict(overIpv6, answer('2001:db8:30::1', 135))).toBe('accept');
	expect(verdict(overIpv6, answer('2001:db8:99::1'))).toBe('drop');
	expect(verdict(overIpv6, answer('2001:db8:30::1', 128))).toBe('drop');
	expect(verdict({...situations.connected, onLink}, answer('2001:db8:30::1'))).toBe('drop');
});

test('ARP that names the tunnel\'s address is dropped, other ARP leaves', () => {
	const arp = (source: string): Packet => ({...base, etherType: 'arp', family: null, source: ip(source), destination: null, protocol: null, icmpType: null, hopLimit: null});
	expect(verdict(situations.connected, arp('10.64.1.2'))).toBe('drop');
	expect(verdict(situations.connected, arp('172.30.7.2'))).toBe('accept');
});

test('frames in disguise are refused before anything is accepted at the backstop', () => {
	for (const situation of Object.values(situations)) {
		const egress = compile(configurations.lan, situation).chains.find(({name}) => name === 'egress');
		expect(egress?.rules.slice(0, 2).map(rule => renderRule(rule))).toEqual(['ip', 'ip6'].map(kind => expect.stringContaining(`meta protocol ${kind} ether type != ${kind} counter`) as unknown));
	}
});
