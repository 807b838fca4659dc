/** A process by its number and when it was started (proc_pid_stat(5), field 22): the number alone may be another's later. */
import {smallFileOrNull} from '../../small-file.ts';

export function processName(pid: number): string {
	const after = (smallFileOrNull(`/proc/${pid}/stat`) ?? '').split(')').at(-1)?.trim().split(' ') ?? [];
	return `${pid} ${after[19] ?? ''}`;
}

export const isAlive = (name: string): boolean => {
	const [pid = ''] = name.split(' ');
	const state = stateOf(pid);
	return state !== undefined && state !== 'Z' && state !== 'X' && processName(Number(pid)) === name;
};

const stateOf = (pid: string): string | undefined => (smallFileOrNull(`/proc/${pid}/stat`) ?? '').split(')').at(-1)?.trim()[0];

/** By a signal: it does nothing until somebody lets it go on. */
export const isStopped = (name: string): boolean => ['T', 't'].includes(stateOf(name.split(' ')[0] ?? '') ?? '');
