/** Recordings of what the real daemon said, read again: whole, cut anywhere, and what is none. */
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {afterAll, describe, expect, test} from 'vitest';
import {openRecording} from '../../../src/console/replay/open.ts';
import {readRecording, type Session} from '../../../src/history/read-recording.ts';
import {snapshotSchema} from '../../../src/control/schema.ts';
import {fixture, situation} from '../../helpers/screen-view.ts';
import {sessionText} from '../../helpers/session.ts';

const text = sessionText();
const read = (given: string): Session => {
	const session = readRecording(given);
	if (!session.ok) throw new Error(session.error);
	return session.value;
};

test('every moment is the snapshot that was recorded', () => {
	const {frames, drops, journal, cut, by} = read(text);
	expect(frames.map(({snapshot}) => snapshot)).toEqual((['connecting', 'connected', 'switching', 'lockdown', 'degraded', 'reconnected'] as const).map(name => snapshotSchema.parse(situation(name).snapshot)));
	expect({cut, by}).toEqual({cut: null, by: '0.1.0'});
	expect(drops).toEqual(situation('reconnected').drops);
	expect(journal).toEqual(situation('reconnected').journal);
});

test('a recording says only what changed', () => {
	const sizes = text.split('\n').filter(line => line.startsWith('{"m"')).map(({length}) => length);
	expect(sizes.at(-1)).toBeLessThan(JSON.stringify(situation('reconnected').snapshot).length);
});

test('cut anywhere, it opens up to the cut and says so, or says that it holds nothing', () => {
	const whole = read(text);
	fc.assert(fc.property(fc.nat(text.length - 1), length => {
		const session = readRecording(text.slice(0, length));
		if (!session.ok) {
			expect(session.error).toMatch(/it holds no moment|it is not JSON/);
			return;
		}
		const {frames, cut} = session.value;
		expect(frames).toEqual(whole.frames.slice(0, frames.length));
		// A cut between two lines cannot be told from an end.
		if (text.charAt(length - 1) !== '\n' && text.charAt(length) !== '\n') expect(cut).toMatch(/^line \d+ cannot be read: it was cut off$/);
	}), {numRuns: 60});
});

test('broken in the middle, it opens up to there', () => {
	const lines = text.split('\n');
	const session = read([...lines.slice(0, 3), 'nonsense', ...lines.slice(3)].join('\n'));
	expect(session.frames).toHaveLength(2);
	expect(session.cut).toBe('line 4 cannot be read');
	const misfit = read([...lines.slice(0, 2), '{"m":{"id":9,"atMs":1,"kind":"state","why":""},"p":{"a":[],"n":0}}', ''].join('\n'));
	expect(misfit).toMatchObject({cut: 'line 3 holds no moment', frames: [{}]});
});

test('what the console writes with w opens too', () => {
	expect(read(JSON.stringify(fixture)).frames).toHaveLength(1);
});

test.each([
	['', 'it is not JSON'],
	['{"a":1}', 'it is JSON of something else'],
	['{"vks":"recording","version":2,"by":"9"}\n', 'it is of format 2'],
	['{"vks":"recording","version":1,"by":"x"}\n', 'it holds no moment'],
	[JSON.stringify({...fixture, snapshot: {...fixture.snapshot, rules: 7}}), 'it is JSON of something else'],
])('%j is refused in a sentence', (given, why) => {
	const session = readRecording(given);
	expect(session).toMatchObject({ok: false, error: expect.stringContaining(why)});
});

describe('as files', () => {
	const folder = mkdtempSync(join(tmpdir(), 'vks-replay-'));
	afterAll(() => rmSync(folder, {recursive: true}));

	test('a file and a folder of evidence open; what is no file, too large or absent is a sentence with its path', () => {
		mkdirSync(join(folder, 'evidence'));
		writeFileSync(join(folder, 'evidence', 'session.jsonl'), text);
		expect(openRecording(join(folder, 'evidence'))).toMatchObject({ok: true, value: {frames: {length: 6}}});
		expect(openRecording(join(folder, 'none'))).toEqual({ok: false, error: `${join(folder, 'none')} cannot be read: ENOENT`});
		expect(openRecording('/dev/zero')).toEqual({ok: false, error: '/dev/zero cannot be replayed: it is not a regular file'});
		expect(openRecording(folder)).toMatchObject({ok: false, error: expect.stringContaining('ENOENT')});
	});
});
