/** What a tunnel costs: bytes sent into it, and the processor time of the process behind it and of the daemon. */
import {readFileSync} from 'node:fs';
import type {Lab} from '../../lab/lab.ts';
import {processesInside} from '../../lab/processes.ts';
import type {Daemon} from './daemon.ts';

export interface Usage {
	readonly atMs: number;
	readonly txBytes: number;
	/** The rest is in clock ticks. */
	readonly daemonPid: number;
	readonly daemon: number;
	/** By pid; under the daemon's own, what its children used that have ended. */
	readonly tunnel: ReadonlyMap<number, number>;
}

export interface Used {
	readonly txBytesPerSecond: number;
	readonly tunnelCores: number;
	readonly daemonCores: number;
}

interface Watched {
	readonly lab: Lab;
	readonly daemon: Daemon;
}

interface Ticks {
	readonly name: string;
	readonly own: number;
	/** Of children that have ended and were waited for. */
	readonly children: number;
}

const ticksPerSecond = 100;
const txBytesField = 8;

export async function readUsage({lab, daemon}: Watched): Promise<Usage> {
	const {namespaces, interfaces} = lab.description;
	const {stdout} = await lab.exec('client', ['cat', '/proc/net/dev']);
	const line = stdout.split('\n').find(text => [`${interfaces.tunnel}:`, `${interfaces.tunnel}b:`].some(name => text.trim().startsWith(name)));
	const fields = line?.slice(line.indexOf(':') + 1).trim().split(/\s+/) ?? [];
	const {pid} = daemon.process;
	const own = ticksOf(pid);
	const live = tunnelsIn(namespaces.client).map(({pid: process, ticks}) => [process, ticks.own] as const);
	return {
		atMs: performance.now(),
		txBytes: Number(fields[txBytesField] ?? 0),
		daemonPid: pid,
		daemon: own?.own ?? 0,
		tunnel: new Map([...live, [pid, own?.children ?? 0]]),
	};
}

export async function usedSince(watched: Watched, before: Usage): Promise<Used> {
	const after = await readUsage(watched);
	const seconds = (after.atMs - before.atMs) / 1000;
	const sameDaemon = after.daemonPid === before.daemonPid;
	const sum = (ticks: Iterable<number>): number => [...ticks].reduce((total, one) => total + one, 0);
	// A process that the daemon replaced has become time of its children; one that outlived its daemon is nobody's.
	const earlier = [...before.tunnel].filter(([pid]) => sameDaemon || after.tunnel.has(pid)).map(([, ticks]) => ticks);
	const cores = (ticks: number): number => Math.round((ticks / ticksPerSecond / seconds) * 100) / 100;
	// A new device counts from nothing again.
	const txBytes = after.txBytes >= before.txBytes ? after.txBytes - before.txBytes : after.txBytes;
	return {txBytesPerSecond: Math.round(txBytes / seconds), tunnelCores: cores(sum(after.tunnel.values()) - sum(earlier)), daemonCores: cores(after.daemon - (sameDaemon ? before.daemon : 0))};
}

/** The processes behind a namespace's tunnels; none with kernel WireGuard. */
export function tunnelsIn(namespace: string): readonly {readonly pid: number; readonly ticks: Ticks}[] {
	return processesInside([namespace]).flatMap(({pid}) => {
		const ticks = ticksOf(pid);
		return ticks?.name === 'wireguard-go' || ticks?.name === 'openvpn' ? [{pid, ticks}] : [];
	});
}

/** Fields 14 to 17 of /proc/PID/stat; null when it is gone. */
function ticksOf(pid: number): Ticks | null {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
		const end = stat.lastIndexOf(')');
		const [user = 0, system = 0, childUser = 0, childSystem = 0] = stat.slice(end + 2).split(' ').slice(11, 15).map(Number);
		return {name: stat.slice(stat.indexOf('(') + 1, end), own: user + system, children: childUser + childSystem};
	} catch {
		return null;
	}
}

export const wireguardIn = (namespace: string) => tunnelsIn(namespace).filter(({ticks}) => ticks.name === 'wireguard-go');
export const openvpnIn = (namespace: string) => tunnelsIn(namespace).filter(({ticks}) => ticks.name === 'openvpn');
