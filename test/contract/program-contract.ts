import {readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import type {ProgramWish} from '../../src/kernel/kernel.ts';
import {mostProgramOutput} from '../../src/kernel/program/program.ts';
import {eventually} from '../helpers/eventually.ts';
import type {Bench} from './bench.ts';
import {withBench} from './with-bench.ts';

const wish = (argv: ProgramWish['argv'], more: Partial<ProgramWish> = {}): ProgramWish => ({argv, environment: {PATH: '/usr/bin:/bin'}, user: null, timeoutMs: 20_000, ...more});
const never = new AbortController().signal;

/** What nobody has reaped yet is over all the same. */
function isRunning(pid: number): boolean {
	try {
		return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z');
	} catch {
		return false;
	}
}

export function programContract(makeBench: () => Promise<Bench>): void {
	describe('a program of the operator\'s', () => {
		const bench = withBench(makeBench);
		const run = (...args: Parameters<Bench['kernel']['runProgram']>) => bench().kernel.runProgram(...args);

		test('gets the environment it is given, and nothing of ours', async () => {
			process.env['VKS_TEST_TOKEN'] = 'hunter2';
			const environment = {PATH: '/usr/bin:/bin', VKS_PORT: '51413'};
			const ended = await run(wish(bench().program('environment'), {environment}), never);
			delete process.env['VKS_TEST_TOKEN'];
			expect(ended.kind === 'exited' ? ended.output.trim().split('\n').toSorted() : ended).toEqual(['PATH=/usr/bin:/bin', 'VKS_PORT=51413']);
		});

		test('gets its words as they are, without a shell, and its exit code is told', async () => {
			const [program, ...words] = bench().program('words');
			expect(await run(wish([program, ...words, '$(id)', 'a b', ';']), never)).toEqual({kind: 'exited', code: 3, output: '$(id)\na b\n;\n'});
		});

		test('runs as another user, and as a member of no other group, when that is wished', async () => {
			expect(await run(wish(bench().program('user'), {user: {uid: 65_534, gid: 65_533}}), never)).toEqual({kind: 'exited', code: 0, output: '65534 65533\n'});
		});

		test('that is not there is told as such', async () => {
			expect(await run(wish(['/nonexistent/hook']), never)).toEqual({kind: 'not-started', why: 'there is no such program'});
		});

		test('that says more than anybody reads is read to its end, and the end is kept', async () => {
			const ended = await run(wish(bench().program('flood')), never);
			expect(ended).toMatchObject({kind: 'exited', code: 0});
			const output = 'output' in ended ? ended.output : '';
			expect([output.length, output.slice(-6)]).toEqual([mostProgramOutput, 'x\nend\n']);
		});

		test('that goes on for too long is ended, and whatever it started too', async () => {
			const ended = await run(wish(bench().program('hang'), {timeoutMs: 300}), never);
			expect(ended).toMatchObject({kind: 'timed-out'});
			const child = 'output' in ended ? Number(ended.output) : 0;
			if (child > 0) await eventually(() => expect(isRunning(child)).toBe(false));
		});

		test('that is no longer wanted is ended', async () => {
			const wanted = new AbortController();
			const running = run(wish(bench().program('hang')), wanted.signal);
			setTimeout(() => wanted.abort(), 100);
			expect(await running).toMatchObject({kind: 'killed', signal: 'SIGKILL'});
			expect(await run(wish(bench().program('hang')), wanted.signal)).toEqual({kind: 'not-started', why: 'it was no longer wanted'});
		});
	});
}
