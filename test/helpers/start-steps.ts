/** Ends a starting daemon at chosen moments: after so many milliseconds, or at one of its ruleset commits as seen from outside. */
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Lab} from '../../lab/lab.ts';
import {waitUntil, type Running} from '../../lab/processes.ts';
import {repositoryFolder} from '../../lab/program.ts';
import {spawnDaemon, type DaemonOptions} from './daemon.ts';
import {wireguardIn} from './tunnel-usage.ts';

export async function killAfter(lab: Lab, delayMs: number, options: DaemonOptions = {}): Promise<void> {
	const running = spawnDaemon(lab, options);
	await sleep(delayMs);
	await running.stop('SIGKILL');
}

export interface CommitWatch {
	/** Resolves at a daemon's commit of that number; false when there was none within the deadline. */
	reached(daemon: Running, commit: number, deadlineMs: number): Promise<boolean>;
	stop(): Promise<void>;
}

/** `nft monitor` names the process of every generation. */
export async function watchCommits(lab: Lab): Promise<CommitWatch> {
	const monitor = lab.spawn('client', ['nft', 'monitor'], {stdout: 'pipe'});
	const commits = new Map<number, number>();
	const listeners = new Set<() => void>();
	const rest = {text: ''};
	monitor.child.stdout?.on('data', (chunk: Buffer) => {
		const lines = `${rest.text}${chunk.toString()}`.split('\n');
		rest.text = lines.pop() ?? '';
		for (const line of lines) {
			const pid = Number(/^# new generation \d+ by process (\d+)/.exec(line)?.[1] ?? 0);
			if (pid > 0) commits.set(pid, (commits.get(pid) ?? 0) + 1);
		}
		for (const listener of listeners) listener();
	});
	// It listens once it shows what was done after it began.
	await waitUntil(async () => {
		await lab.exec('client', ['nft', 'add table ip heard; delete table ip heard']);
		return commits.size > 0;
	});
	return {
		reached: ({pid, exited}, commit, deadlineMs) =>
			new Promise(resolve => {
				const finish = (found: boolean): void => {
					clearTimeout(timer);
					listeners.delete(check);
					resolve(found);
				};
				const check = (): void => {
					if ((commits.get(pid) ?? 0) >= commit) finish(true);
				};
				const timer = setTimeout(() => finish(false), deadlineMs);
				listeners.add(check);
				void exited.then(() => finish(false));
				check();
			}),
		stop: () => monitor.stop('SIGKILL'),
	};
}

/** What a container's entrypoint does before anything else runs: that entrypoint. */
export const loadBootTable = (lab: Lab): Promise<unknown> => lab.exec('client', [join(repositoryFolder, 'container/entrypoint'), 'true'], {mustSucceed: true});

/** As if no daemon had ever run, under the cover of the boot table: no tables, rules, routes, tunnel or intent of ours; main's default is back. */
export async function makeCold(lab: Lab): Promise<void> {
	const {addresses, folders, namespaces} = lab.description;
	await loadBootTable(lab);
	const lines = [
		'nft delete table inet vks; nft delete table netdev vks',
		...['-4', '-6'].flatMap(family => [
			...[100, 101, 200, 300].map(priority => `ip ${family} rule del pref ${priority}`),
			...[51820, 51821].map(table => `ip ${family} route flush table ${table}`),
		]),
		`ip route replace default via ${addresses.gateway.ipv4} dev eth0; ip -6 route replace default via ${addresses.gateway.ipv6} dev eth0`,
		`rm -f ${folders.daemonState}/intent.json`,
	];
	await lab.exec('client', ['sh', '-c', lines.join('\n')]);
	for (const {pid} of wireguardIn(namespaces.client)) process.kill(pid, 'SIGKILL');
}
