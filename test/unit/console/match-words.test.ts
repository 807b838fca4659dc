/** What a rule matches, in words: of every rule that the policy can hold, so that a new term cannot be left out unsaid. */
import {expect, test} from 'vitest';
import {matchWords} from '../../../src/console/select/match-words.ts';
import {compile} from '../../../src/policy/compile.ts';
import {renderRule} from '../../../src/policy/render.ts';
import {configFrom, configurations, situations} from '../../helpers/situations.ts';

test('no term of any rule is passed over', () => {
	const limited = configFrom({VKS_INBOUND_PORTS: '8080/tcp', VKS_INBOUND_RATE: '20', VKS_INBOUND_PORT_RATE: '200', VKS_MANAGEMENT: 'tcp 22 from 192.168.1.10 fd00::/64'});
	const unread = [...Object.values(configurations), limited].flatMap(config => Object.values(situations).flatMap(situation => compile(config, situation).chains.flatMap(({rules}) => rules.map(rule => ({id: rule.id, ...matchWords(renderRule(rule))}))))).filter(({unread: rest, words}) => rest !== '' || /undefined|NaN/.test(words));
	expect(unread).toEqual([]);
});

test.each([
	['iifname "eth0" ip saddr 192.168.9.20/32 tcp sport 5432 meta l4proto @lease-exception-1 ct state established ct direction reply counter name "c_x" accept', 'packets arriving by eth0, from 192.168.9.20, tcp from port 5432, while lease-exception-1 lasts, of a connection that was let begin, as its answers'],
	['oifname { "eth0", "eth1" } ip6 daddr fd00::/64 meta l4proto { tcp, udp } th dport { 53, 853 } meta skuid 0 counter name "c_x" accept', 'packets leaving by eth0 or eth1, to fd00::/64, tcp or udp, to port 53 or 853, of uid 0'],
	['icmpv6 type 128 counter name "c_x" accept', 'packets icmpv6 echo requests (ping)'],
	['counter name "c_refuse-out" reject with icmpx admin-prohibited comment "refuse-out"', 'every packet that no rule before it decided'],
])('%s', (text, words) => {
	expect(matchWords(text)).toEqual({words, unread: ''});
});

test('what it does not know it does not swallow', () => {
	expect(matchWords('oifname "eth0" ct helper "ftp" counter name "c_x" accept')).toEqual({words: 'packets leaving by eth0', unread: 'ct helper "ftp"'});
});
