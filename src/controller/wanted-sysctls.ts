/** What vks writes under /proc/sys/net for itself and the links outside (Linux Documentation/networking/ip-sysctl.rst). Pure. */
import type {InterfaceName} from '../net/interface-name.ts';

export interface WantedSysctl {
	readonly key: string;
	readonly leaf: string;
	/** Written when the value is none of the fine ones. */
	readonly value: string;
	readonly fine: readonly string[];
}

/**
 * No neighbour shall send us another way (redirects, source routes), and none shall learn the tunnel's address by asking for
 * it: arp_ignore=1 answers for a link's own addresses only, arp_announce=2 asks in their name only (CVE-2019-14899). The
 * kernel takes the larger of `all` and the link for ARP, either of them for redirects, both for IPv4 source routes.
 */
const refusals = [['accept_redirects', '0'], ['send_redirects', '0'], ['accept_source_route', '0']] as const;
/** 2 also asks that the sender is of the same network, 8 answers nobody. */
const arp = [['arp_ignore', '1', '2', '8'], ['arp_announce', '2']] as const;
/** `all` has no effect on these. Below 0 not even the routing header of mobile hosts is taken. */
const refusals6 = [['accept_redirects', '0'], ['accept_source_route', '0', '-1']] as const;

export function wantedSysctls(outside: readonly InterfaceName[]): readonly WantedSysctl[] {
	return [
		...wantedFor('net/ipv4/conf/all', [['src_valid_mark', '1'], ...refusals]),
		...outside.flatMap(name => [...wantedFor(`net/ipv4/conf/${name}`, [...refusals, ...arp]), ...wantedFor(`net/ipv6/conf/${name}`, refusals6)]),
	];
}

const wantedFor = (folder: string, settings: ReadonlyArray<readonly [leaf: string, value: string, ...also: readonly string[]]>): readonly WantedSysctl[] =>
	settings.map(([leaf, value, ...also]) => ({key: `${folder}/${leaf}`, leaf, value, fine: [value, ...also]}));
