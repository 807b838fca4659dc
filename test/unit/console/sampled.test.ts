import {expect, test} from 'vitest';
import {sampleWord} from '../../../src/console/select/sampled.ts';

const word = (perSecond: number, recordedPerSecond: number): string | null => sampleWord({drops: {total: 0, lostRecords: 0, perSecond, recordedPerSecond}});

test('records are called a sample when a rule logs fewer packets than it refuses, and only then', () => {
	expect(word(9871, 1000)).toBe('1 in 10 recorded');
	expect(word(1200, 500)).toBe('1 in 2 recorded');
	// Below what one rule logs, what is missing is on its way.
	expect(word(400, 10)).toBeNull();
	expect(word(900, 890)).toBeNull();
	// An earlier daemon does not say.
	expect(word(9871, 0)).toBeNull();
});
