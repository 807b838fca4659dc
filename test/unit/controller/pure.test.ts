/** The controller's small pure parts. */
import {mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {backoffMs} from '../../../src/controller/clock.ts';
import {parseExit} from '../../../src/controller/exit-check.ts';
import {freshHealth, isDead, observe, votesOf, type Health} from '../../../src/controller/health.ts';
import {intentFile, parseIntent, renderIntent} from '../../../src/controller/intent.ts';
import {perSecond, pushBounded} from '../../../src/controller/rates.ts';
import type {Target} from '../../../src/controller/state.ts';

describe('intent', () => {
	const target = {kind: 'lockdown', by: 'operator', reason: 'test', server: 'se-sto-1'} as const satisfies Target;

	test('is read back as written', () => {
		expect(parseIntent(renderIntent(target))).toEqual({kind: 'target', target});
		expect(parseIntent(renderIntent({kind: 'connected', server: 'a'}))).toEqual({kind: 'target', target: {kind: 'connected', server: 'a'}});
	});

	test('a lockdown that cannot be written leaves no older intent that would connect', () => {
		const folder = mkdtempSync(join(tmpdir(), 'vks-intent-'));
		const file = intentFile(folder);
		expect(file.remember({kind: 'connected', server: 'a'}).ok).toBe(true);
		// A folder where the new file is written first: it cannot be, as on a full disk.
		mkdirSync(join(folder, 'intent.json.next'));
		expect(file.remember({kind: 'connected', server: 'b'}).ok).toBe(false);
		expect(file.recall()).toMatchObject({target: {server: 'a'}});
		expect(file.remember(target)).toMatchObject({ok: false, error: {what: expect.stringContaining('a restart is a lockdown all the same') as unknown}});
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
			expect(intentFile(folder).recall().kind, `cut at ${length}`).toBe('unreadable');
		}
		rmSync(folder, {recursive: true});
	});

	test('missing is nothing; a folder in its place is unreadable; writing leaves no half file', () => {
		const folder = mkdtempSync(join(tmpdir(), 'vks-intent-'));
		const file = intentFile(join(folder, 'new'));
		expect(file.recall()).toEqual({kind: 'nothing'});
		expect(file.remember(target)).toMatchObject({ok: true});
		expect(readdirSync(join(folder, 'new'))).toEqual(['intent.json']);
		expect(intentFile(join(folder, 'new', 'intent.json')).recall().kind).toBe('unreadable');
		writeFileSync(join(folder, 'file'), '');
		expect(intentFile(join(folder, 'file', 'under')).remember(target)).toMatchObject({ok: false, error: {code: 'state-folder'}});
		rmSync(folder, {recursive: true});
	});
});

describe('health', () => {
	const reading = (second: number, rxBytes: number, txBytes: number) => ({atMs: second * 1000, handshakeAtMs: 0, rxBytes, txBytes});
	const after = (readings: readonly ReturnType<typeof reading>[]): Health => readings.reduce(observe, freshHealth(0));

	test('an idle tunnel is well, however old its handshake', () => {
		const idle = after(Array.from({length: 600}, (_, second) => reading(second, 500, 500)));
		expect(votesOf(idle, 600_000)).toEqual([]);
	});

	test('keepalives, which nobody answers, are not silence', () => {
		const kept = after(Array.from({length: 300}, (_, second) => reading(second, 500, 500 + Math.floor(second / 25) * 32)));
		expect(votesOf(kept, 300_000)).toEqual([]);
	});

	test('sent and never answered: suspicious after 13 s, dead within 20', () => {
		const dying = (seconds: number) => after(Array.from({length: seconds}, (_, second) => reading(second, 500, 500 + second * 100)));
		expect(votesOf(dying(12), 12_000)).toEqual([]);
		expect(votesOf(dying(16), 16_000)).toHaveLength(1);
		expect(isDead(dying(16), 16_000)).toBe(false);
		expect(isDead(dying(22), 21_500)).toBe(true);
	});

	test('one answer makes it well again', () => {
		const silent = Array.from({length: 16}, (_, second) => reading(second, 500, 500 + second * 100));
		expect(votesOf(after([...silent, reading(16, 600, 2200)]), 16_000)).toEqual([]);
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
