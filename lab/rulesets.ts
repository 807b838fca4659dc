/** nft text for the isp and the servers: address translation, published ports, the tunnels' resolvers. Pure. */
import {serverInterface} from './description.ts';
import {publishedPorts, serverPlans, uplinks} from './plan.ts';
import type {ServerPlan} from './plan.ts';

const {addresses, internetRouter, internetLink} = uplinks;
const endpoints4 = serverPlans.map(({endpoint, port}) => `${endpoint.ipv4} . ${port}`).join(', ');
const endpoints6 = serverPlans.map(({endpoint, port}) => `${endpoint.ipv6} . ${port}`).join(', ');

/** WireGuard's own packets are not tracked, so that the weather can divert a flow that already runs. */
export const ispRuleset = `
table inet isp {
	chain untracked {
		type filter hook prerouting priority -305;
		ip daddr . udp dport { ${endpoints4} } notrack
		ip saddr . udp sport { ${endpoints4} } notrack
		ip6 daddr . udp dport { ${endpoints6} } notrack
		ip6 saddr . udp sport { ${endpoints6} } notrack
	}
	chain inbound {
		type nat hook prerouting priority dstnat;
		iifname "${internetLink}" ip daddr ${internetRouter.ipv4} tcp dport ${publishedPorts} dnat ip to ${addresses.client.ipv4}
		iifname "${internetLink}" ip daddr ${internetRouter.ipv4} udp dport ${publishedPorts} dnat ip to ${addresses.client.ipv4}
	}
	chain outbound {
		type nat hook postrouting priority srcnat;
		ip saddr 172.30.0.0/16 oifname { "${internetLink}", "s1", "s2" } snat ip to ${internetRouter.ipv4}
	}
}
`;

/** Out under the exit address; DNS asked at the tunnel's gateway goes to the internet's resolver. */
export function serverRuleset(id: string, {name, gateway, exit}: ServerPlan): string {
	const device = serverInterface(id, name);
	return `
table inet exit {
	chain resolver {
		type nat hook prerouting priority dstnat;
		iifname "${device}" ip daddr ${gateway.ipv4} meta l4proto { tcp, udp } th dport 53 dnat ip to ${addresses.resolver.ipv4}
		iifname "${device}" ip6 daddr ${gateway.ipv6} meta l4proto { tcp, udp } th dport 53 dnat ip6 to ${addresses.resolver.ipv6}
		iifname "ovpn*" ip daddr 10.65.0.0/16 meta l4proto { tcp, udp } th dport 53 dnat ip to ${addresses.resolver.ipv4}
	}
	chain out {
		type nat hook postrouting priority srcnat;
		iifname "${device}" oifname "eth0" meta nfproto ipv4 snat ip to ${exit.ipv4}
		iifname "${device}" oifname "eth0" meta nfproto ipv6 snat ip6 to ${exit.ipv6}
		iifname "ovpn*" oifname "eth0" meta nfproto ipv4 snat ip to ${exit.ipv4}
		iifname "ovpn*" oifname "eth0" meta nfproto ipv6 snat ip6 to ${exit.ipv6}
	}
}
`;
}
