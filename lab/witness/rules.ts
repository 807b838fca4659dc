/** The exact counter: every frame that enters the isp from the client falls into one of four named counters. Pure. */
import {openvpnTuples} from '../openvpn-plan.ts';
import {nearDestinations, permittedPort, serverPlans, uplinks} from '../plan.ts';

export const witnessTable = 'witness';

const endpoints = (family: 'ipv4' | 'ipv6'): string =>
	[...serverPlans.map(({endpoint, port}) => `${endpoint[family]} . ${port}`), ...openvpnTuples('udp', family)].join(', ');

/**
 * What a link says about itself: ARP, neighbour and router discovery, listener reports, IGMP, DHCP. Only to addresses
 * that stay on the link; the same packet to anywhere else is outside.
 */
const linkControl = [
	'ether type arp counter name link return',
	'ip6 daddr @near6 icmpv6 type { 130, 131, 132, 133, 134, 135, 136, 137, 143 } counter name link return',
	'ip daddr @near4 ip protocol igmp counter name link return',
	'ip daddr @near4 udp sport 68 udp dport 67 counter name link return',
	'ip6 daddr @near6 udp sport 546 udp dport 547 counter name link return',
];

export const witnessRuleset = `
table netdev ${witnessTable} {
	counter endpoint { }
	counter link { }
	counter permitted { }
	counter outside { }
	set near4 { type ipv4_addr; flags interval; elements = { ${nearDestinations.ipv4.join(', ')} } }
	set near6 { type ipv6_addr; flags interval; elements = { ${nearDestinations.ipv6.join(', ')} } }
	chain classify {
		${linkControl.join('\n\t\t')}
		ip daddr . udp dport { ${endpoints('ipv4')} } counter name endpoint return
		ip6 daddr . udp dport { ${endpoints('ipv6')} } counter name endpoint return
		ip daddr . tcp dport { ${openvpnTuples('tcp', 'ipv4').join(', ')} } counter name endpoint return
		ip daddr ${uplinks.addresses.lan.ipv4} udp dport ${permittedPort} counter name permitted return
		counter name outside
	}
}
${watchPortRuleset(uplinks.first.port)}`;

/** A port gets its chain before the client gets the other end; the same again for one that was plugged in before. */
export function watchPortRuleset(port: string): string {
	return `
table netdev ${witnessTable} {
	chain ${port} {
		type filter hook ingress device "${port}" priority -300; policy accept;
	}
}
flush chain netdev ${witnessTable} ${port}
add rule netdev ${witnessTable} ${port} jump classify
`;
}
