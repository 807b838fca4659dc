/** Kernel settings through /proc/sys. In most containers it is mounted read-only: writing then says so. */
import {readFileSync, writeFileSync} from 'node:fs';
import type {Sysctl} from './kernel.ts';

const ROOT = '/proc/sys';

/**
 * The file of a key. `net/ipv4/conf/eth0.100/rp_filter` is taken as a path; in `net.ipv4.conf.eth0.100.rp_filter` what
 * stands between `conf` and the last word is the interface, dots and all. Null for anything that would leave /proc/sys.
 */
export function sysctlPath(key: string): string | null {
	const perInterface = /^net\.(ipv4|ipv6)\.(conf|neigh)\.(.+)\.([^.]+)$/.exec(key);
	const segments = key.includes('/') ? key.split('/') : perInterface === null ? key.split('.') : ['net', ...perInterface.slice(1)];
	const safe = segments.every(segment => /^[^/\0]+$/.test(segment) && segment !== '.' && segment !== '..');
	return safe ? [ROOT, ...segments].join('/') : null;
}

export const openSysctl = (): Sysctl => ({
	read(key) {
		const path = sysctlPath(key);
		return path === null ? null : attempt(() => readFileSync(path, 'utf8').trim(), null);
	},
	write(key, value) {
		const path = sysctlPath(key);
		return path !== null && attempt(() => (writeFileSync(path, value), true), false);
	},
});

function attempt<T>(action: () => T, otherwise: T): T {
	try {
		return action();
	} catch {
		return otherwise;
	}
}
