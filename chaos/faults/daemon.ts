/** The controller itself: killed, stopped, asked for things, its clock moved. */
import {setTimeout as sleep} from 'node:timers/promises';
import {spawnDaemon} from '../../test/helpers/daemon.ts';
import type {Fault} from '../fault.ts';

const base = {touches: 'daemon', changesKernel: false, expectJournal: []} as const;
const dayMs = 86_400_000;

export const daemonFaults: readonly Fault[] = [
	{
		...base, name: 'kill -9 of the controller', weight: 4, endsOwner: true, expectJournal: ['daemon'],
		apply: async (stage, dice) => {
			await stage.kill();
			const downMs = dice.between(0, 3_000);
			return {effect: 'changed', detail: `restarted after ${downMs} ms`, undo: async () => {
				await sleep(downMs);
				await stage.restart();
			}};
		},
	},
	{
		...base, name: 'controller stopped', weight: 3,
		apply: async (stage, dice) => {
			const {pid} = stage.daemon().process;
			process.kill(pid, 'SIGSTOP');
			const stoppedMs = dice.between(100, 4_000);
			return {effect: 'changed', detail: `${stoppedMs} ms`, undo: async () => {
				await sleep(stoppedMs);
				stage.signal(pid, 'SIGCONT');
			}};
		},
	},
	{
		...base, name: 'second controller', weight: 1,
		apply: async ({lab}) => {
			const second = spawnDaemon(lab);
			const code = await second.exited;
			if (code === 0) throw new Error('a second daemon on the same run folder ended as if all were well');
			return {effect: 'refused'};
		},
	},
	{
		...base, name: 'clock jump', weight: 2,
		apply: async (stage, dice) => {
			const jumpMs = dice.pick([-dayMs, -60_000, -5_000, 5_000, 60_000, dayMs]);
			await stage.setClock(jumpMs);
			return {effect: 'changed', detail: `${jumpMs} ms`, undo: () => stage.setClock(0)};
		},
	},
	{
		...base, name: 'switch', weight: 3, touches: 'engine', expectJournal: ['command'],
		apply: async (stage, dice) => stage.tell({do: 'switch', server: dice.pick(['se-sto-1', 'se-sto-1-v6', 'ch-zrh-1', 'ch-zrh-2'])}),
	},
	{
		...base, name: 'reconnect', weight: 2, touches: 'engine', expectJournal: ['command'],
		apply: async stage => stage.tell({do: 'reconnect'}),
	},
	{
		...base, name: 'lockdown', weight: 2, touches: 'engine', expectJournal: ['state'],
		apply: async stage => {
			const applied = await stage.tell({do: 'lockdown', reason: 'chaos'});
			return {...applied, undo: () => stage.tell({do: 'lift', word: 'lift'})};
		},
	},
	{
		...base, name: 'commands at once', weight: 2, touches: 'engine', expectJournal: ['command'],
		apply: async (stage, dice) => {
			const servers = ['se-sto-1', 'ch-zrh-1', 'ch-zrh-2'] as const;
			await Promise.all(Array.from({length: 6}, () => stage.tell(dice.chance(0.5) ? {do: 'reconnect'} : {do: 'switch', server: dice.pick(servers)})));
			return {effect: 'changed'};
		},
	},
];
