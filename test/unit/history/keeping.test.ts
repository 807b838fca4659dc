/** What is worth a moment: on the controller as it is, over the fake kernel. */
import {afterEach, expect, test, vi} from 'vitest';
import {keepHistory} from '../../../src/controller/history.ts';
import {applyPatch} from '../../../src/history/patch.ts';
import {makeRig, type Rig} from '../../helpers/controller-rig.ts';

const rigs: Rig[] = [];
afterEach(async () => {
	for (const rig of rigs.splice(0)) await rig.dispose();
});

async function started(): Promise<{readonly rig: Rig; readonly history: ReturnType<typeof keepHistory>}> {
	const rig = makeRig();
	rigs.push(rig);
	const history = keepHistory(rig.controller, rig.clock);
	expect(await rig.controller.start()).toMatchObject({ok: true});
	await vi.waitFor(() => expect(rig.controller.snapshot().state.kind).toBe('connected'), {timeout: 4000, interval: 5});
	return {rig, history};
}
const seconds = async (rig: Rig, count: number): Promise<void> => {
	for (let second = 0; second < count; second++) {
		const before = rig.controller.snapshot().proof.checkedAtMs ?? 0;
		rig.clock.tick();
		await vi.waitFor(() => expect(rig.controller.snapshot().proof.checkedAtMs).toBeGreaterThan(before), {timeout: 4000, interval: 1});
	}
};

test('a start, every state, every command, and one in ten seconds of quiet', async () => {
	const {rig, history} = await started();
	await rig.controller.submit({do: 'lockdown', reason: 'test'});
	await vi.waitFor(() => expect(history.moments().filter(({why}) => /lock/i.test(why)).map(({kind}) => kind).toSorted()).toEqual(['command', 'state']), {timeout: 4000, interval: 5});
	const kinds = history.moments().map(({kind}) => kind);
	expect(kinds[0]).toBe('start');
	expect(kinds).toContain('state');
	expect(history.moments().some(({kind, why}) => kind === 'command' && why.startsWith('lockdown: Locked down'))).toBe(true);
	const before = history.moments().length;
	await seconds(rig, 32);
	const quiet = history.moments().slice(before);
	expect(quiet.length).toBeGreaterThanOrEqual(2);
	expect(quiet.length).toBeLessThanOrEqual(4);
	expect(quiet.every(({kind}) => kind === 'interval')).toBe(true);
});

test('a moment is the snapshot as it was, whole or as what differs from one the asker has', async () => {
	const {rig, history} = await started();
	await rig.controller.submit({do: 'lockdown', reason: 'test'});
	await vi.waitFor(() => expect(history.moments().filter(({why}) => /lock/i.test(why)).map(({kind}) => kind).toSorted()).toEqual(['command', 'state']), {timeout: 4000, interval: 5});
	const [first] = history.moments();
	const whole = history.moment({from: first?.id ?? 0, by: 0, changes: false, base: null});
	const locked = history.moment({from: null, by: -1, changes: false, base: first?.id ?? 0});
	expect(whole?.index).toBe(0);
	expect(locked?.base).toBe(first?.id);
	const then = applyPatch(undefined, whole?.patch ?? null);
	expect(applyPatch(then, locked?.patch ?? null)).toMatchObject({state: {kind: 'lockdown'}, atMs: locked?.moment.atMs});
	// One that is not kept is no base: the answer is whole again.
	expect(history.moment({from: null, by: -1, changes: false, base: 999_999})).toMatchObject({base: null, patch: {s: {state: {kind: 'lockdown'}}}});
});

test('every policy that came into force is in the journal with its difference, and proving it again is not', async () => {
	const {rig} = await started();
	const policies = () => rig.controller.recentJournal().filter(({text}) => /^Policy \d+ is in force/.test(text));
	const connected = policies();
	expect(connected.length).toBeGreaterThanOrEqual(3);
	expect(connected[0]?.diff?.every(line => !line.startsWith('- '))).toBe(true);
	expect(connected.at(-1)?.diff?.some(line => line.startsWith('+ ') && line.includes('accept'))).toBe(true);
	await seconds(rig, 3);
	expect(policies()).toHaveLength(connected.length);
	await rig.controller.submit({do: 'lockdown', reason: 'test'});
	await vi.waitFor(() => expect(policies().length).toBeGreaterThan(connected.length), {timeout: 4000, interval: 5});
	const lockdown = policies().at(-1);
	expect(lockdown?.text).toMatch(/^Policy \d+ is in force: \d+ rules removed/);
	expect(lockdown?.diff?.some(line => line.startsWith('- ') && line.includes('tunnel'))).toBe(true);
});
