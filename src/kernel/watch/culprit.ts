/** Who made a change, from the netlink port that asked for it: by default the pid of its process, in the pid namespace it lives in. */
import {readFileSync, readlinkSync} from 'node:fs';

/** PID_MAX_LIMIT on 64 bits (linux/threads.h). */
const highestPid = 4_194_304;

/**
 * Null where the kernel names nobody. A process of another namespace with the same number would be named wrongly, so that the
 * name is given only for one which is in our network; `ip` is often gone by then, and its number is all that is known.
 */
export function culpritOf(port: number): string | null {
	// A second socket of a process gets a port of the kernel's choosing, above any pid (af_netlink.c, netlink_autobind).
	if (port === 0 || port > highestPid) return null;
	try {
		if (readlinkSync(`/proc/${port}/ns/net`) === readlinkSync('/proc/self/ns/net')) return `${readFileSync(`/proc/${port}/comm`, 'utf8').trim()} (pid ${port})`;
	} catch {
		// It ended, or is not ours to see.
	}
	return `pid ${port}`;
}
