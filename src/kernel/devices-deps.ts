/** What devices need from outside: the kernel's tools, the clock, the file system. Tests replace any of it. */
import {constants, readFileSync} from 'node:fs';
import {access, chmod, open, readdir, readFile, readlink, rm, unlink} from 'node:fs/promises';
import {delimiter, join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {childEnvironment, runCommand, type Run} from './devices-run.ts';
import {startProcess, type StartProcess} from './devices-process.ts';
import {openChannel, type OpenChannel} from './line-channel.ts';
import {speakUapi, uapiPath, type Uapi} from './wireguard-uapi.ts';
import {makeFolderAside} from '../make-folder.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {ProcessEntry} from './devices-leftover.ts';

export interface DeviceDeps {
	readonly run: Run;
	readonly start: StartProcess;
	readonly uapi: Uapi;
	readonly now: () => number;
	readonly wait: (ms: number) => Promise<void>;
	/** Whether /dev/net/tun can be opened. */
	readonly tun: () => Promise<'ready' | 'missing' | 'refused'>;
	/** Whether a link of this name would take IPv6 addresses. */
	readonly ipv6: (name: InterfaceName) => Promise<boolean>;
	readonly removeSocket: (name: InterfaceName) => Promise<void>;
	/** The absolute path of a program, where it is installed. */
	readonly findProgram: (name: string) => Promise<string | null>;
	/** A folder for nobody but us, made where it is absent, and without a socket of that name. */
	readonly socketIn: (folder: string, name: string) => Promise<string>;
	readonly channel: OpenChannel;
	/** /proc/net/dev of this network namespace. */
	readonly linkCounters: () => string;
	/** The wireguard-go and openvpn processes of this network namespace. */
	readonly processes: () => Promise<readonly ProcessEntry[]>;
	readonly kill: (pid: number) => void;
}

export const realDeps: DeviceDeps = {
	run: runCommand,
	start: startProcess,
	uapi: speakUapi,
	now: () => Date.now(),
	wait: async ms => {
		await sleep(ms);
	},
	tun: openTun,
	ipv6: async name => readFile(`/proc/sys/net/ipv6/conf/${name}/disable_ipv6`, 'utf8').then(text => text.trim() === '0', () => false),
	removeSocket: async name => unlink(uapiPath(name)).catch(() => undefined),
	findProgram,
	socketIn,
	channel: openChannel,
	linkCounters: () => readFileSync('/proc/self/net/dev', 'utf8'),
	processes: readProcesses,
	kill: pid => {
		try {
			process.kill(pid, 'SIGKILL');
		} catch {
			// It ended by itself.
		}
	},
};

/** Docker makes the file absent, or present and forbidden to open (the devices cgroup). */
async function openTun(): Promise<'ready' | 'missing' | 'refused'> {
	try {
		const file = await open('/dev/net/tun', constants.O_RDWR | constants.O_NONBLOCK);
		await file.close();
		return 'ready';
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? error.code : '';
		return code === 'EPERM' || code === 'EACCES' ? 'refused' : 'missing';
	}
}

async function findProgram(name: string): Promise<string | null> {
	for (const folder of (childEnvironment()['PATH'] ?? '').split(delimiter)) {
		const path = join(folder, name);
		if (folder.startsWith('/') && (await access(path, constants.X_OK).then(() => true, () => false))) return path;
	}
	return null;
}

async function socketIn(folder: string, name: string): Promise<string> {
	await makeFolderAside(folder, 0o700);
	await chmod(folder, 0o700);
	const path = join(folder, name);
	await rm(path, {force: true});
	return path;
}

async function readProcesses(): Promise<readonly ProcessEntry[]> {
	const own = await readlink('/proc/self/ns/net').catch(() => '');
	const pids = (await readdir('/proc').catch(() => [])).filter(name => /^\d+$/.test(name));
	const found = await Promise.all(
		pids.map(async pid => {
			const comm = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
			if (!['wireguard-go', 'openvpn'].includes(comm.trim()) || (await readlink(`/proc/${pid}/ns/net`).catch(() => 'gone')) !== own) return [];
			const argv = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0').filter(word => word !== '');
			return [{pid: Number(pid), argv}];
		}),
	);
	return found.flat();
}
