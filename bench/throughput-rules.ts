/** What a tunnel is measured beside. Pure. */

/** A table that is owned would take nobody's rules: whoever loads it again is not vks. */
export const withoutOwner = (listing: string): string => listing.replaceAll(/(table \S+ \S+ \{[^\n]*\n)\s*flags [^\n]*\n/g, '$1');

/** What any ruleset costs that stands where vks's stands and asks for the state of connections, which is its one rule. */
export const hooksAlone = `
table inet hooks {
	chain early { type filter hook prerouting priority -300; }
	chain prerouting { type filter hook prerouting priority -150; }
	chain reroute { type route hook output priority -150; }
	chain input { type filter hook input priority 0; ct state invalid counter; }
	chain output { type filter hook output priority 0; }
}
table netdev hooks {
	chain egress { type filter hook egress devices = { "eth0" } priority 0; }
}
`;

/** A kill switch as others write it: everything of a connection that stands, in and out, whichever way it goes. */
export const usualRules = ({interface: device, endpoint}: {readonly interface: string; readonly endpoint: string}): string => `
table inet usual {
	chain input {
		type filter hook input priority 0; policy drop;
		iifname "lo" accept
		ct state { established, related } accept
	}
	chain forward { type filter hook forward priority 0; policy drop; }
	chain output {
		type filter hook output priority 0; policy drop;
		oifname "lo" accept
		ct state { established, related } accept
		ip daddr . udp dport { ${endpoint.replace(':', ' . ')} } accept
		oifname "${device}" accept
	}
}
`;
