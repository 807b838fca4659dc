/** A state folder that takes nothing: known from the start on, said with a lockdown, and survived by a copy. Needs root. */
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {Lab} from '../../lab/lab.ts';
import {raiseLab} from '../../lab/raise.ts';
import {isConnected, startDaemon} from '../helpers/daemon.ts';

describe('a state folder that cannot be made', () => {
	let lab: Lab;
	beforeEach(async () => {
		lab = await raiseLab({});
	});
	afterEach(() => lab.down());

	test('holds up no start, and a lockdown outlives the daemon by the run folder, as does its lift', async () => {
		const environment = {VKS_SERVER: 'se-sto-1', VKS_STATE_FOLDER: '/proc/nope'};
		const first = await startDaemon(lab, {environment});
		const {problems} = await first.until('it was connected', isConnected);
		expect(problems.filter(({what}) => what.includes('/proc/nope/intent.json'))).toMatchObject([{code: 'state-folder', severity: 'error'}]);
		const locked = await first.command({do: 'lockdown', reason: 'a trial'});
		expect(locked).toMatchObject({ok: true, problem: {code: 'state-folder'}});
		expect(locked.message).toMatch(/^Locked down, but .*forgets it/);
		await first.kill();

		const second = await startDaemon(lab, {environment});
		const {state} = await second.until('it was locked down', ({state: {kind}, proof}) => kind === 'lockdown' && proof.kind === 'proven');
		expect(state.detail).toContain('a trial');
		expect(await second.command({do: 'lift', word: 'lift'})).toMatchObject({ok: true});
		await second.until('it was connected', isConnected);
		await second.kill();

		const third = await startDaemon(lab, {environment});
		await third.until('it was connected', isConnected);
		await third.stop();
	});
});
