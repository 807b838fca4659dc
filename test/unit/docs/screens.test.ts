/** The pictures of the walk: each is in the index and the other way round, and none is wider or taller than its terminal. */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {fileOf, indexPage} from '../../../scripts/screens/index-page.ts';

const folder = 'docs/screens';
const index = readFileSync(join(folder, 'README.md'), 'utf8');

test('an index row names a stop, both pictures and what they show', () => {
	const entries = [{name: 'first', says: 'One.'}, {name: 'second', says: 'A | B.'}];
	expect(entries.map((entry, at) => fileOf(at, entry))).toEqual(['01-first.txt', '02-second.txt']);
	expect(indexPage(entries)).toContain('| second | [120x40](120x40/02-second.txt) [80x24](80x24/02-second.txt) | A \\| B. |');
});

describe.each([['120x40', 120, 40], ['80x24', 80, 24]] as const)('%s', (size, columns, rows) => {
	const files = readdirSync(join(folder, size)).toSorted();

	test('every picture is in the index, and every row has its picture', () => {
		const listed = [...index.matchAll(new RegExp(`\\(${size}/([^)]+)\\)`, 'g'))].map(([, file = '']) => file);
		expect(listed).toEqual(files);
		expect(files.length).toBeGreaterThan(25);
	});

	test.each(files)('%s fits', file => {
		const lines = readFileSync(join(folder, size, file), 'utf8').trimEnd().split('\n');
		expect(lines.length).toBeLessThanOrEqual(rows);
		expect(lines.filter(line => [...line].length > columns)).toEqual([]);
	});

	test('no picture was taken of an empty screen, and every one says what the state is', () => {
		const without = files.filter(file => !/\b(?:CONNECTED|CONNECTING|DEGRADED|SWITCHING|BLOCKED|LOCKDOWN|UNKNOWN)\b/.test(readFileSync(join(folder, size, file), 'utf8')));
		expect(without).toEqual([]);
	});
});
