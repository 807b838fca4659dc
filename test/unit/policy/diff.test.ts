/** The difference between two policies, on those that the golden rulesets are made of. */
import {expect, test} from 'vitest';
import {compile} from '../../../src/policy/compile.ts';
import {diffPolicies, longestDiff} from '../../../src/policy/diff.ts';
import {configurations, situations} from '../../helpers/situations.ts';

const blocked = compile(configurations.careful, situations.blocked);
const connected = compile(configurations.careful, situations.connected);

test('nothing differs from itself; of the first all is new', () => {
	expect(diffPolicies(connected, connected)).toEqual({added: 0, removed: 0, changed: 0, lines: []});
	const first = diffPolicies(null, connected);
	expect(first.added).toBeGreaterThanOrEqual(connected.chains.flatMap(({rules}) => rules).length);
	expect([first.removed, first.changed]).toEqual([0, 0]);
});

test('there and back: what one adds the other removes', () => {
	const [there, back] = [diffPolicies(blocked, connected), diffPolicies(connected, blocked)];
	expect(there.added).toBe(back.removed);
	expect(there.changed).toBe(back.changed);
	expect(there.added).toBeGreaterThan(0);
});

test('a rule with another text is changed, in its chain, old before new; its counter is no part of it', () => {
	const moved = {...connected, chains: connected.chains.map(chain => ({...chain, rules: chain.rules.map(rule => (chain.name === 'output' && rule.id === 'refuse-dns' ? {...rule, verdict: {kind: 'drop' as const}} : rule))}))};
	const {changed, lines} = diffPolicies(connected, moved);
	expect(changed).toBe(1);
	expect(lines[0]).toBe('inet output');
	expect(lines[1]).toMatch(/^- .*reject/);
	expect(lines[2]).toMatch(/^\+ .*drop/);
	expect(lines.join()).not.toContain('counter');
});

test('another order is told, because the first that matches decides', () => {
	const turned = {...connected, chains: connected.chains.map(chain => (chain.name === 'output' ? {...chain, rules: chain.rules.toReversed()} : chain))};
	expect(diffPolicies(connected, turned).lines).toEqual(['inet output', '+ the same rules in another order']);
});

test('the backstop on other links is a difference', () => {
	const {lines} = diffPolicies(connected, {...connected, backstop: []});
	expect(lines[0]).toBe('netdev egress');
	expect(lines[1]).toMatch(/^- devices eth0/);
});

test('a long difference is cut, and says by how much', () => {
	const long = diffPolicies(null, {...connected, chains: [...connected.chains, ...connected.chains.map(chain => ({...chain, name: 'reroute' as const}))]});
	expect(long.lines.length).toBeLessThanOrEqual(longestDiff);
	if (long.lines.length === longestDiff) expect(long.lines.at(-1)).toMatch(/^and \d+ more lines$/);
});
