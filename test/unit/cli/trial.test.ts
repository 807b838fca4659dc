/** How long a start waits for its confirmation, and what its watcher takes for an order. */
import {expect, test} from 'vitest';
import {parseOrder} from '../../../src/cli/revert.ts';
import {takenBack} from '../../../src/cli/taking-back.ts';
import {trialLength} from '../../../src/cli/trial.ts';

test.each([
	[undefined, true, 120_000],
	// Never in a container by default.
	[undefined, false, null],
	['off', true, null],
	['5s', false, 5000],
	['1h30m', true, 5_400_000],
	['24h', true, 86_400_000],
	['4s', true, undefined],
	['25h', true, undefined],
	['soon', true, undefined],
	['0s', true, undefined],
] as const)('--confirm-within %s (host: %s)', (value, onHost, expected) => {
	expect(trialLength({options: value === undefined ? {} : {'confirm-within': value}, positionals: []}, onHost)).toBe(expected);
});

const before = {links: [{index: 2, name: 'eth0'}], routing: null, tables: [51_820], sysctls: [{key: 'net/ipv4/ip_forward', link: null, value: '0'}], resolv: {path: '/etc/resolv.conf', text: null}, tunnels: ['wg0']};

test('an order is what was before and a time, and nothing else is one', () => {
	expect(parseOrder(JSON.stringify({before, withinMs: 5000}))).toEqual({before, withinMs: 5000});
	for (const wrong of ['', 'kept', '{}', JSON.stringify({before, withinMs: 0}), JSON.stringify({before: {...before, tunnels: ['../x']}, withinMs: 1}), JSON.stringify({before, withinMs: 1, more: true})]) expect(parseOrder(wrong), wrong).toBeNull();
});

test('it is said in so many words whether traffic is blocked', () => {
	expect(takenBack('Nobody confirmed within 2:00', [])).toMatchObject({code: 'not-confirmed', stillBlocking: false, what: 'Nobody confirmed within 2:00, so everything that vks changed is taken back: this network is as it was before.'});
	expect(takenBack('vks ended before anybody confirmed', ['table inet vks stands: no']).stillBlocking).toBe('unknown');
});
