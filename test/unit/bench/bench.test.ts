/** The pure parts of the benchmarks: figures, verdicts, the sequence that is measured against, what /proc says. */
import {describe, expect, it} from 'vitest';
import {perHour} from '../../../bench/growth.ts';
import {figure, finding, ratio, renderReport} from '../../../bench/report.ts';
import {renderOutages} from '../../../bench/outage.ts';
import {lockdownSequence} from '../../../bench/sequence.ts';
import {summarise} from '../../../bench/statistics.ts';
import {parseTimes} from '../../../bench/usage.ts';

describe('a summary', () => {
	it('has the middle of an odd number of rounds, and the mean of the two middles of an even one', () => {
		expect(summarise([9, 1, 5]).median).toBe(5);
		expect(summarise([4, 1, 2, 9]).median).toBe(3);
	});

	it('says how bad one round in ten was', () => {
		expect(summarise([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])).toEqual({n: 10, min: 1, median: 5.5, p90: 10, max: 10});
	});
});

describe('a trend', () => {
	const every = (minutes: number, value: (minute: number) => number) => Array.from({length: minutes}, (_, minute) => ({atMs: 7_000_000 + minute * 60_000, value: value(minute)}));

	it('is by the hour, without what came before it settled', () => {
		expect(perHour(every(30, minute => (minute < 2 ? 50 : 100 + minute / 6)), 120_000)).toBeCloseTo(10);
		expect(perHour(every(30, minute => (minute < 2 ? 50 : 100)), 120_000)).toBeCloseTo(0);
	});

	it('is not that of the last swing', () => {
		const swinging = every(30, minute => 100 + (minute % 5));
		expect((29 % 5) - (2 % 5)).toBe(2);
		expect(Math.abs(perHour(swinging, 120_000))).toBeLessThan(2);
	});
});

describe('a finding', () => {
	it('reaches its aim or does not, in either direction', () => {
		expect(finding('a', 2, '×', {atMost: 2}).reached).toBe(true);
		expect(finding('a', 2.1, '×', {atMost: 2}).reached).toBe(false);
		expect(finding('a', 9.9, '×', {atLeast: 10}).reached).toBe(false);
		expect(finding('a', 1, '×').reached).toBeNull();
	});

	it('compares medians, so that one bad round does not decide', () => {
		expect(ratio('a / b', [4, 4, 400], [2, 2, 2]).value).toBe(2);
	});

	it('does not reach an aim with a measurement that is missing', () => {
		expect(ratio('a / b', [], [1], {atMost: 2}).reached).toBe(false);
	});
});

it('is printed with its spread, its aim and whether that was reached', () => {
	const text = renderReport({
		name: 'startup', title: 'how long it takes',
		figures: [figure('vks status', [40, 41, 60])],
		findings: [finding('vks status / node -e 0', 1.5, '×', {atMost: 2.5}), finding('vks-tui / node -e 0', 7, '×', {atMost: 6})],
		notes: ['A note.'],
	});
	expect(text).toBe([
		'startup: how long it takes',
		'  vks status              median 41 ms  (min 40, 90 % 60, max 60; n=3)',
		'  vks status / node -e 0  1.50 ×  aim: at most 2.5: reached',
		'  vks-tui / node -e 0     7 ×  aim: at most 6: MISSED',
		'  A note.',
		'',
	].join('\n'));
});

describe('the sequence', () => {
	const calls = lockdownSequence({nflogGroup: 5});

	it('is 34 calls, every one given to both families', () => {
		expect(calls).toHaveLength(34);
		expect(calls.filter(call => call.startsWith('iptables -w '))).toHaveLength(17);
		expect(calls.filter(call => call.startsWith('ip6tables -w '))).toHaveLength(17);
	});

	it('closes before it flushes, in both families', () => {
		const lastPolicy = calls.findLastIndex(call => call.includes(' -P '));
		expect(lastPolicy).toBeLessThan(calls.findIndex(call => call.includes(' -F')));
		expect(calls.filter(call => / -P (INPUT|FORWARD|OUTPUT) DROP$/.test(call))).toHaveLength(6);
	});
});

it('reads a process\'s times, whatever its name', () => {
	const stat = '42 (a (b) c) S 1 42 42 0 -1 4194304 1 2 3 4 150 50 7 3 20 0 11 0 999 1 1';
	expect(parseTimes(stat)).toEqual({ownSeconds: 2, childSeconds: 0.1});
});

describe('a table of outages', () => {
	const outage = {kind: 'bound', sent: 1000, echoed: 600, lost: 0, refused: 400, codes: ['EINVAL'], stoodStillMs: 3, longestGapMs: 12.4, refusedAfterMs: 1.2, tookMs: 900, outside: 0} as const;

	it('sums packets, and shows the longest times and how packets were refused', () => {
		const [head, bound, unbound] = renderOutages([{way: 'bound', outages: [outage, {...outage, longestGapMs: 30, codes: ['EPERM']}]}, {way: 'unbound', outages: [{...outage, refused: 0, codes: [], refusedAfterMs: null, lost: 3}]}]);
		expect(head).toContain('outside');
		expect(bound?.replaceAll(/ +/g, ' ')).toBe('bound 2000 0 800 0 30 900 EINVAL, EPERM, 1');
		expect(unbound?.replaceAll(/ +/g, ' ')).toBe('unbound 1000 3 0 0 12 900');
	});
});
