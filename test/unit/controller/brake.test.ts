/** Repairs that are undone as fast as they are made, and events that come in storms. */
import {expect, test} from 'vitest';
import {afterRepair, isHeld, releasedBrake, type Brake} from '../../../src/controller/brake.ts';
import {paced} from '../../../src/controller/pace.ts';
import {manualClock} from '../../fakes/manual-clock.ts';

/** Repairs as often as it may, once each `everyMs`; the pauses it met. */
function fight(everyMs: number, forMs: number, start: Brake = releasedBrake): {readonly brake: Brake; readonly pauses: readonly number[]} {
	let brake = start;
	const pauses: number[] = [];
	for (let now = 1_000_000; now < 1_000_000 + forMs; now += everyMs) {
		if (isHeld(brake, now)) continue;
		const after = afterRepair(brake, now);
		brake = after.brake;
		if (after.pauseMs !== null) pauses.push(after.pauseMs);
	}
	return {brake, pauses};
}

test('a few repairs at once, and one each second, are never held back', () => {
	expect(fight(10, 190).pauses).toEqual([]);
	expect(fight(1000, 120_000)).toMatchObject({pauses: [], brake: {total: 120}});
});

test('a fight is met with longer and longer pauses, eight seconds at most, and a bounded number of repairs', () => {
	const {brake, pauses} = fight(10, 60_000);
	expect(pauses).toEqual([1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000, 8000, 8000]);
	expect(brake.total).toBeLessThan(60);
});

test('half a minute of peace is forgiven', () => {
	const {brake} = fight(10, 1000);
	expect(afterRepair(brake, brake.heldUntilMs + 31_000).brake).toMatchObject({step: 0});
	expect(afterRepair(brake, brake.heldUntilMs + 1).brake).toMatchObject({step: 1});
});

test('a clock that is set back ends a pause', () => {
	const {brake} = fight(10, 200);
	expect(isHeld(brake, brake.heldUntilMs - 1)).toBe(true);
	expect(isHeld(brake, brake.heldUntilMs - 3_600_000)).toBe(false);
});

test('a storm of events is worked off at its pace, and the last one is never lost', () => {
	const clock = manualClock(0);
	const did: number[] = [];
	const call = paced(clock, {burst: 2, everyMs: 50}, () => did.push(clock.now()));
	for (let count = 0; count < 10; count += 1) call();
	expect(did).toEqual([0, 0]);
	clock.pass(50);
	expect(did).toEqual([0, 0, 50]);
	clock.pass(1000);
	expect(did).toHaveLength(3);
	call();
	expect(did).toEqual([0, 0, 50, 1050]);
});
