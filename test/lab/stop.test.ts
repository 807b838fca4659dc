/** The daemon ends within what a container engine waits, whatever it is doing, and what stands then lets nothing out. Needs root. */
import {chmodSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {Lab} from '../../lab/lab.ts';
import {waitUntil} from '../../lab/processes.ts';
import {raiseLab} from '../../lab/raise.ts';
import {isConnected, spawnDaemon, startDaemon, type Daemon} from '../helpers/daemon.ts';
import {wireguardIn} from '../helpers/tunnel-usage.ts';

/** Docker kills after ten seconds. */
const graceMs = 10_000;
const environment = {VKS_SERVER: 'se-sto-1'};

describe('asked to stop', () => {
	let lab: Lab;
	beforeEach(async () => {
		lab = await raiseLab({});
	});
	afterEach(() => lab.down());

	const ends = async (daemon: Pick<Daemon, 'process'>, signal: 'SIGTERM' | 'SIGINT'): Promise<number | null> => {
		const beganAtMs = performance.now();
		process.kill(daemon.process.pid, signal);
		const code = await daemon.process.exited;
		const tookMs = Math.round(performance.now() - beganAtMs);
		console.log(`ended with ${String(code)} after ${tookMs} ms`);
		expect(tookMs).toBeLessThan(graceMs);
		return code;
	};
	const expectNothingLeft = async (): Promise<void> => {
		const tables = (await lab.exec('client', ['nft', 'list', 'tables'], {mustSucceed: true})).stdout;
		expect(tables).toContain('table inet vks');
		const rules = (await lab.exec('client', ['nft', 'list', 'ruleset'], {mustSucceed: true})).stdout;
		expect(rules).not.toMatch(/accept comment "(tunnel-out|dns-out|endpoint-out)/);
		expect(rules).toContain('policy drop');
		expect(wireguardIn(lab.description.namespaces.client)).toEqual([]);
	};
	const connected = async (more: Record<string, string> = {}): Promise<Daemon> => {
		const daemon = await startDaemon(lab, {environment: {...environment, ...more}});
		await daemon.until('it was connected', isConnected);
		return daemon;
	};

	test.for(['SIGTERM', 'SIGINT'] as const)('while connected, with %s', async signal => {
		expect(await ends(await connected(), signal)).toBe(0);
		await expectNothingLeft();
	});

	test('while it connects to a server that does not answer', async () => {
		await lab.blackhole('s1');
		const daemon = await startDaemon(lab, {environment});
		await daemon.until('it tried', ({state}) => state.kind === 'verifying');
		expect(await ends(daemon, 'SIGTERM')).toBe(0);
		await expectNothingLeft();
	});

	test('in lockdown', async () => {
		const daemon = await connected();
		await daemon.command({do: 'lockdown', reason: 'a trial'});
		expect(await ends(daemon, 'SIGTERM')).toBe(0);
		await expectNothingLeft();
	});

	test('while it starts', async () => {
		const running = spawnDaemon(lab, {environment});
		const stands = async () => (await lab.exec('client', ['nft', 'list', 'tables'])).stdout.includes('vks');
		expect(await waitUntil(stands)).toBe(true);
		expect(await ends({process: running}, 'SIGTERM')).toBe(0);
		await expectNothingLeft();
	});

	test('while a transaction hangs', async () => {
		const folder = join(lab.description.folders.state, 'hanging');
		const [program, flag] = [join(folder, 'nft'), join(folder, 'hang')];
		mkdirSync(folder, {recursive: true});
		// The next call takes the flag away and never answers; those after it do.
		writeFileSync(program, `#!/bin/sh\nif rm ${flag} 2>/dev/null; then exec sleep 60; fi\nPATH=/usr/sbin:/usr/bin:/sbin:/bin exec nft "$@"\n`);
		chmodSync(program, 0o755);
		const daemon = await connected({VKS_FIREWALL_BACKEND: 'nft', PATH: `${folder}:${process.env['PATH'] ?? ''}`});
		writeFileSync(flag, '');
		expect(await waitUntil(async () => (await lab.exec('client', ['test', '-e', flag])).exitCode !== 0), 'a call hangs').toBe(true);
		expect(await ends(daemon, 'SIGTERM')).toBe(0);
		await expectNothingLeft();
	});

	test('twice, it ends at once; a terminal that goes does not end it', async () => {
		const daemon = await connected();
		process.kill(daemon.process.pid, 'SIGHUP');
		const seq = daemon.snapshot().seq;
		await daemon.until('it went on', now => now.seq > seq + 1 && isConnected(now));
		process.kill(daemon.process.pid, 'SIGTERM');
		process.kill(daemon.process.pid, 'SIGINT');
		expect([0, 130, 143]).toContain(await daemon.process.exited);
		expect(readFileSync(daemon.process.log, 'utf8')).not.toContain('Error');
	});
});
