/** A packet as the rules see it. Null means the packet has no such thing (a port in ICMP, a uid when forwarded). */
import type {IpAddress} from '../net/address.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {Port} from '../net/port.ts';
import type {Protocol} from './policy.ts';

export interface Packet {
	readonly inInterface: InterfaceName | null;
	readonly outInterface: InterfaceName | null;
	readonly etherType: 'arp' | 'ip' | 'ip6';
	readonly family: 4 | 6 | null;
	readonly source: IpAddress | null;
	readonly destination: IpAddress | null;
	/** Null for one that no rule names (ESP, SCTP). */
	readonly protocol: Protocol | null;
	readonly sourcePort: Port | null;
	readonly destinationPort: Port | null;
	readonly icmpType: number | null;
	readonly hopLimit: number | null;
	readonly mark: number;
	readonly uid: number | null;
	/** Neighbour discovery is not tracked; an answer that answers nothing is invalid (nf_conntrack_proto_icmpv6.c). */
	readonly connection: 'new' | 'established' | 'related' | 'invalid' | 'untracked';
	readonly connectionDirection: 'original' | 'reply' | null;
	readonly connectionMark: number;
	/** The `divert` chain gave it its destination. */
	readonly diverted?: true;
	/** The sets that hold address and port of its destination; absent: none of them. */
	readonly heldIn?: readonly string[];
}
