/** What is kept goes when its time is over, or when somebody says so; and only that. */
import {afterEach, describe, expect, test} from 'vitest';
import {dropKeeper} from '../../../src/controller/drop-keeper.ts';
import {keepHistory} from '../../../src/controller/history.ts';
import {journal} from '../../../src/controller/journal.ts';
import type {ControllerEvent} from '../../../src/controller/port.ts';
import {createRetention} from '../../../src/controller/retention.ts';
import {sampleSnapshot} from '../../fakes/snapshot.ts';
import {sampleDrop} from '../../fakes/fake-controller.ts';
import {manualClock} from '../../fakes/manual-clock.ts';
import {makeRig, type Rig} from '../../helpers/controller-rig.ts';

const rigs: Rig[] = [];
afterEach(async () => {
	for (const rig of rigs.splice(0)) await rig.dispose();
});

const {owner: _owner, mark: _mark, etherType: _etherType, ...dropped} = sampleDrop;
const quiet = {info: () => undefined, warn: () => undefined, error: () => undefined};
const keeper = (keep?: number) => dropKeeper({owners: {userOf: () => null, holderOf: () => null}, clock: {monotonic: () => 0}, mark: records => records.map(({mark: _mark, ...record}) => record), ...(keep === undefined ? {} : {keep})});
const takes = (drops: ReturnType<typeof keeper>, ...times: readonly number[]) => drops.take({kind: 'drops', lost: 0, records: times.map(atMs => ({...dropped, atMs}))});

describe('each forgets what is from before, counts it, and keeps the rest', () => {
	test('refused packets', () => {
		const drops = keeper();
		takes(drops, 1, 5, 9);
		expect([drops.forget(5), drops.recent().map(({atMs}) => atMs), drops.forget(5)]).toEqual([1, [5, 9], 0]);
	});

	test('the journal, with its differences', () => {
		const clock = {now: () => at};
		let at = 1;
		const entries = journal(clock, quiet, () => undefined);
		entries.write('policy', 'info', 'one', Array.from({length: 3000}, () => '+ x'));
		at = 5;
		entries.write('policy', 'info', 'two', Array.from({length: 3000}, () => '+ y'));
		expect([entries.forget(5), entries.recent().map(({text}) => text)]).toEqual([1, ['two']]);
		entries.write('policy', 'info', 'three', Array.from({length: 900}, () => '+ z'));
		expect(entries.recent().map(({diff}) => diff?.length), 'what went counts no more').toEqual([3000, 900]);
	});

	test('moments, which can still be stepped through', () => {
		let listener: (event: ControllerEvent) => void = () => undefined;
		let tickMs = 0;
		const history = keepHistory({subscribe: next => {
			listener = next;
			return () => undefined;
		}}, {monotonic: () => (tickMs += 10_000)});
		for (const atMs of [1, 5, 9]) listener({type: 'snapshot', snapshot: sampleSnapshot({atMs})});
		expect([history.forget(5), history.moments().map(({atMs}) => atMs)]).toEqual([1, [5, 9]]);
		expect(history.moment({from: 0, by: 1, changes: false, base: null})).toMatchObject({of: 2, patch: {s: {atMs: 5}}});
		expect(history.forget(Number.POSITIVE_INFINITY)).toBe(2);
		expect(history.moment({from: 0, by: 1, changes: false, base: null})).toBeNull();
	});
});

test('no more is kept than was asked for, none at all included, and it is told all the same', () => {
	const none = keeper(0);
	expect(takes(none, 1, 2)).toHaveLength(2);
	expect(none.recent()).toEqual([]);
	const heard: string[] = [];
	const short = journal({now: () => 1}, quiet, ({text}) => heard.push(text), 2);
	for (const text of ['a', 'b', 'c']) short.write('daemon', 'info', text);
	expect([heard, short.recent().map(({text}) => text)]).toEqual([['a', 'b', 'c'], ['b', 'c']]);
});

test('what is older than it may be is looked for every minute', () => {
	const clock = manualClock(1_000_000);
	const asked: number[] = [];
	const kept = {forget: (beforeMs: number) => asked.push(beforeMs)};
	const none = {forget: () => 0};
	const retention = createRetention({clock, keepMs: 500_000, drops: kept, journal: none, moments: none, servers: none});
	retention.tick();
	expect(asked).toEqual([]);
	clock.pass(60_000);
	retention.tick();
	retention.tick();
	expect(asked).toEqual([560_000]);
});

test('a controller that is told to purge forgets everything but that it did, and the policy is as it was', async () => {
	const rig = makeRig({settings: {VKS_SERVER: 'se-sto-1'}});
	rigs.push(rig);
	await rig.controller.start();
	await expect.poll(() => rig.controller.snapshot().state.kind).toBe('connected');
	const lastOf = (id: string) => rig.controller.snapshot().servers.find(server => server.id === id)?.last ?? null;
	expect(lastOf('se-sto-1')).not.toBeNull();
	const scripts = rig.kernel.scripts.length;
	expect(await rig.controller.submit({do: 'purge', olderThanSeconds: null})).toMatchObject({ok: true, message: expect.stringMatching(/^Forgot 0 refused packets, [1-9]\d* journal entries, 0 moments and what was known of 1 servers\.$/)});
	expect(rig.lines()).toEqual([expect.stringContaining('purge: Forgot ')]);
	expect(lastOf('se-sto-1')).toBeNull();
	expect(rig.controller.snapshot()).toMatchObject({state: {kind: 'connected'}, proof: {kind: 'proven'}});
	expect(rig.kernel.scripts.slice(scripts).filter(script => !script.includes('vks_x'))).toEqual([]);
});
