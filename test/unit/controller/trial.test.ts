/** Confirm or revert: what is said to the watcher, when, and what comes too late. */
import {describe, expect, onTestFinished, test} from 'vitest';
import {createTrial, noTrial} from '../../../src/controller/trial.ts';
import type {Word} from '../../../src/kernel/trial/watcher.ts';
import {manualClock, type ManualClock} from '../../fakes/manual-clock.ts';
import {makeRig, type Rig} from '../../helpers/controller-rig.ts';

const begin = (withinMs = 120_000) => {
	const clock = manualClock(1_800_000_000_000);
	const said: (Word | 'killed')[] = [];
	let end = (): void => undefined;
	const ended = new Promise<void>(resolve => {
		end = resolve;
	});
	const trial = createTrial({clock, withinMs, watcher: {tell: word => void said.push(word), ended, kill: () => void said.push('killed')}});
	return {clock, said, end: () => end(), trial};
};

test('it waits, with the end of its time, and lets the watcher hear that it lives', () => {
	const {clock, said, trial} = begin();
	expect(trial.view()).toEqual({sinceMs: 1_800_000_000_000, endsAtMs: 1_800_000_120_000});
	clock.tick();
	clock.tick();
	expect(said).toEqual(['beat', 'beat']);
});

test('a confirmation is said before anything else is done, once, and nothing is taken back after it', async () => {
	const {clock, said, end, trial} = begin();
	const confirmed = trial.confirm();
	expect([said, trial.view()]).toEqual([['kept'], null]);
	end();
	expect(await confirmed).toBe(true);
	clock.pass(500_000);
	clock.tick();
	expect(said).toEqual(['kept']);
	expect([trial.isOver(), trial.end(), await trial.confirm()]).toEqual([false, false, false]);
});

test('a watcher that does not end is killed before the confirmation is answered', async () => {
	const {said, trial} = begin();
	expect(await trial.confirm()).toBe(true);
	expect(said).toEqual(['kept', 'killed']);
});

test('when its time is over, a confirmation comes too late, and everything is taken back', async () => {
	const {clock, said, trial} = begin(5000);
	clock.pass(4999);
	expect(trial.isOver()).toBe(false);
	clock.pass(1);
	await trial.over;
	expect([trial.isOver(), trial.view(), await trial.confirm(), trial.end()]).toEqual([true, null, false, true]);
	expect(said).not.toContain('kept');
});

test('ended before its time it is taken back too, and the watcher goes on hearing that we live', () => {
	const {clock, said, trial} = begin();
	expect([trial.end(), trial.isOver()]).toEqual([true, true]);
	clock.tick();
	expect(said).toEqual(['beat']);
});

test('a start that is no trial has nothing to confirm and takes nothing back', async () => {
	expect([noTrial.view(), await noTrial.confirm(), noTrial.isOver(), noTrial.end()]).toEqual([null, false, false, false]);
});

describe('in the controller', () => {
	const raise = async () => {
		const said: string[] = [];
		const rig: Rig = makeRig({trialOf: (clock: ManualClock) => createTrial({clock, withinMs: 3_600_000, watcher: {tell: word => void said.push(`${word} while ${rig.controller.snapshot().state.kind}`), ended: Promise.resolve(), kill: () => undefined}})});
		onTestFinished(() => rig.dispose());
		await rig.controller.start();
		return {rig, said};
	};

	test('a start that is not confirmed is in the snapshot until it is', async () => {
		const {rig, said} = await raise();
		expect(rig.controller.snapshot().unconfirmed).toMatchObject({endsAtMs: 1_800_003_600_000});
		expect(await rig.controller.submit({do: 'confirm'})).toMatchObject({ok: true, message: 'Confirmed: what vks changed stays.'});
		expect(rig.controller.snapshot()).not.toHaveProperty('unconfirmed');
		expect(await rig.controller.submit({do: 'confirm'})).toMatchObject({ok: true, message: 'There is nothing to confirm.'});
		expect(said.filter(word => word.startsWith('kept'))).toHaveLength(1);
	});

	test('a confirmation waits for no command that hangs', async () => {
		const {rig} = await raise();
		rig.kernel.setFault(({operation}) => (operation === 'createWireguard' ? 'hang' : null));
		void rig.controller.submit({do: 'reconnect'});
		expect(await rig.controller.submit({do: 'confirm'})).toMatchObject({ok: true, message: 'Confirmed: what vks changed stays.'});
	});

	test('a lockdown confirms, and says so to the watcher before it is in force', async () => {
		const {rig, said} = await raise();
		const outcome = await rig.controller.submit({do: 'lockdown', reason: 'test'});
		expect(outcome.message).toBe('Locked down: nothing passes but loopback and the management path. That confirms this start: nothing opens again by itself.');
		expect(said.filter(word => word.startsWith('kept'))).toHaveLength(1);
		expect(said.find(word => word.startsWith('kept'))).not.toContain('lockdown');
		expect((await rig.controller.submit({do: 'lockdown', reason: 'again'})).message).not.toContain('confirms');
	});

	test('once its time is over, no command is taken any more, a lockdown included', async () => {
		const {rig} = await raise();
		rig.clock.pass(3_600_000);
		for (const command of [{do: 'confirm'}, {do: 'lockdown', reason: ''}] as const) expect(await rig.controller.submit(command)).toMatchObject({ok: false, problem: {code: 'not-confirmed', stillBlocking: false}});
		expect(rig.controller.snapshot().state.kind).not.toBe('lockdown');
	});
});
