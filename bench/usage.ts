/** What a process has used, from /proc. */
import {readFileSync} from 'node:fs';
import {processesInside} from '../lab/processes.ts';

/** Clock ticks a second, in /proc/PID/stat: the same on every Linux that Node runs on. */
const ticksPerSecond = 100;

export interface Usage {
	/** Of the process alone. */
	readonly ownSeconds: number;
	/** Of the children it has waited for. */
	readonly childSeconds: number;
	readonly residentMb: number;
}

/** Fields 14 to 17; the second may hold spaces and parentheses (proc_pid_stat(5)). */
export function parseTimes(stat: string): Pick<Usage, 'ownSeconds' | 'childSeconds'> {
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number);
	const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
	return {ownSeconds: (user + system) / ticksPerSecond, childSeconds: (childUser + childSystem) / ticksPerSecond};
}

export function usageOf(pid: number): Usage {
	const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
	return {...parseTimes(readFileSync(`/proc/${pid}/stat`, 'utf8')), residentMb: Number(resident) / 1024};
}

/** Live children, such as a wireguard-go; their time is not in the parent's before they end. */
export function childrenOf(parent: number, namespace: string): readonly number[] {
	return processesInside([namespace]).flatMap(({pid}) => {
		try {
			return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) === parent ? [pid] : [];
		} catch {
			return [];
		}
	});
}
