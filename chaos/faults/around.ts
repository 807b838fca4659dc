/** What surrounds the controller: its socket, its disk, the resolver file, the packet log, the way to the servers. */
import {chmodSync, existsSync, readFileSync, rmSync, unlinkSync, writeFileSync} from 'node:fs';
import {connect} from 'node:net';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {controlSocketName} from '../../src/control/paths.ts';
import type {Dice} from '../dice.ts';
import type {Fault} from '../fault.ts';
import type {Stage} from '../stage.ts';

const base = {changesKernel: false, expectJournal: []} as const;

/** Says things and hangs up, or hangs on for a while. Errors are the daemon's right. */
function pester({lab}: Stage, {say, holdMs}: {readonly say: Buffer | string; readonly holdMs: number}): Promise<void> {
	return new Promise(resolve => {
		const socket = connect(join(lab.description.folders.run, controlSocketName));
		socket.on('error', () => undefined);
		socket.resume();
		socket.once('close', () => resolve());
		socket.once('connect', () => socket.write(say));
		setTimeout(() => socket.destroy(), holdMs);
	});
}

const noise = (dice: Dice, bytes: number): Buffer => Buffer.from(Array.from({length: bytes}, () => dice.between(0, 255)));

const resolvConf = ({lab}: Stage): string => lab.description.folders.resolvConf;
const filler = ({lab}: Stage): string => join(lab.description.folders.daemonState, 'filler');

/** Whole pages, then single bytes, until there is no room for either. */
function fill(path: string): void {
	for (const bytes of [4_096, 1]) {
		try {
			for (;;) writeFileSync(path, Buffer.alloc(bytes, 'x'), {flag: 'a'});
		} catch {
			// Full, which is what was wanted.
		}
	}
}

export const aroundFaults: readonly Fault[] = [
	{
		...base, touches: 'socket', name: 'garbage on the socket', weight: 2,
		apply: async (stage, dice) => {
			const said = [noise(dice, 4_096), '{"type":"command","id":1,"command":{"do":"lift"', `{"type":"subscribe","id":1,"topics":${'['.repeat(2_000)}\n`, `${'x'.repeat(200_000)}\n`, '\n\n\n{}\n[]\nnull\n'];
			await Promise.all(said.map(say => pester(stage, {say, holdMs: dice.between(10, 800)})));
			return {effect: 'changed'};
		},
	},
	{
		...base, touches: 'socket', name: 'many connections', weight: 2,
		apply: async (stage, dice) => {
			await Promise.all(Array.from({length: 150}, () => pester(stage, {say: dice.chance(0.5) ? '{"ty' : '{"type":"subscribe","id":1,"topics":["snapshot","drops","journal"]}\n', holdMs: dice.between(10, 1_000)})));
			return {effect: 'changed'};
		},
	},
	{
		...base, touches: 'socket', name: 'refused packets in a burst', weight: 2,
		apply: async stage => {
			await stage.burst();
			return {effect: 'changed'};
		},
	},
	{
		...base, touches: 'files', name: 'disk full', weight: 2,
		apply: async (stage, dice) => {
			fill(filler(stage));
			if (dice.chance(0.6)) await stage.tell({do: 'switch', server: dice.pick(['se-sto-1', 'ch-zrh-2'])});
			return {effect: 'changed', undo: async () => rmSync(filler(stage), {force: true})};
		},
	},
	{
		...base, touches: 'files', name: 'resolv.conf edited', weight: 2,
		apply: async stage => {
			writeFileSync(resolvConf(stage), 'nameserver 203.0.113.54\n');
			return {effect: 'changed'};
		},
	},
	{
		...base, touches: 'files', name: 'resolv.conf removed', weight: 1,
		apply: async stage => {
			const path = resolvConf(stage);
			if (!existsSync(path)) return {effect: 'nothing'};
			const text = readFileSync(path);
			unlinkSync(path);
			return {effect: 'changed', undo: async () => (existsSync(path) ? undefined : writeFileSync(path, text))};
		},
	},
	{
		...base, touches: 'files', name: 'resolv.conf read-only', weight: 1,
		apply: async stage => {
			const path = resolvConf(stage);
			if (!existsSync(path)) return {effect: 'nothing'};
			chmodSync(path, 0o444);
			// Root writes past the mode; the immutable flag it does not, where the file system has one.
			await stage.run('chattr', '+i', path);
			await stage.tell({do: 'reconnect'});
			return {effect: 'changed', undo: async () => {
				await stage.run('chattr', '-i', path);
				chmodSync(path, 0o644);
			}};
		},
	},
	{
		...base, touches: 'weather', name: 'endpoint blackholed', weight: 2,
		apply: async ({lab}, dice) => {
			const servers = dice.chance(0.5) ? (['s1', 's2'] as const) : ([dice.pick(['s1', 's2'] as const)] as const);
			for (const server of servers) await lab.blackhole(server);
			const heldMs = dice.between(200, 6_000);
			return {effect: 'changed', detail: `${servers.join(' and ')} for ${heldMs} ms`, undo: async () => {
				await sleep(heldMs);
				for (const server of servers) await lab.restore(server);
			}};
		},
	},
];
