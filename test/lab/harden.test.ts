/**
 * A hardening on real rules, of both backends, beside an engine's recorded answers: applied and read back, kept or taken back byte
 * for byte by whoever is left to do it, and nothing to do a second time. Packets through it: test/engine/harden.test.ts. Needs root.
 */
import {mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test} from 'vitest';
import type {Lab} from '../../lab/lab.ts';
import {waitUntil} from '../../lab/processes.ts';
import {raiseLab} from '../../lab/raise.ts';
import {hardenIn, type Harden} from '../helpers/harden-acts.ts';
import {recordedEngine} from '../helpers/recorded-engine.ts';

const standing: {lab?: Lab} = {};
const raised = (): Lab => standing.lab ?? expect.unreachable();
const inClient = (...argv: readonly string[]) => raised().exec('client', argv, {mustSucceed: true});
beforeAll(async () => {
	standing.lab = await raiseLab({});
	await inClient('ip', 'link', 'add', 'docker0', 'type', 'bridge');
});
afterAll(() => standing.lab?.down());

const rulesOf = (backend: string): string => readFileSync(join(import.meta.dirname, `../fixtures/rules/docker-20.10/${backend}/iptables.txt`), 'utf8');

describe.each(['nft', 'legacy'] as const)('iptables-%s', backend => {
	let harden: Harden;
	let engine: Awaited<ReturnType<typeof recordedEngine>>;
	let before: string;
	beforeEach(async () => {
		const folder = mkdtempSync(join(tmpdir(), 'vks-engine-'));
		onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
		engine = await recordedEngine(join(folder, 'docker.sock'));
		harden = hardenIn(raised(), join(folder, 'docker.sock'));
		await raised().exec('client', [`iptables-${backend}-restore`], {input: rulesOf(backend), mustSucceed: true});
		// The kernel does not forget such a table once it was asked for.
		if (backend === 'legacy') await inClient('ip6tables-legacy', '-L');
		before = await harden.picture();
	});
	afterEach(async () => {
		await harden.order('--undo');
		if (backend === 'nft') await inClient('nft', 'flush', 'ruleset');
		else for (const program of ['iptables-legacy', 'ip6tables-legacy']) await raised().exec('client', [`${program}-restore`], {input: '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n*nat\nCOMMIT\n'});
	});

	test('a plan changes nothing; applied, confirmed, idempotent; a second choice; undone byte for byte', async () => {
		const plan = await harden.plan('--let-in', '10.1.0.0/16');
		expect(plan.changes.map(({where}) => where)).toEqual([`table filter of iptables-${backend}`, `table filter of ip6tables-${backend}`]);
		expect(plan.changes[0]?.diff).toContain('+-A VKS-HARDEN -i eth0 -p tcp -m conntrack --ctstate NEW --ctorigdstport 8080 --ctdir ORIGINAL -j DROP');
		expect(await harden.picture()).toBe(before);
		const process = await harden.applied('--let-in', '10.1.0.0/16');
		// For root alone.
		expect(statSync(join(harden.folder, 'harden-trial.json')).mode & 0o777).toBe(0o600);
		expect(await harden.order('--apply')).toMatchObject({exitCode: 1, stderr: expect.stringContaining('Another hardening waits')});
		expect(await harden.order('--confirm')).toMatchObject({exitCode: 0});
		expect(await process.exited).toBe(0);
		const applied = await harden.picture();
		expect(applied).toContain('-A VKS-HARDEN -s 10.1.0.0/16 -j RETURN');
		expect(await harden.order('--apply')).toMatchObject({exitCode: 0, stdout: expect.stringContaining('Nothing to do')});
		engine.run(false);
		expect(await harden.order()).toMatchObject({exitCode: 0});
		engine.run(true);
		expect(await harden.picture()).toBe(applied);

		expect(await harden.order('--apply', '--let-in', '10.2.0.0/16', '--confirm-within', 'off')).toMatchObject({exitCode: 0});
		expect(await harden.picture()).toBe(applied.replaceAll('10.1.0.0/16', '10.2.0.0/16'));
		expect(await harden.order('--undo')).toMatchObject({exitCode: 0});
		expect(await harden.picture()).toBe(before);
	});

	const ends: readonly (readonly [what: string, within: string, signal: NodeJS.Signals | null, code: number | null])[] = [
		['nobody confirms', '15s', null, 4], ['it is stopped', '10m', 'SIGINT', 4], ['its terminal is gone', '10m', 'SIGHUP', 4], ['it is killed', '10m', 'SIGKILL', null],
	];
	test.each(ends)('%s: taken back byte for byte, and a later confirmation is told so', async (_, within, signal, code) => {
		const applied = await harden.applied('--confirm-within', within);
		expect(await harden.picture()).not.toBe(before);
		if (signal !== null) process.kill(applied.pid, signal);
		expect(await applied.exited).toBe(code);
		expect(await waitUntil(async () => (await harden.picture()) === before && !exists('harden-trial.json') && !exists('harden-reverting.json'))).toBe(true);
		expect(await waitUntil(() => Promise.resolve(/is taken back: this host lets in what it let in before/.test(readFileSync(applied.log, 'utf8'))))).toBe(true);
		expect(await harden.order('--confirm')).toMatchObject({exitCode: 1, stderr: expect.stringContaining('Nothing waits to be confirmed')});
		expect(exists('harden.json')).toBe(false);
	});

	test('a trial on top of what was confirmed goes back to that, and undo to before both', async () => {
		expect(await harden.order('--apply', '--confirm-within', 'off')).toMatchObject({exitCode: 0});
		const confirmed = await harden.picture();
		const trial = await harden.applied('--let-in', '10.1.0.0/16');
		expect(await harden.picture()).not.toBe(confirmed);
		process.kill(trial.pid, 'SIGKILL');
		expect(await waitUntil(async () => (await harden.picture()) === confirmed)).toBe(true);
		expect(await harden.order('--undo')).toMatchObject({exitCode: 0});
		expect(await harden.picture()).toBe(before);
	});

	test('killed with its guard: the next order takes it back before it does anything else', async () => {
		const applied = await harden.applied();
		const guard = (await raised().exec('client', ['pgrep', '-f', '-P', String(applied.pid), 'harden'])).stdout.trim();
		// 0 would be our own process group.
		expect(guard).toMatch(/^\d+$/);
		process.kill(Number(guard), 'SIGKILL');
		process.kill(applied.pid, 'SIGKILL');
		await applied.exited;
		expect(await harden.picture()).not.toBe(before);
		expect(await harden.order('--apply', '--open', '8080', '--confirm-within', 'off')).toMatchObject({exitCode: 0});
		expect(await harden.picture()).toBe(before);
	});

	test('what others changed meanwhile stays, and is no hindrance', async () => {
		expect(await harden.order('--apply', '--confirm-within', 'off')).toMatchObject({exitCode: 0});
		await inClient(`iptables-${backend}`, '-A', 'DOCKER-USER', '-s', '192.0.2.1', '-j', 'DROP');
		await inClient(`iptables-${backend}`, '-D', 'DOCKER-USER', '-j', 'VKS-HARDEN');
		expect((await harden.plan()).changes.map(({diff}) => diff.filter(line => /^[+-]-A/.test(line)))).toEqual([['+-A DOCKER-USER -j VKS-HARDEN']]);
		expect(await harden.order('--undo')).toMatchObject({exitCode: 0});
		const after = await harden.picture();
		expect(after).not.toContain('VKS');
		expect(after.split('\n').filter(line => !before.split('\n').includes(line)).map(line => line.trim())).toContain('-A DOCKER-USER -s 192.0.2.1/32 -j DROP');
		await inClient(`iptables-${backend}`, '-D', 'DOCKER-USER', '-s', '192.0.2.1', '-j', 'DROP');
		expect(await harden.picture()).toBe(before);
	});

	test('DOCKER-USER that was missing is made, and taken back; but not when its operator uses it by then', async () => {
		await raised().exec('client', [`iptables-${backend}-restore`], {input: rulesOf(backend).replaceAll(/^.*DOCKER-USER.*\n/gm, ''), mustSucceed: true});
		const without = await harden.picture();
		const trial = await harden.applied();
		expect(await harden.picture()).toContain('-A DOCKER-USER -j VKS-HARDEN');
		process.kill(trial.pid, 'SIGKILL');
		expect(await waitUntil(async () => (await harden.picture()) === without)).toBe(true);
		expect(await harden.order('--apply', '--confirm-within', 'off')).toMatchObject({exitCode: 0});
		await inClient(`iptables-${backend}`, '-I', 'DOCKER-USER', '-s', '192.0.2.1', '-j', 'DROP');
		expect(await harden.order('--undo')).toMatchObject({exitCode: 0});
		const after = await harden.picture();
		expect(after).toContain('-A DOCKER-USER -s 192.0.2.1/32 -j DROP');
		expect(after).toContain('-A FORWARD -j DOCKER-USER');
		expect(after).not.toContain('VKS');
	});

	test('halted, it is taken back by its guard, and says so when it goes on', async () => {
		const applied = await harden.applied('--confirm-within', '15s');
		process.kill(applied.pid, 'SIGSTOP');
		expect(await waitUntil(async () => (await harden.picture()) === before)).toBe(true);
		process.kill(applied.pid, 'SIGCONT');
		expect(await applied.exited).toBe(4);
		expect(await harden.picture()).toBe(before);
	});

	test('two at once: one has its way, and undo takes back all of it', async () => {
		const [first, second] = await Promise.all([harden.order('--apply', '--confirm-within', 'off'), harden.order('--apply', '--confirm-within', 'off')]);
		expect([first.exitCode, second.exitCode]).toContain(0);
		expect(await harden.order('--undo')).toMatchObject({exitCode: 0});
		expect(await harden.picture()).toBe(before);
	});

	test('done again after a start of the host, it is undone once', async () => {
		for (let start = 0; start < 3; start += 1) {
			expect(await harden.order('--apply', '--confirm-within', 'off')).toMatchObject({exitCode: 0});
			if (start === 2) break;
			await raised().exec('client', [`iptables-${backend}-restore`], {input: rulesOf(backend), mustSucceed: true});
			await raised().exec('client', [`ip6tables-${backend}-restore`], {input: '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n', mustSucceed: true});
			if (backend === 'nft') await inClient('nft', 'delete', 'table', 'ip6', 'filter');
		}
		const kept: unknown = JSON.parse(readFileSync(join(harden.folder, 'harden.json'), 'utf8'));
		expect(kept).toMatchObject({undo: [{kind: 'packets'}, {kind: 'packets'}]});
		expect(await harden.order('--undo')).toMatchObject({exitCode: 0});
		expect(await harden.picture()).toBe(before);
	});

	test.runIf(backend === 'nft')('a table of nftables that somebody has under that name is not removed', async () => {
		expect(await harden.order('--apply', '--confirm-within', 'off')).toMatchObject({exitCode: 0});
		await inClient('nft', 'add chain ip6 filter mine { type filter hook input priority 10; policy accept; }');
		expect(await harden.order('--undo')).toMatchObject({exitCode: 0});
		expect((await inClient('nft', 'list', 'table', 'ip6', 'filter')).stdout).toContain('chain mine');
	});

	const exists = (name: string): boolean => {
		try {
			return statSync(join(harden.folder, name)).isFile();
		} catch {
			return false;
		}
	};
});

test('a compose file: patched in place, kept apart from what is in it, and undone to the very bytes', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'vks-compose-'));
	onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
	const path = join(folder, 'compose.yaml');
	const text = '# mine\nservices:\n  db:\n    image: postgres:16   # old\n    environment: {POSTGRES_PASSWORD: c4n4ry-51a2}\n    ports:\n      - "5432:5432"   # for the office\n';
	writeFileSync(path, text, {mode: 0o640});
	const {ino} = statSync(path);
	const harden = hardenIn(raised(), '/nowhere');
	const printed = await harden.order(path);
	expect(printed).toMatchObject({exitCode: 1, stdout: expect.stringContaining('+      - "127.0.0.1:5432:5432"')});
	expect(readFileSync(path, 'utf8')).toBe(text);

	const trial = await harden.applied(path);
	expect(readFileSync(path, 'utf8')).toBe(text.replace('"5432', '"127.0.0.1:5432'));
	expect(readFileSync(join(harden.folder, 'harden-trial.json'), 'utf8') + printed.stdout).not.toContain('c4n4ry');
	process.kill(trial.pid, 'SIGKILL');
	expect(await waitUntil(() => Promise.resolve(readFileSync(path, 'utf8') === text))).toBe(true);

	expect(await harden.order(path, '--apply', '--confirm-within', 'off')).toMatchObject({exitCode: 0});
	expect(await harden.order(path)).toMatchObject({exitCode: 0});
	expect(await harden.order('--undo')).toMatchObject({exitCode: 0});
	expect(readFileSync(path, 'utf8')).toBe(text);
	expect(statSync(path)).toMatchObject({ino});
	expect(statSync(path).mode & 0o777).toBe(0o640);

	// Somebody wrote to it in between: it is theirs now, told once, and in nobody's way.
	expect(await harden.order(path, '--apply', '--confirm-within', 'off')).toMatchObject({exitCode: 0});
	writeFileSync(path, `${readFileSync(path, 'utf8')}# more\n`);
	expect(await harden.order('--undo')).toMatchObject({exitCode: 1, stderr: expect.stringContaining('was changed by somebody else meanwhile')});
	expect(readFileSync(path, 'utf8')).toContain('127.0.0.1:5432');
	expect(await harden.order('--undo')).toMatchObject({exitCode: 0, stdout: expect.stringContaining('nothing to undo')});
	expect(await harden.order(path, '--apply', '--open', '5432')).toMatchObject({exitCode: 0});
});
