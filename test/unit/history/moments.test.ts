/** The row of moments: bounded, in order, sharing, and thinner with age; what something brought stays. */
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {MomentKind, Snapshot} from '../../../src/control/schema.ts';
import {defaultBounds, sizeOf, stepFrom, withMoment, type Bounds, type Moments} from '../../../src/history/moments.ts';
import {sizeBeyond} from '../../../src/history/share.ts';
import {noonMs, sampleSnapshot} from '../../fakes/snapshot.ts';

const minute = 60_000;

/** Rules of which `hit` counted, as the daemon makes them: every string is a new one. */
function snapshotAt(tickMs: number, {rules = 3, hit = 1}: {readonly rules?: number; readonly hit?: number} = {}): Snapshot {
	const [rule] = sampleSnapshot().rules;
	if (rule === undefined) throw new Error('a rule is needed');
	return structuredClone(sampleSnapshot({
		atMs: noonMs + tickMs,
		rules: Array.from({length: rules}, (_, index) => ({...rule, id: `rule-${index}`, packets: index < hit ? tickMs : 0})),
	}));
}

function played(events: ReadonlyArray<{readonly afterMs: number; readonly kind: MomentKind}>, bounds: Bounds, shape = {}): Moments {
	let tickMs = 0;
	return events.reduce<Moments>((moments, {afterMs, kind}, index) => {
		tickMs += afterMs;
		return withMoment(moments, {id: index + 1, kind, why: '', snapshot: snapshotAt(tickMs, shape), tickMs}, bounds);
	}, []);
}

const events = fc.array(fc.record({afterMs: fc.integer({min: 0, max: 90_000}), kind: fc.constantFrom<MomentKind>('interval', 'interval', 'state', 'command')}), {minLength: 1, maxLength: 60});

test('never more entries or bytes than allowed, the newest always there, in order', () => {
	fc.assert(fc.property(events, fc.integer({min: 1, max: 20}), fc.integer({min: 1, max: 40_000}), (list, entries, bytes) => {
		const moments = played(list, {entries, bytes, ageMs: 30 * minute});
		expect(moments.length).toBeLessThanOrEqual(entries);
		expect(moments.length === 1 || sizeOf(moments) <= bytes).toBe(true);
		const ids = moments.map(({moment}) => moment.id);
		expect(ids).toEqual(ids.toSorted((a, b) => a - b));
		expect(ids.at(-1)).toBe(list.length);
	}), {numRuns: 60});
});

test('what is counted is what the whole row holds: nothing that is shared twice, nothing that was shared with one that went for free', () => {
	fc.assert(fc.property(events, list => {
		const moments = played(list, {entries: 8, bytes: 1e9, ageMs: 30 * minute});
		moments.forEach((kept, index) => expect(kept.bytes).toBe(sizeBeyond(moments[index - 1]?.snapshot, kept.snapshot)));
	}), {numRuns: 30});
});

describe('two hours of a daemon with three hundred rules, ten of which count', () => {
	const list = Array.from({length: 6 * 150}, (_, index) => ({afterMs: 10_000, kind: index % 90 === 45 ? 'state' as const : 'interval' as const}));
	const moments = played(list, defaultBounds, {rules: 300, hit: 10});
	const newest = moments.at(-1)?.tickMs ?? 0;

	test('are kept within the bounds, and no longer', () => {
		expect(newest - (moments[0]?.tickMs ?? 0)).toBeLessThanOrEqual(2 * 60 * minute);
		expect(newest - (moments[0]?.tickMs ?? 0)).toBeGreaterThan(115 * minute);
		expect(sizeOf(moments)).toBeLessThan(3 * 1024 * 1024);
	});

	test('every ten seconds at first, every minute in the end, and whatever something brought', () => {
		const young = moments.filter(({tickMs}) => newest - tickMs <= 10 * minute);
		const old = moments.filter(({tickMs, moment}) => newest - tickMs > 31 * minute && moment.kind === 'interval');
		expect(young.length).toBeGreaterThanOrEqual(60);
		expect(old.length).toBeLessThan(100);
		expect(old.length).toBeGreaterThan(60);
		expect(moments.filter(({moment}) => moment.kind === 'state')).toHaveLength(8);
	});
});

test('a wall clock that is set neither ages nor reorders what is kept', () => {
	const at = (id: number, tickMs: number, atMs: number) => ({id, kind: 'interval' as const, why: '', snapshot: sampleSnapshot({atMs}), tickMs});
	const moments = [at(1, 0, noonMs), at(2, 10_000, noonMs + 86_400_000), at(3, 20_000, noonMs - 86_400_000)].reduce<Moments>((all, fresh) => withMoment(all, fresh), []);
	expect(moments.map(({moment}) => moment.id)).toEqual([1, 2, 3]);
});

describe('stepping', () => {
	const moments = played([{afterMs: 0, kind: 'start'}, {afterMs: 10_000, kind: 'interval'}, {afterMs: 10_000, kind: 'state'}, {afterMs: 10_000, kind: 'interval'}], defaultBounds);
	const step = (from: number | null, by: number, changes = false): number | null => stepFrom(moments, {from, by, changes})?.kept.moment.id ?? null;

	test('back from now is the newest, and no further than the oldest', () => {
		expect([step(null, -1), step(4, -1), step(4, -2), step(1, -1), step(null, -99)]).toEqual([4, 3, 2, 1, 1]);
	});

	test('forward past the newest is now', () => {
		expect([step(3, 1), step(4, 1), step(1, 99), step(null, 1)]).toEqual([4, null, null, null]);
	});

	test('over what time alone brought', () => {
		expect([step(null, -1, true), step(3, -1, true), step(1, 1, true), step(4, -1, true), step(2, 1, true)]).toEqual([3, 1, 3, 3, 3]);
	});

	test('from one that was given up meanwhile goes on from where it stood', () => {
		const thin = moments.filter(({moment}) => moment.id !== 2);
		expect(stepFrom(thin, {from: 2, by: -1, changes: false})?.kept.moment.id).toBe(1);
		expect(stepFrom(thin, {from: 2, by: 1, changes: false})?.kept.moment.id).toBe(3);
	});

	test('there is nothing to step to', () => {
		expect(stepFrom([], {from: null, by: -1, changes: false})).toBeNull();
	});
});
