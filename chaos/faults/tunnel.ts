/** What somebody does to the tunnel's device and to the process behind it. */
import {setTimeout as sleep} from 'node:timers/promises';
import {wireguardIn} from '../../test/helpers/tunnel-usage.ts';
import {byExit, type Fault} from '../fault.ts';
import type {Stage} from '../stage.ts';

const base = {touches: 'tunnel', changesKernel: true, expectJournal: ['tunnel', 'state', 'network']} as const;
/** A switch moves it to the other slot. */
const device = (stage: Stage): string => stage.daemon().snapshot().tunnel?.interface ?? stage.lab.description.interfaces.tunnel;

const link = (name: string, weight: number, argv: (name: string) => readonly string[]): Fault => ({
	...base, name, weight,
	apply: async stage => ({effect: byExit(await stage.client('ip', ...argv(device(stage))))}),
});

const processOf = (stage: Stage): number | undefined => wireguardIn(stage.lab.description.namespaces.client)[0]?.pid;

export const tunnelFaults: readonly Fault[] = [
	link('tunnel down', 3, name => ['link', 'set', name, 'down']),
	{
		...base, name: 'tunnel down and up', weight: 2,
		apply: async (stage, dice) => {
			const down = await stage.client('ip', 'link', 'set', device(stage), 'down');
			await sleep(dice.between(0, 300));
			await stage.client('ip', 'link', 'set', device(stage), 'up');
			return {effect: byExit(down)};
		},
	},
	link('tunnel deleted', 3, name => ['link', 'delete', name]),
	link('tunnel renamed', 2, name => ['link', 'set', name, 'name', 'stray0']),
	link('tunnel without addresses', 2, name => ['address', 'flush', 'dev', name]),
	{
		...base, name: 'kill -9 of wireguard-go', weight: 3,
		apply: async stage => {
			const pid = processOf(stage);
			if (pid === undefined) return {effect: 'nothing'};
			process.kill(pid, 'SIGKILL');
			return {effect: 'changed'};
		},
	},
	{
		...base, name: 'wireguard-go stopped', weight: 1, changesKernel: false, expectJournal: [],
		apply: async (stage, dice) => {
			const pid = processOf(stage);
			if (pid === undefined) return {effect: 'nothing'};
			process.kill(pid, 'SIGSTOP');
			await sleep(dice.between(100, 4_000));
			stage.signal(pid, 'SIGCONT');
			return {effect: 'changed'};
		},
	},
];
