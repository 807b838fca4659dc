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
	readonly protocol: Protocol | null;
	readonly sourcePort: Port | null;
	readonly destinationPort: Port | null;
	readonly icmpType: number | null;
	readonly hopLimit: number | null;
	readonly mark: number;
	readonly uid: number | null;
	readonly connection: 'new' | 'established' | 'related';
	readonly connectionDirection: 'original' | 'reply';
	readonly connectionMark: number;
}
