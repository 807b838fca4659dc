/**
 * A hardening beside a real engine: what neighbours reach is closed and what was to go on goes on, as their packets show; then
 * it is taken back byte for byte, by whoever ends it.
 */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {waitUntil, type Running} from '../../lab/processes.ts';
import {goesOn} from '../helpers/audit-fault.ts';
import {engineStage} from '../helpers/engine-stage.ts';
import {hardenOn} from '../helpers/harden-acts.ts';
import {closed, closesForOthers, everyWay, open, startWeb} from '../helpers/harden-flow.ts';

const stage = engineStage();

test('iptables-nft, and docker-proxy over IPv6: closed for others, kept, undone byte for byte', () =>
	closesForOthers(stage(), hardenOn(stage()), ['table filter of iptables-nft', 'table filter of ip6tables-nft']));

const ends: readonly (readonly [what: string, within: string, end: (pid: number) => void, code: number | null])[] = [
	['nobody confirms', '20s', () => undefined, 4],
	['it is stopped', '10m', pid => void process.kill(pid, 'SIGINT'), 4],
	['its terminal is gone', '10m', pid => void process.kill(pid, 'SIGHUP'), 4],
	['it is killed', '10m', pid => void process.kill(pid, 'SIGKILL'), null],
];

test.each(ends)('%s: taken back byte for byte', async (_, within, end, code) => {
	const harden = hardenOn(stage());
	await startWeb(stage());
	await goesOn(stage());
	const before = await harden.picture();
	const applied: Running = await harden.applied('--confirm-within', within);
	expect(await everyWay(stage())).toEqual(closed);
	end(applied.pid);
	expect(await applied.exited).toBe(code);
	expect(await waitUntil(async () => (await harden.picture()) === before)).toBe(true);
	expect(await everyWay(stage())).toEqual(open);
	expect(await harden.order('--confirm')).toMatchObject({exitCode: 1});
	expect(readFileSync(applied.log, 'utf8')).toMatch(/is taken back: this host lets in what it let in before/);
	expect(await harden.picture()).toBe(before);
	expect(() => readFileSync(join(harden.folder, 'harden.json'))).toThrow();
});
