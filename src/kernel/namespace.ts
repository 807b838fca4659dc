/** Where this process is: a namespace of its own, or the host's. */
import {readFileSync, readlinkSync} from 'node:fs';
import {linkNames} from '../net/link-names.ts';

/** Numbers of the initial namespaces (enum init_ns_ino, linux/nsfs.h): PID's for ever, the network's since Linux 6.18. */
const initial = {pid: 'pid:[4026531836]', network: 'net:[4026531833]'} as const;

/** Bridges that container engines and hypervisors make on their host, and nowhere else. `container/entrypoint` has the same. */
const hostBridges = /^(?:docker0|podman\d+|cni\d+|cni-podman\d+|br-[0-9a-f]{12}|lxcbr\d+|lxdbr\d+|virbr\d+|vmbr\d+)$/;

/** By the bridges in /proc/net/dev: this network is that of an engine's host, be it the machine's own or a namespace too. */
export const hasHostBridge = (netDev: string): boolean => linkNames(netDev).some(name => hostBridges.test(name));

const readNetDev = (): string => {
	try {
		return readFileSync('/proc/net/dev', 'utf8');
	} catch {
		return '';
	}
};

/**
 * True for the initial network namespace and, where an older kernel gives it no fixed number, for the one that the host's
 * PID 1 is in. There a container on the host's network with PIDs of its own is found by the bridges of its engine alone.
 */
export function isHostNetwork(readLink: (path: string) => string = path => readlinkSync(path), netDev: () => string = readNetDev): boolean {
	const link = (path: string): string | null => {
		try {
			return readLink(path);
		} catch {
			return null;
		}
	};
	const network = link('/proc/self/ns/net');
	return network === initial.network || hasHostBridge(netDev()) || (network !== null && link('/proc/self/ns/pid') === initial.pid && network === link('/proc/1/ns/net'));
}
