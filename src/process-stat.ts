/** /proc/PID/stat (proc_pid_stat(5)), whose second field stands in parentheses and may hold any character. Pure. */

export interface ProcessStat {
	/** `R`, `S`, `T`, `Z` and so on. */
	readonly state: string;
	/** 0 for a process of nobody. */
	readonly parent: number;
	/** Field 22, in ticks since the host's start: no two processes of one number have the same. */
	readonly started: string;
}

/** Null where there is no such text: the process is gone. */
export function parseProcessStat(text: string | null): ProcessStat | null {
	const [state, parent, ...rest] = text?.split(')').at(-1)?.trim().split(' ') ?? [];
	return state === undefined || state === '' ? null : {state, parent: Number(parent ?? 0), started: rest[17] ?? ''};
}
