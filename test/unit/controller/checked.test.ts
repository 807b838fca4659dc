/** What was looked at: marked once, told to every console, kept across a restart. */
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, expect, test} from 'vitest';
import {checklistFile, parseChecklist} from '../../../src/controller/checklist-file.ts';
import {makeRig, type Rig} from '../../helpers/controller-rig.ts';

const rigs: Rig[] = [];
afterEach(async () => {
	for (const rig of rigs.splice(0)) await rig.dispose();
});
const started = async (options: Parameters<typeof makeRig>[0] = {}): Promise<Rig> => {
	const rig = makeRig(options);
	rigs.push(rig);
	expect(await rig.controller.start()).toMatchObject({ok: true});
	return rig;
};
const checked = ({controller}: Rig): readonly string[] => (controller.snapshot().checklist ?? []).map(({id, result, detail}) => `${id} ${result} ${detail}`.trim());

test('a mark is shown, the newest stands, and a restart knows it', async () => {
	const rig = await started();
	expect(checked(rig)).toEqual([]);
	expect(await rig.controller.submit({do: 'checked', item: 'updates', result: 'failed', detail: 'two are missing'})).toMatchObject({ok: true, message: 'updates is marked failed.'});
	expect(await rig.controller.submit({do: 'checked', item: 'updates', result: 'done', detail: ''})).toMatchObject({ok: true});
	expect(checked(rig)).toEqual(['updates done']);
	expect(checked(await started({folder: rig.folder}))).toEqual(['updates done']);
});

test('what is not on the list is refused, and waits for nobody', async () => {
	const rig = await started();
	expect(await rig.controller.submit({do: 'checked', item: 'nothing', result: 'done', detail: ''})).toMatchObject({ok: false, problem: {next: expect.stringContaining('vks checklist') as unknown}});
	expect(await rig.controller.submit({do: 'lockdown', reason: 'test'})).toMatchObject({ok: true});
	expect(await rig.controller.submit({do: 'checked', item: 'access', result: 'done', detail: ''})).toMatchObject({ok: true});
	expect(rig.controller.snapshot().state.kind).toBe('lockdown');
});

test('a full leak test is the last result of its item', async () => {
	const rig = await started();
	const outcome = await rig.controller.submit({do: 'drill-full', word: 'drill'});
	const found = (rig.controller.snapshot().checklist ?? []).find(({id}) => id === 'full-drill');
	if (outcome.drill?.kind === 'inconclusive') expect(found).toBeUndefined();
	else expect(found).toMatchObject({result: outcome.drill?.kind});
});

test('a file that vks did not write begins anew and is told; one that cannot be written is told too', async () => {
	const first = await started();
	writeFileSync(join(first.folder, 'checklist.json'), '{"version":2}');
	const rig = await started({folder: first.folder});
	expect(rig.controller.snapshot().problems.map(({what}) => what)).toContainEqual(expect.stringContaining('The checklist in'));
	rmSync(join(rig.folder, 'checklist.json'));
	mkdirSync(join(rig.folder, 'checklist.json.next'));
	expect(await rig.controller.submit({do: 'checked', item: 'notes', result: 'done', detail: ''})).toMatchObject({ok: true, problem: {what: expect.stringContaining('could not be saved') as unknown}});
	expect(checked(rig)).toEqual(['notes done']);
});

test.each(['', '[]', '{"version":1,"checked":[{"id":"x"}]}', '{"version":1,"checked":[],"more":1}'])('not ours: %s', text => {
	expect(parseChecklist(text)).toBeNull();
	expect(checklistFile('/nonexistent').recall()).toEqual({ok: true, value: []});
});
