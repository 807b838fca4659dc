/** Rung by rung: what is tried, in which order, and how seldom. */
import {describe, expect, test} from 'vitest';
import type {Level} from '../../../src/controller/health.ts';
import {chooseNext, climb, freshLadder, lastsMs, noteFailure, type Ladder, type Sight} from '../../../src/controller/ladder.ts';

const sight = (level: Level, second: number, change: Partial<Sight> = {}): Sight => ({level, server: 'se', canRekey: true, verifiedAtMs: -3_600_000, nowMs: second * 1000, ...change});
/** What is done in each of these seconds. */
const rungs = (seen: readonly Sight[], from: Ladder = freshLadder): {readonly ladder: Ladder; readonly kinds: readonly string[]} =>
	seen.reduce<{ladder: Ladder; kinds: readonly string[]}>((now, each) => {
		const {ladder, rung} = climb(now.ladder, each);
		return {ladder, kinds: [...now.kinds, rung.kind]};
	}, {ladder: from, kinds: []});
const lasting = (level: Level, fromS: number, seconds: number, change: Partial<Sight> = {}): readonly Sight[] => Array.from({length: seconds}, (_, second) => sight(level, fromS + second, change));

describe('the rungs', () => {
	test('a fresh handshake while it fails, once; a new connection when it is dead', () => {
		expect(rungs([...lasting('failing', 0, 6), sight('dead', 6)]).kinds).toEqual(['re-key', 'none', 'none', 'none', 'none', 'none', 'reconnect']);
	});

	test('what cannot shake hands anew goes straight to the next one', () => {
		expect(rungs([...lasting('failing', 0, 3, {canRekey: false}), sight('dead', 3, {canRekey: false})]).kinds).toEqual(['none', 'none', 'none', 'reconnect']);
	});

	test('what is merely suspected is left alone, and one that failed for a moment is not held against it', () => {
		expect(new Set(rungs([...lasting('suspect', 0, 60), ...lasting('well', 60, 60)]).kinds)).toEqual(new Set(['none']));
		expect(rungs([sight('failing', 0), ...lasting('well', 1, 5), sight('failing', 6), sight('failing', 31)]).kinds.filter(kind => kind !== 'none')).toEqual(['re-key', 're-key']);
	});
});

describe('a server that flaps', () => {
	/** Dies a few seconds after each connection, for an hour. */
	const flap = (): readonly number[] => {
		let [ladder, verifiedAtMs] = [freshLadder, 0];
		const at: number[] = [];
		for (let nowMs = 0; nowMs < 3_600_000; nowMs += 1000) {
			const level: Level = nowMs - verifiedAtMs < 8000 ? 'well' : 'dead';
			const climbed = climb(ladder, sight(level, nowMs / 1000, {verifiedAtMs, canRekey: false}));
			ladder = climbed.ladder;
			if (climbed.rung.kind !== 'reconnect') continue;
			at.push(nowMs);
			verifiedAtMs = nowMs + 2000;
		}
		return at;
	};

	test('makes no storm: the pauses grow to four minutes', () => {
		const at = flap();
		expect(at.length).toBeLessThan(25);
		expect(at.slice(0, 4)).toEqual([8000, 23_000, 53_000, 113_000]);
		expect(Math.max(...at.slice(1).map((each, index) => each - (at[index] ?? 0)))).toBe(240_000);
	});

	test('says when it goes on, and shakes hands anew meanwhile', () => {
		const tried = {...freshLadder, reconnects: 3, reconnectedAtMs: 0, rekeyedAtMs: 0};
		expect(climb(tried, sight('dead', 20)).rung).toEqual({kind: 'wait', untilMs: 60_000});
		expect(climb(tried, sight('dead', 30)).rung).toEqual({kind: 're-key'});
		expect(climb(tried, sight('dead', 60)).rung).toEqual({kind: 'reconnect'});
	});

	test('is forgiven by peace: its failures after a minute, the pauses after five', () => {
		const tried = {...noteFailure(freshLadder, 'se'), reconnects: 4, reconnectedAtMs: 0, passed: ['ch']};
		const minute = rungs(lasting('well', 10, 61), tried).ladder;
		expect(minute).toMatchObject({failures: new Map(), passed: [], reconnects: 4});
		expect(rungs(lasting('suspect', 71, 250), minute).ladder).toMatchObject({reconnects: 0, reconnectedAtMs: null});
	});

	test('only what did not last counts as failed', () => {
		const died = (ageMs: number) => climb(freshLadder, sight('dead', 1000, {verifiedAtMs: 1_000_000 - ageMs})).ladder.failures.get('se') ?? 0;
		expect([died(lastsMs - 1), died(lastsMs)]).toEqual([1, 0]);
	});
});

describe('who is dialled next', () => {
	const others = ['ch', 'de'];
	const next = (passed: readonly string[]): string | null => others.find(id => !passed.includes(id)) ?? others[0] ?? null;
	/** Every dial fails; `se` is whom the operator wants. */
	const dialled = (failover: number | null, count: number, choose = next): readonly string[] => {
		let [ladder, failed] = [freshLadder, 'se'];
		const list: string[] = [];
		while (list.length < count) {
			ladder = noteFailure(ladder, failed);
			const choice = chooseNext(ladder, {target: 'se', failed, failover, next: choose});
			ladder = choice.ladder;
			failed = choice.standIn ?? 'se';
			list.push(failed);
		}
		return list;
	};

	test('the target so often, then each other one, with the target between any two', () => {
		expect(dialled(2, 8)).toEqual(['se', 'ch', 'se', 'de', 'se', 'ch', 'se', 'de']);
		expect(dialled(1, 3)).toEqual(['ch', 'se', 'de']);
	});

	test('nobody else where that is off, or where there is no other', () => {
		expect(new Set(dialled(null, 6))).toEqual(new Set(['se']));
		expect(new Set(dialled(1, 6, () => null))).toEqual(new Set(['se']));
	});

	test('one that stood in and died is left for the target', () => {
		const ladder = noteFailure(noteFailure(freshLadder, 'se'), 'se');
		expect(chooseNext(ladder, {target: 'se', failed: 'ch', failover: 2, next})).toEqual({ladder, standIn: null});
	});
});
