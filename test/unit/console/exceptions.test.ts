import {expect, test} from 'vitest';
import {formatCountdown} from '../../../src/console/format.ts';
import {exceptionRows, exceptionsWord} from '../../../src/console/select/exceptions.ts';
import type {Line} from '../../../src/console/text.ts';
import {noonMs, sampleException} from '../../fakes/snapshot.ts';

const text = (lines: readonly Line[]): string => lines.map(line => line.map(part => part.text).join('')).join('\n');
const later = {...sampleException, id: 4, text: 'udp in from 10.0.0.0/8 to port 53000', endsAtMs: noonMs + 5000};

test('the header says how many are open and counts the first down by the client\'s clock', () => {
	expect(text([exceptionsWord([], noonMs)])).toBe('');
	expect(text([exceptionsWord([sampleException], noonMs)])).toBe('exception 14:07');
	expect(text([exceptionsWord([sampleException], noonMs + 7000)])).toBe('exception 14:00');
	expect(text([exceptionsWord([{...sampleException, open: false}], noonMs)])).toBe('exception closed 14:07');
	expect(text([exceptionsWord([sampleException, later], noonMs)])).toBe('2 exceptions 0:05');
	expect(text([exceptionsWord([sampleException], noonMs + 900_000)])).toBe('exception 0:00');
});

test('the tunnel panel says which, who and why, the soonest to end first', () => {
	expect(text(exceptionRows([sampleException, {...later, open: false}], noonMs))).toBe([
		'closed 0:05  udp in from 10.0.0.0/8 to port 53000 (alice: restore the backup)',
		'open 14:07   tcp to 192.168.1.20:5432 (alice: restore the backup)',
	].join('\n'));
});

test.each([[0, '0:00'], [1, '0:01'], [59_001, '1:00'], [3_600_000, '1:00:00'], [86_400_000, '24:00:00'], [Number.NaN, '?']])('%s ms are %s', (ms, shown) => {
	expect(formatCountdown(ms)).toBe(shown);
});
