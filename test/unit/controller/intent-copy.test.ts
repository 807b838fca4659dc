/** What stands in for an intent that the state folder does not take, and what whoever asked is told. */
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, describe, expect, test, vi} from 'vitest';
import {intentFile, type CopyEnds, type IntentFile, type Saved} from '../../../src/controller/intent.ts';
import {intentKeeper} from '../../../src/controller/intent-keeper.ts';
import {identityOf, recallBeside, recallFrom, renderCopy, renderIntent, type Wanted} from '../../../src/controller/intent-text.ts';
import type {Problem} from '../../../src/problem.ts';
import {manualClock} from '../../fakes/manual-clock.ts';
import {makeRig} from '../../helpers/controller-rig.ts';

const connected: Wanted = {kind: 'connected', server: 'se-sto-1'};
const other: Wanted = {kind: 'connected', server: 'ch-zrh-1'};
const locked: Wanted = {kind: 'lockdown', by: 'operator', reason: 'test', server: 'se-sto-1'};

describe('which of the two is recalled', () => {
	const text = renderIntent(connected);
	test.each<[string, string | null, string | null, unknown]>([
		['the file alone', text, null, {kind: 'target', target: connected}],
		['neither', null, null, {kind: 'nothing'}],
		['a copy that stands in for no file', null, renderCopy(locked, null), {kind: 'target', target: locked}],
		['a copy that stands in for this very file', text, renderCopy(locked, identityOf(text)), {kind: 'target', target: locked}],
		['a lift that the state folder did not take', renderIntent(locked), renderCopy(other, identityOf(renderIntent(locked))), {kind: 'target', target: other}],
		['a lockdown copied before a file that says something else', text, renderCopy(locked, identityOf('x')), {kind: 'target', target: locked}],
		['a locked file beside a copy that is not known to be newer', renderIntent(locked), renderCopy(connected, identityOf('x')), {kind: 'target', target: locked}],
		['two servers, and nobody knows which is newer', text, renderCopy(other, identityOf('x')), {kind: 'target', target: connected}],
		['a copy that was damaged', text, renderCopy(other, identityOf(text)).replace('ch-zrh-1', 'ch-zrh-2'), {kind: 'unreadable'}],
		['a copy whose reference was damaged', text, renderCopy(other, identityOf('x')).replace(String(identityOf('x')), String(identityOf(text))), {kind: 'unreadable'}],
		['an emptied file, which was a lockdown, and the lift of it', '', renderCopy(connected, identityOf('')), {kind: 'target', target: connected}],
		['an emptied file, and an older copy', '', renderCopy(connected, identityOf('x')), {kind: 'unreadable'}],
	])('%s', (_name, kept, copy, expected) => {
		expect(recallFrom(kept, copy)).toMatchObject(expected as object);
	});

	test('beside a folder that cannot be read, only a lockdown is taken from the copy', () => {
		expect(recallBeside('EACCES', renderCopy(locked, null))).toEqual({kind: 'target', target: locked});
		expect(recallBeside('EACCES', renderCopy(connected, null)).kind).toBe('unreadable');
		expect(recallBeside('EACCES', null).kind).toBe('unreadable');
	});
});

describe('on a disk', () => {
	const folders: string[] = [];
	afterEach(() => folders.splice(0).forEach(folder => rmSync(folder, {recursive: true, force: true})));
	/** A file where the folder should be is refused to everybody, root too. */
	function refusingFolder(): {readonly folder: string; readonly mend: () => void} {
		const above = mkdtempSync(join(tmpdir(), 'vks-copy-'));
		folders.push(above);
		const folder = join(above, 'state');
		writeFileSync(folder, '');
		return {folder, mend: () => (rmSync(folder), mkdirSync(folder))};
	}

	test('a copy goes as soon as the state folder takes the intent', async () => {
		const {folder, mend} = refusingFolder();
		const run = join(folder, '..', 'run');
		const file = intentFile(folder, run);
		expect(await file.inspect()).toMatchObject({why: expect.stringContaining('EEXIST') as unknown});
		expect((await file.remember(locked)).kind).toBe('refused');
		expect(await file.standIn(locked)).not.toBeNull();
		mend();
		expect(intentFile(folder, run).recall()).toEqual({kind: 'target', target: locked});
		expect((await file.remember(connected)).kind).toBe('saved');
		expect(() => readFileSync(join(run, 'intent.json'))).toThrow('ENOENT');
		expect(intentFile(folder, run).recall()).toEqual({kind: 'target', target: connected});
	});

	test('a lockdown that the state folder does not take is told, and is one after a restart', async () => {
		const above = mkdtempSync(join(tmpdir(), 'vks-copy-'));
		folders.push(above);
		const rig = makeRig({folder: above});
		mkdirSync(join(above, 'intent.json.next'));
		// Nothing to be emptied: a folder where the file itself would be.
		mkdirSync(join(above, 'intent.json'));
		await rig.controller.start();
		await rig.controller.submit({do: 'lift', word: 'lift'});
		const outcome = await rig.controller.submit({do: 'lockdown', reason: 'test'});
		expect(outcome).toMatchObject({ok: true, problem: {code: 'state-folder', severity: 'error'}});
		expect(outcome.message).toMatch(/^Locked down, but .* forgets it: nothing passes now/);
		expect(rig.controller.snapshot()).toMatchObject({state: {kind: 'lockdown'}, problems: expect.arrayContaining([expect.objectContaining({code: 'state-folder'})]) as unknown});
		expect(intentFile(join(above, 'new'), join(above, 'run')).recall()).toMatchObject({kind: 'target', target: {kind: 'lockdown', reason: 'test'}});
		await rig.dispose();
	});

	test('a lockdown that is kept says nothing of it', async () => {
		const rig = makeRig();
		await rig.controller.start();
		expect(await rig.controller.submit({do: 'lockdown', reason: 'test'})).toMatchObject({ok: true, problem: null, message: 'Locked down: nothing passes but loopback and the management path.'});
		await rig.dispose();
	});
});

describe('a volume that does not answer', () => {
	function stalled(): {readonly keeper: ReturnType<typeof intentKeeper>; readonly clock: ReturnType<typeof manualClock>; readonly noted: () => Problem | null; readonly answer: (saved: Saved) => void; readonly copies: Wanted[]} {
		const clock = manualClock(0);
		const copies: Wanted[] = [];
		let [noted, answer]: [Problem | null, (saved: Saved) => void] = [null, () => undefined];
		const file: IntentFile = {
			path: '/state/intent.json', recall: () => ({kind: 'nothing'}), inspect: async () => null,
			remember: () => new Promise(resolve => (answer = resolve)),
			async standIn(target): Promise<CopyEnds> {
				copies.push(target);
				return 'restart';
			},
		};
		return {keeper: intentKeeper({file, clock, note: problem => (noted = problem)}), clock, noted: () => noted, answer: saved => answer(saved), copies};
	}

	test('is not waited for; what became of it is told later', async () => {
		const {keeper, clock, noted, answer, copies} = stalled();
		keeper.remember(locked);
		const remark = keeper.remark();
		clock.pass(500);
		expect(await remark).toMatchObject({headline: 'it is not known yet whether a restart remembers it', problem: {severity: 'warning', what: expect.stringContaining('within 500 ms') as unknown}});
		expect(copies).toEqual([locked]);
		expect(noted()).not.toBeNull();
		answer({kind: 'refused', trouble: {why: 'the disk failed (EIO)', next: 'x'}});
		await vi.waitFor(() => expect(noted()).toMatchObject({severity: 'error', what: expect.stringContaining('the disk failed') as unknown}));
	});

	test('and is no problem any more when it answered', async () => {
		const {keeper, clock, noted, answer} = stalled();
		keeper.remember(locked);
		clock.pass(500);
		await keeper.remark();
		answer({kind: 'saved'});
		await vi.waitFor(() => expect(noted()).toBeNull());
	});
});
