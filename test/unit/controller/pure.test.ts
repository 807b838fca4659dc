/** The controller's small pure parts. */
import {mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {backoffMs} from '../../../src/controller/clock.ts';
import {parseExit} from '../../../src/controller/exit-check.ts';
import {intentFile} from '../../../src/controller/intent.ts';
import {parseIntent, renderIntent} from '../../../src/controller/intent-text.ts';
import {perSecond, pushBounded} from '../../../src/controller/rates.ts';
import type {Target} from '../../../src/controller/state.ts';

describe('intent', () => {
	const target = {kind: 'lockdown', by: 'operator', reason: 'test', server: 'se-sto-1'} as const satisfies Target;

	test('is read back as written', () => {
		expect(parseIntent(renderIntent(target))).toEqual({kind: 'target', target});
		expect(parseIntent(renderIntent({kind: 'connected', server: 'a'}))).toEqual({kind: 'target', target: {kind: 'connected', server: 'a'}});
	});

	test('a lockdown that cannot be written leaves no older intent that would connect', async () => {
		const folder = mkdtempSync(join(tmpdir(), 'vks-intent-'));
		const file = intentFile(folder, join(folder, 'run'));
		expect(await file.remember({kind: 'connected', server: 'a'})).toEqual({kind: 'saved'});
		// A folder where the new file is written first: it cannot be, as on a full disk.
		mkdirSync(join(folder, 'intent.json.next'));
		expect(await file.remember({kind: 'connected', server: 'b'})).toMatchObject({kind: 'refused'});
		expect(file.recall()).toMatchObject({target: {server: 'a'}});
		expect(await file.remember(target)).toMatchObject({kind: 'emptied'});
		expect(file.recall().kind).toBe('unreadable');
		rmSync(folder, {recursive: true});
	});

	test('cut at any byte it is unreadable, never another intent', () => {
		const folder = mkdtempSync(join(tmpdir(), 'vks-intent-'));
		const path = join(folder, 'intent.json');
		const text = renderIntent(target);
		for (let length = 0; length < text.trimEnd().length; length++) {
			writeFileSync(path, text);
			truncateSync(path, length);
			expect(intentFile(folder, join(folder, 'run')).recall().kind, `cut at ${length}`).toBe('unreadable');
		}
		rmSync(folder, {recursive: true});
	});

	test('missing is nothing; a folder in its place is unreadable; writing leaves no half file', async () => {
		const folder = mkdtempSync(join(tmpdir(), 'vks-intent-'));
		const run = join(folder, 'run');
		const file = intentFile(join(folder, 'new'), run);
		expect(file.recall()).toEqual({kind: 'nothing'});
		expect(await file.remember(target)).toEqual({kind: 'saved'});
		expect(readdirSync(join(folder, 'new'))).toEqual(['intent.json']);
		expect(intentFile(join(folder, 'new', 'intent.json'), run).recall().kind).toBe('unreadable');
		writeFileSync(join(folder, 'file'), '');
		expect(await intentFile(join(folder, 'file', 'under'), run).remember(target)).toMatchObject({kind: 'refused', trouble: {why: expect.stringContaining('ENOTDIR') as unknown}});
		rmSync(folder, {recursive: true});
	});
});

test('back-off doubles to half a minute, with jitter of a quarter either way', () => {
	expect([1, 2, 3, 6, 50].map(attempt => backoffMs(attempt, 0.5))).toEqual([1000, 2000, 4000, 30_000, 30_000]);
	expect([backoffMs(1, 0), backoffMs(1, 0.999)]).toEqual([750, 1250]);
});

test('a counter that went back is no negative rate', () => {
	expect(perSecond({atMs: 0, value: 100}, {atMs: 2000, value: 500})).toBe(200);
	expect(perSecond({atMs: 0, value: 100}, {atMs: 1000, value: 3})).toBe(0);
	expect(perSecond(null, {atMs: 1000, value: 3})).toBe(0);
	expect([1, 2, 3, 4].reduce<readonly number[]>((list, value) => pushBounded(list, value, 3), [])).toEqual([2, 3, 4]);
});

test('an exit answer is taken only in the expected form', () => {
	expect(parseExit('{"ip":"198.51.100.77","city":"Stockholm","country":"SE"}')).toEqual({address: '198.51.100.77', city: 'Stockholm', country: 'SE'});
	for (const text of ['', '<html>', '{"ip":"not an address"}', '[]', '{"ip":7}']) expect(parseExit(text)).toBeNull();
});
