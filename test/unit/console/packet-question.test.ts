import {describe, expect, test} from 'vitest';
import {explainQuerySchema, type DropView, type ExplainQuery, type Explanation} from '../../../src/control/schema.ts';
import type {Feed} from '../../../src/console/connection.ts';
import {perform} from '../../../src/console/perform.ts';
import {shortened} from '../../../src/console/select/drop-details.ts';
import {questionAbout} from '../../../src/console/select/packet-question.ts';
import type {ViewEvent} from '../../../src/console/events.ts';
import {ok} from '../../../src/result.ts';
import {fixture, viewOf} from '../../helpers/screen-view.ts';

const record: DropView = {
	atMs: 1, ruleId: 'refuse-out', direction: 'out', inInterface: null, outInterface: 'eth0', source: '172.30.7.2', destination: '172.30.7.10', protocol: 'tcp',
	sourcePort: 4000, destinationPort: 80, icmpType: null, uid: 1000, gid: 1000, length: 60,
};
const ask = (change: Partial<DropView>): ExplainQuery | null => questionAbout({...record, ...change}, viewOf());

describe('what is asked about a refused packet', () => {
	test.each<[string, Partial<DropView>, ExplainQuery]>([
		['out, by the link it was on', {}, {protocol: 'tcp', destination: '172.30.7.10', port: 80, uid: 1000, direction: 'out', source: '172.30.7.2', sourcePort: 4000, via: 'eth0'}],
		['in, with who sent it', {ruleId: 'refuse-in', direction: 'in', inInterface: 'eth0', outInterface: null, source: '172.30.7.10', destination: '172.30.7.2', uid: null}, {protocol: 'tcp', destination: '172.30.7.2', port: 80, uid: null, direction: 'in', source: '172.30.7.10', sourcePort: 4000, via: 'eth0'}],
		['through us, from where it came', {ruleId: 'refuse-forward', direction: 'forward', inInterface: 'eth1', source: '172.31.0.9', uid: null}, {protocol: 'tcp', destination: '172.30.7.10', port: 80, uid: null, direction: 'in', source: '172.31.0.9', sourcePort: 4000, via: 'eth1'}],
		['a frame that only the backstop saw', {ruleId: 'refuse-egress', mark: 0xca6c}, {protocol: 'tcp', destination: '172.30.7.10', port: 80, uid: 1000, direction: 'out', source: '172.30.7.2', sourcePort: 4000, via: 'eth0', mark: 0xca6c, raw: true}],
		['ICMP of its own type', {protocol: 'icmpv6', source: 'fe80::1', destination: 'ff02::2', sourcePort: null, destinationPort: null, icmpType: 133}, {protocol: 'icmpv6', destination: 'ff02::2', port: null, uid: 1000, direction: 'out', source: 'fe80::1', via: 'eth0', icmpType: 133}],
	])('%s', (_, change, query) => {
		expect(ask(change)).toEqual(query);
		expect(explainQuerySchema.safeParse(query).success).toBe(true);
	});

	test('nothing, where the record does not say enough', () => {
		expect([ask({source: '', destination: ''}), ask({destinationPort: null}), ask({destinationPort: 0}), ask({ruleId: 'refuse-egress', protocol: 'other', sourcePort: null, destinationPort: null})]).toEqual([null, null, null, null]);
	});

	test('every recorded drop makes a question that the daemon takes', () => {
		for (const drop of fixture.drops) expect(explainQuerySchema.safeParse(questionAbout(drop, viewOf())).success).toBe(true);
	});
});

test('an interface that is gone is left out of the question, and the answer is that of today', async () => {
	const explanation: Explanation = {verdict: 'reject', ruleId: 'refuse-out', reason: 'no', setting: 'vks', via: 'eth0', wouldOpen: null, path: []};
	const asked: ExplainQuery[] = [];
	const events: ViewEvent[] = [];
	const feed = {
		explain: async (query: ExplainQuery) => {
			asked.push(query);
			return ok(query.via === undefined ? explanation : {...explanation, verdict: 'unreachable' as const, ruleId: 'none', reason: 'There is no interface wg0.'});
		},
	} as unknown as Feed;
	const world = {feed, dispatch: (event: ViewEvent) => void events.push(event)} as unknown as Parameters<typeof perform>[1];
	await perform({type: 'explain', key: '7', query: {protocol: 'tcp', destination: '172.30.7.10', port: 80, uid: null, via: 'wg0'}}, world);
	expect(asked.map(({via}) => via)).toEqual(['wg0', undefined]);
	expect(events).toEqual([{type: 'explanation', key: '7', explanation}]);
});

test('of a long way the routing and the last rules are said', () => {
	expect(shortened(['routing: a', 'one', 'two'])).toEqual(['routing: a', 'one', 'two']);
	expect(shortened(['routing: a', 'r1', 'r2', 'r3', 'routing: b', 'r4', 'r5', 'r6'])).toEqual(['routing: a', 'routing: b', '3 rules', 'r4', 'r5', 'r6']);
});
