/** A process by its number and when it was started (proc_pid_stat(5), field 22): the number alone may be another's later. */
import {smallFileOrNull} from '../../small-file.ts';

export function processName(pid: number): string {
	const after = (smallFileOrNull(`/proc/${pid}/stat`) ?? '').split(')').at(-1)?.trim().split(' ') ?? [];
	return `${pid} ${after[19] ?? ''}`;
}

export const isAlive = (name: string): boolean => {
	const [pid = ''] = name.split(' ');
	const state = (smallFileOrNull(`/proc/${pid}/stat`) ?? '').split(')').at(-1)?.trim()[0];
	return state !== undefined && state !== 'Z' && state !== 'X' && processName(Number(pid)) === name;
};
