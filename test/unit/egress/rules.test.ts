/** What the compiled rules do with packets of those whose names are chosen, and with everybody else's. */
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {IpAddress} from '../../../src/net/address.ts';
import {planEgress} from '../../../src/egress/plan.ts';
import {compile} from '../../../src/policy/compile.ts';
import {evaluateChain} from '../../../src/policy/evaluate.ts';
import type {Packet} from '../../../src/policy/packet.ts';
import type {Situation} from '../../../src/policy/policy.ts';
import {ipv4} from '../../helpers/arbitrary-net.ts';
import {configurations, egressPlan, governed, ip, nic, portOf, situations} from '../../helpers/situations.ts';

const {proxyUid, ownMark} = egressPlan.numbers;
const user = planEgress(egressPlan.scopes[0]?.entries.filter(({uid}) => uid !== null) ?? [], egressPlan.numbers);
const ofOneUser: Situation = {...situations.connected, egress: user};
const base: Packet = {
	inInterface: null, outInterface: nic('wg0'), etherType: 'ip', family: 4, source: ip('10.64.1.2'), destination: ip('203.0.113.80'), protocol: 'tcp', sourcePort: portOf(40_000), destinationPort: portOf(443),
	icmpType: null, hopLimit: 64, mark: 0, uid: 1000, connection: 'new', connectionDirection: 'original', connectionMark: 0,
};
const held = (word: string): Pick<Packet, 'heldIn'> => ({heldIn: [`egress-${word}-v4`]});
const sees = (situation: Situation, change: Partial<Packet>) => {
	const ruleset = compile(configurations.lan, situation);
	const divert = evaluateChain(ruleset, 'divert', {...base, ...change});
	const output = evaluateChain(ruleset, 'output', divert.packet);
	return [output.rule?.id ?? null, divert.packet.diverted === true ? `${divert.packet.destination ?? ''}:${divert.packet.destinationPort ?? ''}` : null];
};
const over = (port: number, protocol: 'tcp' | 'udp' = 'udp'): Partial<Packet> => ({protocol, destinationPort: portOf(port)});

describe('of a user with names of his own', () => {
	test.each<[string, Partial<Packet>, string, string | null]>([
		['an address that was given goes to the proxy', held('1000'), 'egress-diverted-wg0-v4', '127.0.0.1:18403'],
		['so does one of the names of everybody', held('all'), 'egress-diverted-wg0-v4', '127.0.0.1:18407'],
		['an address that was not', {}, 'refuse-egress-address-1000-wg0', null],
		['another port', over(22, 'tcp'), 'refuse-egress-1000-wg0', null],
		['QUIC', {...over(443), ...held('1000')}, 'refuse-egress-quic-1000-wg0', null],
		['any other datagram', over(123), 'refuse-egress-1000-wg0', null],
		['a ping', {protocol: 'icmp', sourcePort: null, destinationPort: null, icmpType: 8}, 'refuse-egress-1000-wg0', null],
		['the tunnel\'s resolver is ours', {...over(53), destination: ip('10.64.1.1')}, 'egress-diverted-wg0-v4', '127.0.0.1:18401'],
		['the same over TCP', {...over(53, 'tcp'), destination: ip('10.64.1.1')}, 'refuse-egress-dns-1000-wg0', null],
		['the same over TLS', {...over(853, 'tcp'), destination: ip('10.64.1.1')}, 'refuse-egress-dns-1000-wg0', null],
		['another resolver', over(53), 'refuse-egress-dns-1000-wg0', null],
		['a listener itself', {outInterface: nic('lo'), destination: ip('127.0.0.1'), ...over(18_407, 'tcp')}, 'refuse-egress-listener', null],
		['another scope\'s resolver itself', {outInterface: nic('lo'), destination: ip('127.0.0.1'), ...over(18_405)}, 'refuse-egress-resolver', null],
		['the proxy\'s log', {outInterface: nic('lo'), destination: ip('127.0.0.1'), ...over(18_400)}, 'refuse-egress-resolver', null],
		['the mark of vks', {mark: ownMark}, 'refuse-egress-address-1000-wg0', null],
		['the LAN stays as its setting has it', {outInterface: nic('eth0'), destination: ip('192.168.77.9')}, 'lan-out-v4', null],
	])('%s', (_what, change, rule, to) => {
		expect(sees(governed.governed, change)).toEqual([rule, to]);
	});
});

describe('of everybody, root too', () => {
	test.each<[string, Partial<Packet>, string, string | null]>([
		['an address that was given goes to the proxy', {uid: 33, ...held('all')}, 'egress-diverted-wg0-v4', '127.0.0.1:18407'],
		['one that was given to another user', {uid: 33, ...held('1000')}, 'refuse-egress-address-all-wg0', null],
		['root', {uid: 0}, 'refuse-egress-address-all-wg0', null],
		['root with the mark of vks asks for vks', {uid: 0, mark: ownMark}, 'egress-own-wg0-v4', null],
		['at named ports alone', {uid: 0, mark: ownMark, ...over(22, 'tcp')}, 'refuse-egress-all-wg0', null],
		['and pings, to know whether the tunnel carries', {uid: 0, mark: ownMark, protocol: 'icmp', sourcePort: null, destinationPort: null, icmpType: 8}, 'egress-own-ping-wg0-v4', null],
		['which root without the mark does not', {uid: 0, protocol: 'icmp', sourcePort: null, destinationPort: null, icmpType: 8}, 'refuse-egress-all-wg0', null],
		['nor another user with it', {uid: 33, mark: ownMark, protocol: 'icmp', sourcePort: null, destinationPort: null, icmpType: 8}, 'refuse-egress-all-wg0', null],
		['the tunnel\'s resolver alone', {uid: 0, mark: ownMark, ...over(53)}, 'refuse-egress-dns-all-wg0', null],
		['what answers by a forwarded port', {uid: 33, ...over(50_000), sourcePort: portOf(6881), connection: 'established', connectionDirection: 'reply'}, 'egress-answer-6881-udp-wg0-v4', null],
		['what begins from there', {uid: 33, ...over(50_000), sourcePort: portOf(6881)}, 'refuse-egress-all-wg0', null],
	])('%s', (_what, change, rule, to) => {
		expect(sees(governed.governed, change)).toEqual([rule, to]);
	});
});

describe('the proxy', () => {
	test.each<[string, Partial<Packet>, string]>([
		['connects to what was given', held('1000'), 'egress-proxy-1000-wg0-v4'],
		['and to nothing else', {}, 'refuse-egress-proxy-wg0'],
		['goes on when the address is given no more', {connection: 'established'}, 'egress-proxy-goes-on-wg0-v4'],
		['from the tunnel\'s own address', {connection: 'established', source: ip('10.64.2.2')}, 'refuse-egress-proxy-wg0'],
		['asks nobody outside', {...over(53), destination: ip('10.64.1.1')}, 'refuse-egress-dns-all-wg0'],
		['asks our resolver', {outInterface: nic('lo'), destination: ip('127.0.0.1'), ...over(18_405)}, 'egress-proxy-asks'],
	])('%s', (_what, change, rule) => {
		expect(sees(governed.governed, {...change, uid: proxyUid})).toEqual([rule, null]);
	});
});

test('where one user alone is chosen for, nobody else sees any of it', () => {
	expect(sees(ofOneUser, {})).toEqual(['refuse-egress-address-1000-wg0', null]);
	for (const change of [{}, over(443), over(22, 'tcp'), held('1000')]) expect(sees(ofOneUser, {...change, uid: 33})).toEqual(['tunnel-out-wg0-v4', null]);
	expect(sees(ofOneUser, {uid: 33, ...over(53), destination: ip('10.64.1.1')})).toEqual(['dns-out-wg0-v4', null]);
});

test('nothing of whom it governs leaves by a tunnel, whatever it is and wherever it goes', () => {
	const anything = fc.record({
		destination: ipv4 as fc.Arbitrary<IpAddress>, destinationPort: fc.constantFrom(53, 80, 443, 853, 6881, 8443, 18_400, 51_413).map(portOf), protocol: fc.constantFrom('tcp', 'udp'), sourcePort: fc.constantFrom(6881, 40_000, 51_413).map(portOf),
		mark: fc.constantFrom(0, ownMark, 0xca6c, 0xca6d), outInterface: fc.constantFrom('wg0', 'wg0b').map(nic), heldIn: fc.subarray(['egress-1000-v4', 'egress-all-v4']), connection: fc.constantFrom('new', 'established'),
		source: fc.constantFrom('10.64.1.2', '10.64.2.2').map(ip), uid: fc.constantFrom(1000, 33),
	} as const) as fc.Arbitrary<Partial<Packet>>;
	for (const situation of [governed.governed, governed['governed-switching']]) {
		fc.assert(fc.property(anything, change => {
			const [rule, to] = sees(situation, change);
			expect(rule?.startsWith('refuse') === true || to?.startsWith('127.0.0.1:') === true, String(rule)).toBe(true);
		}), {numRuns: 1500});
	}
});

test('in lockdown nothing is redirected, and no listener is reached', () => {
	expect(sees(governed['governed-lockdown'], held('1000'))).toEqual(['refuse-out', null]);
	expect(sees(governed['governed-lockdown'], {outInterface: nic('lo'), destination: ip('127.0.0.1'), ...over(18_407, 'tcp')})).toEqual(['refuse-egress-listener', null]);
});

describe('no rule of it stands there for nothing', () => {
	const uids = [0, 33, 1000, proxyUid];
	const ports = [22, 53, 80, 443, 853, 6881, 8443, 18_400, 18_401, 18_402, 18_403, 18_404, 18_405, 18_406, 18_407, 50_000].map(portOf);
	/** What differs between packets that different rules decide, in every combination. */
	function* packets(): Generator<Packet> {
		for (const family of [4, 6] as const) for (const outInterface of ['wg0', 'lo'].map(nic)) for (const uid of uids) for (const mark of [0, ownMark]) for (const protocol of ['tcp', 'udp', 'icmp', 'icmpv6'] as const) for (const destinationPort of ports) {
			const ofIcmp = protocol === 'icmp' || protocol === 'icmpv6';
			if (ofIcmp && (destinationPort !== 22 || (protocol === 'icmp') !== (family === 4))) continue;
			for (const heldIn of [[], ['egress-1000-v4', 'egress-1000-v6'], ['egress-all-v4', 'egress-all-v6']]) for (const [connection, connectionDirection, sourcePort] of [['new', 'original', 40_000], ['established', 'original', 40_000], ['established', 'reply', 6881], ['established', 'reply', 51_413]] as const) for (const resolver of [true, false]) {
				yield {
					...base, family, etherType: family === 4 ? 'ip' : 'ip6', outInterface, uid, mark, protocol, heldIn, connection, connectionDirection,
					source: ip(outInterface === 'lo' ? (family === 4 ? '127.0.0.1' : '::1') : family === 4 ? '10.64.1.2' : 'fd64:1::2'),
					destination: ip(outInterface === 'lo' ? (family === 4 ? '127.0.0.1' : '::1') : resolver ? (family === 4 ? '10.64.1.1' : 'fd64:1::1') : family === 4 ? '203.0.113.80' : '2001:db8:80::1'),
					sourcePort: ofIcmp ? null : portOf(sourcePort), destinationPort: ofIcmp ? null : destinationPort, icmpType: ofIcmp ? (family === 4 ? 8 : 128) : null,
				};
			}
		}
	}

	test('each decides some packet, of its own family', () => {
		const ruleset = compile(configurations.lan, governed.governed);
		const mine = ruleset.chains.filter(({name}) => name === 'divert' || name === 'output').flatMap(({rules}) => rules.filter(({id}) => /^(?:refuse-)?egress-/.test(id)).map(({id}) => id));
		const decided = new Set<string>();
		for (const packet of packets()) {
			const divert = evaluateChain(ruleset, 'divert', packet);
			const output = evaluateChain(ruleset, 'output', divert.packet);
			for (const rule of [divert.rule, output.rule]) if (rule !== null) decided.add(rule.id);
		}
		expect(mine.filter(id => !decided.has(id))).toEqual([]);
	});
});
