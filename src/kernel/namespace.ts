/** Where this process is: a namespace of its own, or the host's. */
import {readlinkSync} from 'node:fs';

/** Numbers of the initial namespaces (enum init_ns_ino, linux/nsfs.h): PID's for ever, the network's since Linux 6.18. */
const initial = {pid: 'pid:[4026531836]', network: 'net:[4026531833]'} as const;

/**
 * True for the initial network namespace and, where an older kernel gives it no fixed number, for the one that the host's
 * PID 1 is in. There a container on the host's network with PIDs of its own looks like any other container, and is not found.
 */
export function isHostNetwork(readLink: (path: string) => string = path => readlinkSync(path)): boolean {
	const link = (path: string): string | null => {
		try {
			return readLink(path);
		} catch {
			return null;
		}
	};
	const network = link('/proc/self/ns/net');
	return network === initial.network || (network !== null && link('/proc/self/ns/pid') === initial.pid && network === link('/proc/1/ns/net'));
}
