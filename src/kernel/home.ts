/**
 * What this process runs in, and what of the kernel is smaller there. Read from what the homes say of themselves and from
 * what can be done: nothing is concluded from a name.
 */
import {accessSync, closeSync, constants, existsSync, openSync} from 'node:fs';
import {smallFileOrNull} from '../small-file.ts';
import {isHostNetwork} from './namespace.ts';

export interface Home {
	readonly kind: 'docker' | 'podman' | 'lxc' | 'nspawn' | 'other' | 'host' | 'namespace';
	/** Who root is outside, in a user namespace; null without one. */
	readonly rootIs: number | null;
	readonly sysctlsWritable: boolean;
	readonly hasTun: boolean;
}

export interface HomeReads {
	/** Null where it cannot be read. */
	readonly text: (path: string) => string | null;
	readonly exists: (path: string) => boolean;
	readonly writable: (path: string) => boolean;
	/** A device: access(2) does not ask the devices cgroup, which open(2) does (device_cgroup.h, devcgroup_inode_permission). */
	readonly opens: (path: string) => boolean;
	readonly isHost: () => boolean;
	readonly environment: Readonly<Record<string, string | undefined>>;
}

export function readHome(reads: HomeReads): Home {
	return {
		kind: kindOf(reads),
		rootIs: rootOutside(reads.text('/proc/self/uid_map') ?? ''),
		// access(2) says EROFS where an engine mounted it read-only, also to root.
		sysctlsWritable: reads.writable('/proc/sys/net/ipv4/conf/all/src_valid_mark'),
		hasTun: reads.opens('/dev/net/tun'),
	};
}

/** The innermost first: a Docker container in an LXC one is a Docker container. */
function kindOf({text, exists, isHost, environment}: HomeReads): Home['kind'] {
	if (exists('/run/.containerenv')) return 'podman';
	if (exists('/.dockerenv')) return 'docker';
	// systemd writes down who manages it (https://systemd.io/CONTAINER_INTERFACE); elsewhere PID 1 was told the same.
	const manager = (text('/run/systemd/container') ?? /(?:^|\0)container=([^\0]*)/.exec(text('/proc/1/environ') ?? '')?.[1] ?? environment['container'] ?? '').trim();
	if (manager !== '') return kinds.get(manager) ?? 'other';
	if (environment['KUBERNETES_SERVICE_HOST'] !== undefined) return 'other';
	return isHost() ? 'host' : 'namespace';
}

const kinds: ReadonlyMap<string, Home['kind']> = new Map([['lxc', 'lxc'], ['lxc-libvirt', 'lxc'], ['docker', 'docker'], ['podman', 'podman'], ['systemd-nspawn', 'nspawn']]);

/** The initial user namespace maps every uid to itself (user_namespaces(7)). */
function rootOutside(uidMap: string): number | null {
	const lines = uidMap.split('\n').map(line => line.trim().split(/\s+/).map(Number)).filter(({length}) => length === 3);
	if (lines.length === 0 || lines.some(([inside, outside, count]) => inside === 0 && outside === 0 && count === 4_294_967_295)) return null;
	const [, outside = null] = lines.find(([inside]) => inside === 0) ?? [];
	return outside ?? 65_534;
}

const names: Readonly<Record<Home['kind'], string>> = {
	docker: 'a Docker container', podman: 'a Podman container', lxc: 'an LXC container', nspawn: 'a systemd-nspawn container', other: 'a container', host: 'the host\'s own network', namespace: 'a network namespace of this machine',
};

const sysctl = 'net.ipv4.conf.all.src_valid_mark';
const sysctlBy: Readonly<Partial<Record<Home['kind'], string>>> = {lxc: `lxc.sysctl.${sysctl} = 1`, other: `securityContext.sysctls, or what the engine has for ${sysctl}=1`};
const tunBy: Readonly<Partial<Record<Home['kind'], string>>> = {lxc: 'dev0: /dev/net/tun (Proxmox), or lxc.mount.entry and lxc.cgroup2.devices.allow', docker: '--device /dev/net/tun', podman: '--device /dev/net/tun'};

/** What it is, then a sentence for each thing that is smaller than on a host. */
export function homeWords({kind, rootIs, sysctlsWritable, hasTun}: Home): readonly string[] {
	const tun = tunBy[kind];
	return [
		`${names[kind]}${rootIs === null ? '' : `, in a user namespace: root here is uid ${rootIs} outside`}`,
		// SO_RCVBUFFORCE asks for CAP_NET_ADMIN in the initial user namespace (socket(7), sock_setsockopt).
		...(rootIs === null ? [] : ['kernel buffers stay within net.core.rmem_max: a flood may lose more records of refused packets, which are counted']),
		...(sysctlsWritable ? [] : [`sysctls cannot be written here: what vks needs comes from outside, by ${sysctlBy[kind] ?? `--sysctl ${sysctl}=1`}; the layer reverse-path says what is not as wanted`]),
		...(hasTun ? [] : [`no /dev/net/tun that could be opened: no OpenVPN, and WireGuard by the kernel only${tun === undefined ? '' : `; ${tun} gives it`}`]),
	];
}

export const systemHome = (environment: HomeReads['environment']): Home => readHome({
	environment,
	exists: existsSync,
	isHost: () => isHostNetwork(),
	text: smallFileOrNull,
	opens(path) {
		try {
			closeSync(openSync(path, constants.O_RDWR | constants.O_NONBLOCK));
			return true;
		} catch {
			return false;
		}
	},
	writable(path) {
		try {
			accessSync(path, constants.R_OK | constants.W_OK);
			return true;
		} catch {
			return false;
		}
	},
});
