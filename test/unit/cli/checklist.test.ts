/** `vks checklist`: the list with its last results, for people and for programs, and how it ends. */
import {expect, test} from 'vitest';
import {snapshotOf} from '../../helpers/screen-view.ts';
import {shell} from './harness.ts';

const base = snapshotOf('connected');
const checked = (...ids: readonly string[]) => ids.map(id => ({id, atMs: base.atMs - 60_000, result: 'done' as const, detail: 'by root'}));

test('what is due is exit code 1, and each item says when it was looked at', async () => {
	const {vks} = await shell({snapshot: () => ({...base, checklist: checked('updates')})});
	const {code, out} = await vks('checklist');
	expect(code).toBe(1);
	expect(out).toMatch(/weekly +updates +good +done 1m\S* ago: by root/);
	expect(out).toMatch(/quarterly +restore +due +never/);
	expect(JSON.parse((await vks('checklist', '--json')).out)).toMatchObject({version: 1, items: expect.arrayContaining([expect.objectContaining({id: 'updates', every: 'weekly', standing: 'good'})]) as unknown});
});

test('where nothing is due it is 0', async () => {
	const {vks} = await shell({snapshot: () => ({...base, checklist: checked('refused', 'openings', 'updates', 'keys', 'access', 'notes', 'audit', 'full-drill', 'restore')})});
	expect((await vks('checklist')).code).toBe(0);
});
