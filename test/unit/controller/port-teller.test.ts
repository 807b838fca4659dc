/** Who is told of the forwarded port: one program at a time, the last port wins, and no failure holds anything up. */
import {mkdirSync, mkdtempSync, existsSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {portFile, type PortFile} from '../../../src/controller/port-file.ts';
import {portForwarding, type PortForwardingDeps} from '../../../src/controller/port-forwarding.ts';
import {createPortTeller} from '../../../src/controller/port-teller.ts';
import type {ProgramEnd} from '../../../src/kernel/kernel.ts';
import {ok} from '../../../src/result.ts';
import {fakeKernel} from '../../fakes/fake-kernel.ts';
import {manualClock} from '../../fakes/manual-clock.ts';
import {configurations, portOf} from '../../helpers/situations.ts';

const fine: ProgramEnd = {kind: 'exited', code: 0, output: 'token hunter2'};
const turn = () => new Promise(resolve => setImmediate(resolve));

function telling(end: () => Promise<ProgramEnd> | ProgramEnd, file: PortFile | null = null) {
	const clock = manualClock(1_800_000_000_000);
	const runs: string[] = [];
	const lines: string[] = [];
	const problems: (string | null)[] = [];
	const teller = createPortTeller({
		hook: ['/hook', '--password', 'hunter2', '{port}'], file, clock,
		runProgram: async ({argv}) => {
			runs.push(argv.at(-1) ?? '');
			return end();
		},
		journal: {write: (_kind, _level, text) => void lines.push(text)},
		note: (slot, problem) => void (slot === 'port-hook' && problems.push(problem?.what ?? null)),
	});
	return {clock, teller, runs, lines, problems};
}

describe('the program', () => {
	test('is run for a port and with 0 for none, one at a time; of what came meanwhile the last is told', async () => {
		const waiting: ((end: ProgramEnd) => void)[] = [];
		const {teller, runs, clock} = telling(() => new Promise(resolve => waiting.push(resolve)));
		teller.tell(portOf(1001));
		for (const port of [portOf(1002), null, portOf(1003)]) teller.tell(port);
		await turn();
		expect(runs).toEqual(['1001']);
		waiting[0]?.(fine);
		clock.pass(10_000);
		await turn();
		expect(runs).toEqual(['1001', '1003']);
		teller.tell(null);
		waiting[1]?.(fine);
		await turn();
		expect(runs).toEqual(['1001', '1003', '0']);
	});

	test('is run for another port after 10 s, for the last of them, and at once when there is none any more', async () => {
		const {teller, runs, clock} = telling(() => fine);
		for (const port of [1001, 1002, 1003]) {
			teller.tell(portOf(port));
			await turn();
		}
		clock.pass(9999);
		await turn();
		expect(runs).toEqual(['1001']);
		clock.pass(1);
		await turn();
		expect(runs).toEqual(['1001', '1003']);
		teller.tell(portOf(1004));
		await turn();
		teller.tell(null);
		await turn();
		expect(runs).toEqual(['1001', '1003', '0']);
	});

	test('is run when the file was written, and without it where its volume is stalled; neither holds up who tells, nor the end for long', async () => {
		const writes: (number | null)[] = [];
		let written = (): void => undefined;
		const file: PortFile = {write: port => {
			writes.push(port);
			return new Promise(resolve => void (written = () => resolve(ok(undefined))));
		}};
		const {teller, runs, clock} = telling(() => fine, file);
		teller.silence();
		for (const port of [portOf(1001), null, portOf(1002)]) teller.tell(port);
		await turn();
		expect([writes, runs]).toEqual([[null], []]);
		written();
		await turn();
		expect([writes, runs]).toEqual([[null, 1002], []]);
		clock.pass(2000);
		await turn();
		expect(runs).toEqual(['1002']);
		let over = false;
		void teller.stop().then(() => void (over = true));
		await turn();
		expect([writes, over]).toEqual([[null, 1002], false]);
		clock.pass(2000);
		await turn();
		expect(over).toBe(true);
	});

	test('that is told again of the same port, after another one came and went, is not run for it', async () => {
		const waiting: ((end: ProgramEnd) => void)[] = [];
		const {teller, runs} = telling(() => new Promise(resolve => waiting.push(resolve)));
		for (const port of [portOf(1001), null, portOf(1001)]) teller.tell(port);
		waiting[0]?.(fine);
		await turn();
		expect(runs).toEqual(['1001']);
	});

	test.each([
		[{kind: 'exited', code: 3, output: 'hunter2'}, 'ended with exit code 3'],
		[{kind: 'killed', signal: 'SIGTERM', output: 'hunter2'}, 'was ended by SIGTERM'],
		[{kind: 'timed-out', output: 'hunter2'}, 'did not end within 20 s, and was killed'],
		[{kind: 'not-started', why: 'there is no such program'}, 'could not be started: there is no such program'],
	] as const)('that fails is a problem until it does not, without its words and what it said: %o', async (end, why) => {
		let now: ProgramEnd = end;
		const {teller, lines, problems, clock} = telling(() => now);
		teller.tell(portOf(1001));
		await turn();
		expect([lines, problems]).toEqual([[`/hook was to be told of port 1001, and ${why}.`], [`/hook was to be told of port 1001, and ${why}.`]]);
		now = fine;
		clock.pass(10_000);
		teller.tell(portOf(1002));
		await turn();
		expect([lines.at(-1), problems.at(-1)]).toEqual(['/hook was told of port 1002.', null]);
		expect(JSON.stringify([lines, problems])).not.toContain('hunter2');
	});

	test('is not run any more once vks ends', async () => {
		const {teller, runs} = telling(() => fine);
		await teller.stop();
		teller.tell(null);
		await turn();
		expect(runs).toEqual([]);
	});
});

describe('the file', () => {
	const folder = mkdtempSync(join(tmpdir(), 'vks-port-'));
	afterAll(() => rmSync(folder, {recursive: true}));

	test('holds the port and a new line, for everybody to read, and is not there without one', async () => {
		const path = join(folder, 'sub', 'port');
		const file = portFile(path);
		expect(await file.write(portOf(51_413))).toEqual({ok: true, value: undefined});
		expect([readFileSync(path, 'utf8'), (statSync(path).mode & 0o777).toString(8)]).toEqual(['51413\n', '644']);
		expect([(await file.write(portOf(7))).ok, readFileSync(path, 'utf8')]).toEqual([true, '7\n']);
		expect([(await file.write(null)).ok, existsSync(path)]).toEqual([true, false]);
		expect((await file.write(null)).ok).toBe(true);
	});

	test('that cannot be written is a problem that says so', async () => {
		const path = join(folder, 'taken');
		mkdirSync(path);
		expect(await portFile(path).write(portOf(7))).toMatchObject({ok: false, error: {code: 'port-told', stillBlocking: true, what: expect.stringContaining(path) as unknown}});
		expect(await portFile(path).write(null)).toMatchObject({ok: false});
	});

	test.each(['another text\n', '', '123', '1234567\n'])('that holds %j is somebody else\'s, and is neither replaced nor removed', async text => {
		const path = join(folder, 'foreign');
		writeFileSync(path, text);
		for (const port of [portOf(7), null]) {
			expect(await portFile(path).write(port)).toMatchObject({ok: false, error: {code: 'port-told', what: expect.stringContaining(`${path} is there and is no port that vks wrote`) as unknown}});
		}
		expect(readFileSync(path, 'utf8')).toBe(text);
	});

	test('that is a link, or is to be written beside what is somebody else\'s, is left', async () => {
		const [link, path] = [join(folder, 'link'), join(folder, 'beside')];
		writeFileSync(`${path}.next`, 'mine');
		symlinkSync(`${path}.next`, link);
		expect([await portFile(link).write(null), await portFile(path).write(portOf(7))]).toMatchObject([{ok: false}, {ok: false}]);
		expect([readFileSync(link, 'utf8'), existsSync(path)]).toEqual(['mine', false]);
		// What an earlier vks had not finished.
		writeFileSync(`${path}.next`, '51');
		expect([await portFile(path).write(portOf(7)), readFileSync(path, 'utf8')]).toEqual([ok(undefined), '7\n']);
	});

	test('is left alone while nothing is forwarded', async () => {
		const path = join(folder, 'off');
		writeFileSync(path, '51413\n');
		for (const [by, left] of [['off', true], ['nat-pmp', false]] as const) {
			const ports = portForwarding({
				...({engine: () => ({machine: () => ({state: {kind: 'blocked'}}), live: () => null})} as unknown as Pick<PortForwardingDeps, 'engine'>),
				config: {...configurations.minimal, portForward: {by, gateway: null, hook: null, file: path}}, clock: manualClock(0),
				kernel: fakeKernel(), journal: {write: () => undefined}, apply: async () => ok(undefined), changed: () => undefined, note: () => undefined,
			});
			ports.start();
			await ports.stop();
			expect([by, existsSync(path)]).toEqual([by, left]);
		}
	});
});
