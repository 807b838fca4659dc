import {expect, test} from 'vitest';
import {formatCountdown} from '../../../src/console/format.ts';
import {exceptionsLine} from '../../../src/console/select/header.ts';
import {noonMs, sampleException} from '../../fakes/snapshot.ts';

const text = (...args: Parameters<typeof exceptionsLine>): string => exceptionsLine(...args).map(part => part.text).join('');

test('the header says what is open and counts it down by the client\'s clock', () => {
	expect(text([], noonMs)).toBe('');
	expect(text([sampleException], noonMs)).toBe('open: tcp to 192.168.1.20:5432 14:07');
	expect(text([sampleException], noonMs + 7000)).toBe('open: tcp to 192.168.1.20:5432 14:00');
	expect(text([{...sampleException, open: false}], noonMs)).toBe('closed: tcp to 192.168.1.20:5432 14:07');
	expect(text([sampleException, {...sampleException, id: 4, endsAtMs: noonMs + 5000}], noonMs)).toBe('open: 2 exceptions 0:05');
	expect(text([sampleException], noonMs + 900_000)).toBe('open: tcp to 192.168.1.20:5432 0:00');
});

test.each([[0, '0:00'], [1, '0:01'], [59_001, '1:00'], [3_600_000, '1:00:00'], [86_400_000, '24:00:00'], [Number.NaN, '?']])('%s ms are %s', (ms, shown) => {
	expect(formatCountdown(ms)).toBe(shown);
});
