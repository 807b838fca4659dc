/** The daemon's pulse, and what is said of its absence. */
import {expect, test} from 'vitest';
import {everySecond, nothingRead} from '../../../src/controller/ticker.ts';
import {manualClock} from '../../fakes/manual-clock.ts';
import {makeRig} from '../../helpers/controller-rig.ts';

test('a process that was stopped, and a machine that slept, are told once, and slow work is not', () => {
	const clock = manualClock(0);
	const missed: number[] = [];
	// The first look never ends.
	everySecond(clock, () => new Promise(() => undefined), ms => missed.push(ms));
	for (let second = 0; second < 30; second++) clock.tick();
	expect(missed).toEqual([]);
	clock.pass(36_000);
	clock.tick();
	clock.tick();
	expect(missed).toEqual([37_000]);
	clock.sleepMachine(7_200_000);
	clock.tick();
	expect(missed).toEqual([37_000, 7_201_000]);
	expect(nothingRead(37_000)).toBe('Nothing was read back for 37 s: the daemon was stopped or the machine slept.');
});

test('the controller writes it into its journal', async () => {
	const rig = makeRig();
	await rig.controller.start();
	rig.clock.tick();
	const before = rig.lines().filter(line => line.startsWith('Nothing was read back')).length;
	rig.clock.pass(36_000);
	rig.clock.tick();
	expect(rig.lines().filter(line => line.startsWith('Nothing was read back for 37 s')).length).toBe(before + 1);
	await rig.dispose();
});
