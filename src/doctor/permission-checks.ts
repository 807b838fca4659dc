/** What vks was given: capabilities, devices, programs, a namespace of its own. */
import type {Facts} from './facts.ts';
import {looked, notLooked, type Check, type Finding} from './finding.ts';

/** Numbers of linux/capability.h. */
const NET_ADMIN = 12n;
const NET_RAW = 13n;

const has = (capabilities: bigint, bit: bigint): boolean => ((capabilities >> bit) & 1n) === 1n;
const shown = (capabilities: bigint): string => `CapEff ${capabilities.toString(16).padStart(16, '0')} in /proc/self/status`;

/** A daemon that enforces has what it needs, whatever this process may. */
export const capabilityChecks: Check = {
	id: 'capabilities',
	title: 'NET_ADMIN and NET_RAW',
	look({capabilities, daemon}) {
		if (daemon.ok) {
			const refused = daemon.value.layers.find(({name, state}) => name === 'af-xdp' && state === 'missing');
			return looked(refused === undefined ? null : noRaw(`the layer af-xdp: ${refused.detail}`));
		}
		if (capabilities === null) return notLooked('/proc/self/status could not be read');
		return looked(
			has(capabilities, NET_ADMIN) ? null : {
				id: 'net-admin', severity: 'high', what: 'NET_ADMIN is missing: vks cannot load a policy, and starts nothing.', proof: shown(capabilities),
				fix: 'docker run --cap-add NET_ADMIN …, in a compose file `cap_add: [NET_ADMIN, NET_RAW]`.',
			},
			has(capabilities, NET_RAW) ? null : noRaw(shown(capabilities)),
		);
	},
};

const noRaw = (proof: string): Finding => ({
	id: 'net-raw', severity: 'medium', what: 'NET_RAW is missing, or too little memory may be locked: there are no leak tests, and AF_XDP is not kept from others.', proof,
	fix: 'docker run --cap-add NET_RAW --ulimit memlock=67108864 …, in a compose file `cap_add: [NET_ADMIN, NET_RAW]`.',
});

/** A daemon that answers was started with --host, which means it. */
export const hostCheck: Check = {
	id: 'namespace',
	title: 'a network namespace of its own',
	look: ({hostNetwork, daemon}) => looked(hostNetwork && !daemon.ok ? {
		id: 'host-namespace', severity: 'high', what: 'This is the host\'s own network: vks would close it for everything on this machine, and does not start.', proof: '/proc/self/ns/net is the initial namespace',
		fix: 'Remove `network_mode: host` (`--network host`); or `vks run --host`, if you mean the host.',
	} : null),
};

/** Kernel WireGuard needs none, but nobody knows without making a device. */
export const tunCheck: Check = {
	id: 'tun',
	title: '/dev/net/tun',
	look({tun, servers, daemon}) {
		if (tun === 'ready') return looked();
		const isNeeded = (servers?.ok === true && servers.value.some(({kind}) => kind === 'openvpn')) || (daemon.ok && daemon.value.problems.some(({code}) => code === 'no-tun'));
		const kernelWireguard = daemon.ok && daemon.value.tunnel?.implementation === 'kernel';
		if (kernelWireguard && !isNeeded) return looked();
		return looked({
			id: 'no-tun', severity: isNeeded ? 'high' : 'medium',
			what: `/dev/net/tun ${tun === 'missing' ? 'does not exist' : 'may not be opened'}: OpenVPN does not work, nor does WireGuard where the host's kernel has none.`,
			proof: `open("/dev/net/tun", O_RDWR): ${tun === 'missing' ? 'ENOENT' : 'EPERM or EACCES'}`,
			fix: tun === 'missing' ? 'docker run --device /dev/net/tun …, in a compose file `devices: [/dev/net/tun]`; on a host without it `modprobe tun`.' : 'docker run --device /dev/net/tun …: a device that is only mounted as a file stays closed.',
		});
	},
};

export const programCheck: Check = {
	id: 'programs',
	title: 'programs beside vks',
	look({programs, servers}: Facts) {
		const known = servers?.ok === true ? servers.value : [];
		const missing = (program: string, severity: Finding['severity'], what: string, packages: string): Finding =>
			({id: `no-${program}`, severity, what, proof: `no program ${program} in PATH`, fix: `apt-get install ${packages} (\`apk add ${packages}\`)`});
		return looked(
			programs.openvpn || !known.some(({kind}) => kind === 'openvpn') ? null : missing('openvpn', 'high', 'There are .ovpn files, and no program openvpn.', 'openvpn'),
			programs.wg || !known.some(({kind}) => kind === 'wireguard') ? null : missing('wg', 'medium', 'There is no program wg, without which a WireGuard device of the kernel cannot be set up.', 'wireguard-tools'),
			programs['wireguard-go'] || programs.wg || !known.some(({kind}) => kind === 'wireguard') ? null : missing('wireguard-go', 'medium', 'There is no wireguard-go either, for hosts whose kernel has no WireGuard.', 'wireguard-go'),
		);
	},
};
