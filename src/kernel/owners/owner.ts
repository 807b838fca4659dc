/** Whose a refused packet was, as far as this process may see it. Types only: the door is `kernel.ts`. */

/** The end of a flow that is here, as a drop record names it. */
export interface LocalFlow {
	readonly protocol: 'tcp' | 'udp';
	readonly source: string;
	readonly sourcePort: number;
	/** Null where that is not known, as of what was redirected. */
	readonly destination: string | null;
	readonly destinationPort: number | null;
	/** Null is whoever has it open. */
	readonly uid: number | null;
}

export interface Holder {
	/** In the pid namespace that we see. */
	readonly pid: number;
	/** Its name for itself and its file's, never its arguments: those may hold secrets. */
	readonly process: string;
	/** `docker 3f2a9c1b0d4e`; null where its control group names none. */
	readonly container: string | null;
	/** The socket's. */
	readonly uid: number;
}

export interface Owners {
	/** What `/etc/passwd`, as this process sees it, calls the uid; null where it does not name it. */
	userOf(uid: number): string | null;
	/**
	 * Who has the socket open that sent this. Null when it is closed by now, when several would fit, and when its holder is not
	 * ours to see: another pid namespace, or no `SYS_PTRACE` for a process of another uid. Takes milliseconds; synchronous.
	 */
	holderOf(flow: LocalFlow): Holder | null;
}
