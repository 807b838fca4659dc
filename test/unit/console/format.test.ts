import fc from 'fast-check';
import {expect, test} from 'vitest';
import {formatAddress, formatAge, formatByteRate, formatBytes, formatClock, formatCount, formatDuration, formatLatency, formatPacketRate, sparkline} from '../../../src/console/format.ts';

test('bytes are short and never four digits before the unit', () => {
	expect([0, 999, 1000, 1234, 9949, 9950, 999_499, 999_500, 1_284_511_230].map(formatBytes)).toEqual(['0 B', '999 B', '1.0 kB', '1.2 kB', '9.9 kB', '10 kB', '999 kB', '1.0 MB', '1.3 GB']);
	fc.assert(fc.property(fc.nat(), bytes => {
		expect(formatBytes(bytes).length).toBeLessThanOrEqual(6);
	}));
	expect(formatByteRate(84_300)).toBe('84 kB/s');
	expect(formatBytes(Number.NaN)).toBe('?');
});

test('counts are exact while they fit', () => {
	expect([0, 1204, 99_999, 100_000, 1_234_567].map(formatCount)).toEqual(['0', '1,204', '99,999', '100k', '1.2M']);
	expect([0, 3, 999, 1500, 12_000].map(formatPacketRate)).toEqual(['', '3/s', '999/s', '1.5k/s', '12k/s']);
});

test('an age is never negative, whatever the clocks do', () => {
	expect([-5000, 0, 999, 59_999, 60_000, 192_000, 3_600_000, 172_800_000].map(formatAge)).toEqual(['0s', '0s', '0s', '59s', '1m00s', '3m12s', '1h00m', '2d']);
	expect(formatAge(Number.NaN)).toBe('?');
});

test('durations keep the digits that matter', () => {
	expect([0.42, 12.4, 999.4, 1300, 120_000].map(formatDuration)).toEqual(['0.4 ms', '12 ms', '999 ms', '1.3 s', '2m00s']);
});

test('clock times are those of the viewer', () => {
	const at = Date.UTC(2026, 10, 21, 23, 30, 5);
	expect(formatClock(at, 0)).toBe('23:30:05');
	expect(formatClock(at, 60)).toBe('00:30:05');
	expect(formatClock(at, -330)).toBe('18:00:05');
});

test('an IPv6 address with a port stands in brackets', () => {
	expect(formatAddress('fd00::1', 53)).toBe('[fd00::1]:53');
	expect(formatAddress('fd00::1', null)).toBe('fd00::1');
	expect(formatAddress('192.0.2.1', 53)).toBe('192.0.2.1:53');
});

test('a sparkline is as wide as asked and shows the last values', () => {
	const levels = ['0', '1', '2', '3'];
	expect(sparkline([0, 1, 2, 3], {width: 6, levels})).toBe('000123');
	expect(sparkline([9, 9, 0, 3], {width: 2, levels})).toBe('03');
	expect(sparkline([], {width: 3, levels})).toBe('000');
});

test('a round trip is whole milliseconds, unless it is less or much more', () => {
	expect([0, 0.42, 0.94, 0.95, 23.4, 999.4, 999.5, 1280].map(formatLatency)).toEqual(['<0.1 ms', '0.4 ms', '0.9 ms', '1 ms', '23 ms', '999 ms', '1.0 s', '1.3 s']);
});
