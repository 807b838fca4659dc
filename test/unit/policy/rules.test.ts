/** Every rule does what its row says, looks at every field of it, and none stands there for nothing. */
import {expect, test, vi} from 'vitest';
import {compile} from '../../../src/policy/compile.ts';
import {violations, violationsOf} from '../../helpers/policy-behaviour.ts';
import {idleRules, withoutRule} from '../../helpers/load-bearing.ts';
import {withoutRow} from '../../helpers/policy-rows.ts';
import {combinations} from '../../helpers/situations.ts';

// Hundreds of packets for each rule of each ruleset: how long they take is the machine's affair.
vi.setConfig({testTimeout: 300_000});

test('each rule decides the packets of its row, and none of those that differ in one field', () => {
	expect(violations(compile)).toEqual([]);
});

const ids = [...new Set(combinations.flatMap(({config, situation}) => compile(config, situation).chains.flatMap(({rules}) => rules.map(({id}) => id))))];

test('without any one rule its rows are violated', () => {
	const unnoticed = ids.filter(id => violationsOf(id, (config, situation) => withoutRule(compile(config, situation), id)).length === 0);
	expect(unnoticed.sort()).toEqual(Object.keys(withoutRow).sort());
});

/** Taken away, the verdict of no packet changes: they stand there for their name, their count and what they say. */
const forTheName: Readonly<Record<string, string>> = {
	'refuse-in': 'the chain drops by default',
	'refuse-forward': 'the chain drops by default',
	'refuse-out': 'the chain drops by default; this one rejects, so that an application fails at once',
	'refuse-egress': 'the chain drops by default',
	'refuse-disguised-ip': 'a packet here is what it says it is',
	'refuse-disguised-ip6': 'a packet here is what it says it is',
	...Object.fromEntries([1, 2, 3].flatMap(number => [
		[`refuse-gateway-${number}`, 'the chain drops by default; this one rejects, so that the host fails at once'],
		...(number === 1 ? ['wg0', 'wg0b'] : ['wg0']).flatMap(device => [`gateway-mss-${number}-${device}`, `gateway-mss-${number}-${device}-back`].map(id => [id, 'a packet here has no segment size'])),
	])),
	...Object.fromEntries(['forwarded-6881-udp-any', 'granted-udp-v4', 'granted-tcp-v4', 'published-8080-tcp-any', 'published-9000-tcp-v4', 'management-v4'].map(door => [`refuse-flood-${door}`, 'the chain drops by default; this one says that it was a flood'])),
	'refuse-tunnel-source': 'nothing behind it accepts on a tunnel; it names the reason, and stands before what may come',
};

test('every other rule changes whether some packet passes, or how it is marked', () => {
	expect([...idleRules(compile)].sort()).toEqual(Object.keys(forTheName).sort());
});
