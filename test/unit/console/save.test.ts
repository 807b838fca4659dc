import {mkdtempSync, readFileSync, readdirSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, afterEach, expect, test} from 'vitest';
import {saveMoment} from '../../../src/console/save.ts';
import {clipboardHint, clipboardSequence} from '../../../src/console/clipboard.ts';
import {fixture, viewOf} from '../../helpers/screen-view.ts';

const folder = mkdtempSync(join(tmpdir(), 'vks-save-'));
afterEach(() => readdirSync(folder).forEach(name => rmSync(join(folder, name))));
afterAll(() => rmSync(folder, {recursive: true}));
const isoTime = '2026-11-21T13:17:20.182Z';

test('the file holds what the daemon said, is named by the time, and is for its owner only', async () => {
	const saved = await saveMoment(viewOf().live, {folder, isoTime});
	const path = join(folder, 'vks-2026-11-21T13-17-20.json');
	expect(saved).toEqual({ok: true, text: `written to ${path}`});
	expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(fixture);
	expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('what is there is not written over, and a folder that cannot be written to is said', async () => {
	await saveMoment(viewOf().live, {folder, isoTime});
	expect(await saveMoment(viewOf().live, {folder, isoTime})).toMatchObject({ok: false, text: expect.stringContaining('EEXIST')});
	expect(await saveMoment(viewOf().live, {folder: join(folder, 'none'), isoTime})).toMatchObject({ok: false, text: expect.stringContaining('ENOENT')});
});

test('the clipboard gets the text as it is, in an escape that shows nothing', () => {
	expect(clipboardSequence('é', {})).toBe('\u001B]52;c;w6k=\u0007');
});

test('in tmux the clipboard is asked for as it is and wrapped, in screen wrapped and in parts; both say what is needed', () => {
	expect(clipboardSequence('a', {TMUX: '/tmp/tmux-0/default,1,0'})).toBe('\u001B]52;c;YQ==\u0007\u001BPtmux;\u001B\u001B]52;c;YQ==\u0007\u001B\\');
	const parts = clipboardSequence('x'.repeat(1000), {STY: '1.pts'}).split('\u001B\\').filter(Boolean);
	expect(parts.length).toBeGreaterThan(1);
	for (const part of parts) {
		expect(part.startsWith('\u001BP')).toBe(true);
		expect(part.length).toBeLessThan(768);
	}
	expect(parts.map(part => part.slice(2)).join('')).toBe(clipboardSequence('x'.repeat(1000), {}));
	expect(clipboardHint({TMUX: 'x'})).toContain('set-clipboard on');
	expect(clipboardHint({})).toBeNull();
});
