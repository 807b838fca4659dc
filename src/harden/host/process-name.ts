/** A process by its number and when it was started: the number alone may be another's later. */
import {parseProcessStat, type ProcessStat} from '../../process-stat.ts';
import {smallFileOrNull} from '../../small-file.ts';

export const processName = (pid: number): string => nameOf(pid, statOf(pid));

export const isAlive = (name: string): boolean => {
	const stat = sameStat(name);
	return stat !== null && stat.state !== 'Z' && stat.state !== 'X';
};

/** By a signal: it does nothing until somebody lets it go on. */
export const isStopped = (name: string): boolean => ['T', 't'].includes(sameStat(name)?.state ?? '');

const statOf = (pid: number): ProcessStat | null => parseProcessStat(smallFileOrNull(`/proc/${pid}/stat`));
const nameOf = (pid: number, stat: ProcessStat | null): string => `${pid} ${stat?.started ?? ''}`;

/** Null where it is gone, and another has its number. */
function sameStat(name: string): ProcessStat | null {
	const pid = Number(name.split(' ')[0]);
	const stat = statOf(pid);
	return nameOf(pid, stat) === name ? stat : null;
}
