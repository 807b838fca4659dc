/** A machine without a kernel: commands, processes, sockets and time do as they are told, and what was asked is kept. */
import {ok} from '../../../src/result.ts';
import type {DeviceDeps} from '../../../src/kernel/devices-deps.ts';
import type {Input, RunOutcome} from '../../../src/kernel/devices-run.ts';
import {parseInterfaceName, type InterfaceName} from '../../../src/net/interface-name.ts';

export function nameOf(text: string): InterfaceName {
	const name = parseInterfaceName(text);
	if (name === null) throw new Error(text);
	return name;
}

export const done = (output = ''): RunOutcome => ({code: 0, output, error: '', missing: false});
export const failed = (error: string): RunOutcome => ({code: 2, output: '', error, missing: false});
export const absent: RunOutcome = {code: null, output: '', error: 'spawn ENOENT', missing: true};

export const linkOf = (kind: string | null): string => JSON.stringify([{ifname: 'vks0', linkinfo: kind === null ? undefined : {info_kind: kind}}]);

export interface FakeMachine {
	readonly deps: DeviceDeps;
	readonly commands: {readonly line: string; readonly input: Input | undefined}[];
	readonly requests: string[];
	readonly signals: string[];
	/** Ends the running wireguard-go. */
	endProcess(status: number | string): void;
}

/** `answers`: by the start of a command line; what is not named succeeds with nothing to say. */
export function fakeMachine(answers: Readonly<Record<string, RunOutcome>> = {}, replaced: Partial<DeviceDeps> = {}): FakeMachine {
	const commands: {readonly line: string; readonly input: Input | undefined}[] = [];
	const requests: string[] = [];
	const signals: string[] = [];
	const world = {now: 0, running: false};
	const end = Promise.withResolvers<number | string>();
	const endProcess = (status: number | string): void => {
		world.running = false;
		end.resolve(status);
	};
	const answerFor = (line: string): RunOutcome => Object.entries(answers).find(([start]) => line.startsWith(start))?.[1] ?? defaultAnswer(line, world.running);
	const deps: DeviceDeps = {
		run: async (argv, input) => {
			const line = argv.join(' ');
			commands.push({line, input});
			return answerFor(line);
		},
		start: async argv => {
			commands.push({line: argv.join(' '), input: undefined});
			world.running = true;
			return ok({
				pid: 7,
				exited: end.promise,
				kill: signal => {
					signals.push(signal);
					endProcess(signal);
				},
				lastWords: () => '',
			});
		},
		uapi: async (_name, request) => {
			requests.push(request);
			return world.running ? ok('errno=0\n\n') : {ok: false, error: 'nobody'};
		},
		now: () => world.now,
		wait: async ms => {
			world.now += ms;
			await Promise.resolve();
		},
		tun: async () => 'ready',
		ipv6: async () => true,
		removeSocket: async () => undefined,
		findProgram: async program => `/usr/sbin/${program}`,
		socketIn: async (folder, socket) => `${folder}/${socket}`,
		channel: async () => ({ok: false, error: 'nobody'}),
		linkCounters: () => '',
		processes: async () => [],
		kill: pid => {
			signals.push(`kill ${pid}`);
		},
		...replaced,
	};
	return {deps, commands, requests, signals, endProcess};
}

function defaultAnswer(line: string, running: boolean): RunOutcome {
	if (line.startsWith('ip -j')) return running ? done(linkOf('tun')) : failed('Device "vks0" does not exist.');
	return line.startsWith('ip link add') ? failed('Error: Unknown device type.') : done();
}
