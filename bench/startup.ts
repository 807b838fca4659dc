/** How long a person waits after Enter: each program against a bare `node -e 0`, in turns. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {nodeExecutable} from '../lab/program.ts';
import {timeToFrame} from './console.ts';
import {figure, ratio, type Report} from './report.ts';
import {program, withScene} from './scene.ts';

const rounds = 24;
const consoleRounds = 15;

export const startup = (signal: AbortSignal): Promise<Report> =>
	withScene({signal}, async ({lab}) => {
		const {environment} = lab.description;
		const node = nodeExecutable();
		const toExit = async (...args: readonly string[]): Promise<number> => {
			const startedMs = performance.now();
			const child = spawn(node, args, {stdio: ['ignore', 'pipe', 'inherit'], env: {...process.env, ...environment}});
			child.stdout.resume();
			const [code] = await once(child, 'exit');
			if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
			return performance.now() - startedMs;
		};
		const times: Record<'bare' | 'status' | 'lockdown' | 'console' | 'bareBeside', number[]> = {bare: [], status: [], lockdown: [], console: [], bareBeside: []};
		// The console while the tunnel stands: its first frame must say so. The lockdown comes after, and stays.
		for (let round = 0; round < consoleRounds; round += 1) {
			signal.throwIfAborted();
			times.bareBeside.push(await toExit('-e', '0'));
			times.console.push(await timeToFrame([node, program('vks-tui.js')], environment, ['CONNECTED', 'PROVEN']));
		}
		for (let round = 0; round < rounds; round += 1) {
			signal.throwIfAborted();
			times.bare.push(await toExit('-e', '0'));
			times.status.push(await toExit(program('vks.js'), 'status'));
			times.lockdown.push(await toExit(program('vks.js'), 'lockdown'));
		}
		return {
			name: 'startup',
			title: 'from the start of the process to its end, or to the console\'s first frame with state and proof from the daemon',
			figures: [
				figure('node -e 0', times.bare),
				figure('vks status', times.status),
				figure('vks lockdown', times.lockdown),
				figure('node -e 0 beside the console', times.bareBeside),
				figure('vks-tui to CONNECTED and PROVEN', times.console),
			],
			findings: [
				ratio('vks status / node -e 0', times.status, times.bare, {atMost: 2.5}),
				ratio('vks lockdown / node -e 0', times.lockdown, times.bare, {atMost: 2.5}),
				ratio('vks-tui / node -e 0', times.console, times.bareBeside, {atMost: 6}),
				ratio('vks-tui / node -e 0, wished for', times.console, times.bareBeside, {atMost: 4}),
			],
			notes: [],
		};
	});
