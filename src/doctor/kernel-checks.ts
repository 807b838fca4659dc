/** What the kernel has for each layer, and what others put beside it. */
import {preflight} from '../controller/preflight.ts';
import type {Facts} from './facts.ts';
import {looked, notLooked, type Check, type Finding} from './finding.ts';
import {parseInterfaceName} from '../net/interface-name.ts';
import type {Problem} from '../problem.ts';

/** Null where the release is not a number that is known. */
export function isOlder(release: string, [major, minor]: readonly [number, number]): boolean | null {
	const [, first, second] = /^(\d+)\.(\d+)/.exec(release) ?? [];
	return first === undefined || second === undefined ? null : Number(first) < major || (Number(first) === major && Number(second) < minor);
}

/** The version in which each came (docs/known-issues.md). A daemon read what there really is; without one the number has to do. */
export const featureCheck: Check = {
	id: 'kernel',
	title: 'what the kernel has for each layer',
	look({release, daemon, kernel}) {
		const closed = kernel.ok || kernel.error.code === 'no-permission' ? null : {id: kernel.error.code, severity: 'high', what: kernel.error.what, proof: 'opened nf_tables by netlink', fix: kernel.error.next} as const;
		if (daemon.ok) {
			const unsupported = daemon.value.layers.filter(({state}) => state === 'unsupported').map(({name, detail}): Finding => ({
				id: `layer-${name}`, severity: 'medium', what: `The layer ${name} cannot be had here.`, proof: `vks status: ${detail}`,
				fix: name === 'egress' ? 'Use a kernel of 5.16 or newer on the host; until then give no neighbour NET_RAW: `cap_drop: [NET_RAW]`.' : 'Nothing, where the kernel lacks it on purpose; the other layers hold.',
			}));
			return looked(closed, ...unsupported);
		}
		if (release === null) return closed === null ? notLooked('/proc/sys/kernel/osrelease could not be read') : looked(closed);
		return looked(
			closed,
			isOlder(release, [5, 16]) === true ? {id: 'no-egress-hook', severity: 'medium', what: 'The kernel has no egress hook: raw frames of whoever has NET_RAW meet nothing.', proof: `Linux ${release}; the hook came with 5.16`, fix: 'Use a newer kernel on the host; until then `cap_drop: [NET_RAW]` on every container beside vks.'} : null,
			isOlder(release, [6, 9]) === true ? {id: 'no-table-owner', severity: 'low', what: 'The kernel lets tables have no owner that outlives a process: others can change them, which vks undoes within a second.', proof: `Linux ${release}; ownership that persists came with 6.9`, fix: 'Use a newer kernel on the host, or leave it so.'} : null,
		);
	},
};

export const legacyCheck: Check = {
	id: 'iptables',
	title: 'nftables and the older iptables side by side',
	look: ({legacyTables}) => looked(legacyTables.length === 0 ? null : {
		id: 'iptables-legacy', severity: 'medium', what: 'Somebody uses the older iptables in this namespace. Its rules come beside those of vks and are not read back: they can refuse what vks lets pass, or change addresses.',
		proof: `tables ${legacyTables.join(', ')} in /proc/net/ip_tables_names and ip6_tables_names`,
		fix: 'iptables-legacy-save; then `iptables-legacy -t TABLE -F` for what nobody needs, and use iptables-nft (`update-alternatives --set iptables /usr/sbin/iptables-nft`).',
	}),
};

export const sysctlCheck: Check = {
	id: 'sysctls',
	title: 'reverse-path filtering, forwarding, IPv6',
	look(facts) {
		return looked(
			...reversePath(facts).map(({what, next}): Finding => ({id: 'rp-filter', severity: 'high', what, proof: `net.ipv4.conf.all.rp_filter=${facts.sysctl('net/ipv4/conf/all/rp_filter') ?? 'absent'}, src_valid_mark=${facts.sysctl('net/ipv4/conf/all/src_valid_mark') ?? 'absent'}`, fix: `${next} In a compose file: \`sysctls: [net.ipv4.conf.all.src_valid_mark=1]\`.`})),
			...forwarding(facts),
			facts.sysctl('net/ipv6/conf/all/disable_ipv6') === '1' && facts.config.ok && facts.config.value.ipv6 === 'auto' ? {
				id: 'ipv6-off', severity: 'low', what: 'IPv6 is switched off in this namespace: a tunnel that has an IPv6 address carries IPv4 alone.', proof: 'net.ipv6.conf.all.disable_ipv6=1',
				fix: 'docker run --sysctl net.ipv6.conf.all.disable_ipv6=0 … if you want it, or VKS_IPV6=block to say that you do not.',
			} : null,
		);
	},
};

/** What of reverse-path filtering keeps a tunnel from working here. */
export const reversePath = (facts: Facts): readonly Problem[] => (facts.sysctlsWritable ? [] : preflight({read: facts.sysctl}, parseInterfaceName(uplinkOf(facts) ?? '')));

function forwarding({config, sysctl, sysctlsWritable}: Facts): readonly Finding[] {
	if (!config.ok || sysctlsWritable) return [];
	const wanted = [...new Set(config.value.gateway.map(({range}) => (range.includes(':') ? 'net/ipv6/conf/all/forwarding' : 'net/ipv4/ip_forward')))];
	return wanted.filter(key => sysctl(key) !== '1').map(key => {
		const name = key.replaceAll('/', '.');
		return {id: 'no-forwarding', severity: 'high', what: `VKS_GATEWAY names hosts, and the kernel does not forward ${key.includes('ipv6') ? 'IPv6' : 'IPv4'}.`, proof: `${name}=${sysctl(key) ?? 'absent'}, and /proc/sys is read-only`, fix: `docker run --sysctl ${name}=1 …, in a compose file \`sysctls: [${name}=1]\`.`};
	});
}

/** The daemon's, else the one that is set, else the first link that could be it. */
export function uplinkOf({daemon, config, kernel}: Facts): string | null {
	if (daemon.ok && daemon.value.uplink !== null) return daemon.value.uplink.name;
	if (config.ok && config.value.uplink !== 'auto') return config.value.uplink;
	return kernel.ok ? (kernel.value.links.find(({loopback, up, kind, addresses}) => !loopback && up && kind !== 'wireguard' && kind !== 'tun' && addresses.length > 0)?.name ?? null) : null;
}
