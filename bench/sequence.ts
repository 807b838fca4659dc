/**
 * Lockdown as a plain script of iptables calls, 17 for each family, in the order of the scripts people publish: policies,
 * flush, accepts, final refusals. A careful person's version of it: the policies come first and for both families, so that
 * no flush ever opens anything, and each line is given to both families before the next. Pure.
 */
import type {Numbers} from '../src/policy/policy.ts';

type Family = 'iptables' | 'ip6tables';

const nflog = (direction: string, group: number): string => `-j NFLOG --nflog-group ${group} --nflog-prefix vks:${direction}`;

function linesFor(family: Family, {nflogGroup}: Pick<Numbers, 'nflogGroup'>): readonly string[] {
	const prohibited = family === 'iptables' ? 'icmp-admin-prohibited' : 'icmp6-adm-prohibited';
	// An IPv4 address only; IPv6 gets its mapped form, so that both families make as many calls.
	const ownResolver = family === 'iptables' ? '-d 127.0.0.11' : '-d ::ffff:127.0.0.11';
	return [
		'-P INPUT DROP',
		'-P FORWARD DROP',
		'-P OUTPUT DROP',
		'-F',
		'-X',
		'-t mangle -F',
		'-A INPUT -i lo -j ACCEPT',
		`-A OUTPUT ${ownResolver} -j REJECT --reject-with ${prohibited}`,
		'-A OUTPUT -o lo -j ACCEPT',
		`-A OUTPUT -p udp -m multiport --dports 53,853 -j REJECT --reject-with ${prohibited}`,
		`-A OUTPUT -p tcp -m multiport --dports 53,853 -j REJECT --reject-with ${prohibited}`,
		`-A INPUT ${nflog('in', nflogGroup)}`,
		'-A INPUT -j DROP',
		`-A FORWARD ${nflog('forward', nflogGroup)}`,
		'-A FORWARD -j DROP',
		`-A OUTPUT ${nflog('out', nflogGroup)}`,
		`-A OUTPUT -j REJECT --reject-with ${prohibited}`,
	];
}

export function lockdownSequence(numbers: Pick<Numbers, 'nflogGroup'>): readonly string[] {
	const six = linesFor('ip6tables', numbers);
	return linesFor('iptables', numbers).flatMap((line, index) => [`iptables -w ${line}`, `ip6tables -w ${six[index] ?? ''}`]);
}

/** What the sequence starts from, for `iptables-restore`: a connected kill switch of the same kind. */
export const connectedTables = (tunnel: string, mark: number): string => `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT DROP [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -i ${tunnel} -j ACCEPT
-A INPUT -p udp --sport 51820 -j ACCEPT
-A OUTPUT -o lo -j ACCEPT
-A OUTPUT -o ${tunnel} -j ACCEPT
-A OUTPUT -p udp --dport 51820 -m mark --mark 0x${mark.toString(16)} -j ACCEPT
COMMIT
`;
