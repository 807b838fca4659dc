/** A daemon that is stopped (SIGSTOP): what an order to lock down is told, what becomes of it, and what the journal says. Needs root. */
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {Lab} from '../../lab/lab.ts';
import type {Ran} from '../../lab/commands.ts';
import {waitUntil} from '../../lab/processes.ts';
import {raiseLab} from '../../lab/raise.ts';
import {lockdownPatience} from '../../src/control/client.ts';
import {controlSocketName} from '../../src/control/paths.ts';
import {isConnected, openControl, startDaemon} from '../helpers/daemon.ts';

describe('a daemon that is stopped', () => {
	let lab: Lab;
	beforeEach(async () => {
		lab = await raiseLab({});
	});
	afterEach(() => lab.down());

	test('a lockdown is refused within two seconds, one that was sent is carried out when it wakes, and the gap is told', async () => {
		const daemon = await startDaemon(lab, {environment: {VKS_SERVER: 'se-sto-1'}});
		await daemon.until('it was connected', isConnected);
		const socket = join(lab.description.folders.run, controlSocketName);
		const client = await openControl(lab);
		process.kill(daemon.process.pid, 'SIGSTOP');
		try {
			const frozenAtMs = performance.now();
			const lockdown = async (): Promise<{readonly ran: Ran; readonly tookMs: number}> => {
				const beganAtMs = performance.now();
				const ran = await lab.exec('client', [process.execPath, 'dist/vks.js', 'lockdown', '--socket', socket]);
				return {ran, tookMs: performance.now() - beganAtMs};
			};
			// A machine that stalls makes one late, and not each.
			let {ran, tookMs} = await lockdown();
			for (let again = 0; again < 3 && tookMs >= 5000; again++) ({ran, tookMs} = await lockdown());
			expect(ran.stderr).toContain('Not locked down: the daemon');
			expect(ran.stderr).toContain('What it let pass goes on passing.');
			expect(ran.exitCode).toBe(1);
			expect(tookMs).toBeLessThan(5000);
			const answer = await client.command({do: 'lockdown', reason: 'test'}, lockdownPatience);
			expect(answer).toMatchObject({ok: false, error: {what: expect.stringContaining('Not known to be locked down') as unknown, next: expect.stringContaining('carried out when the daemon reads it') as unknown}});
			// As the command does when it gives up.
			client.close();
			const rules = (await lab.exec('client', ['nft', 'list', 'ruleset'], {mustSucceed: true})).stdout;
			expect(rules).toContain('tunnel-out');
			await new Promise(resolve => setTimeout(resolve, Math.max(0, 6500 - (performance.now() - frozenAtMs))));
		} finally {
			process.kill(daemon.process.pid, 'SIGCONT');
		}
		await daemon.until('it was locked down', ({state}) => state.kind === 'lockdown');
		expect(await waitUntil(() => daemon.journal().some(({text}) => /Nothing was read back for \d+ s: the daemon was stopped/.test(text)))).toBe(true);
		await daemon.stop();
	});
});
