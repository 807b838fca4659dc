/** Openings with an end: operators' exceptions, pinholes for what must be asked before there is a tunnel, pings, and a port that the provider forwards. */
import type {IpAddress} from '../net/address.ts';
import type {Cidr} from '../net/cidr.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {Port, Transport} from '../net/port.ts';
import type {Lease} from './lease.ts';
import type {Protocol} from './policy.ts';

/** An operator's permission on the uplink, with owner, reason and end. */
export interface Exception {
	readonly id: number;
	readonly protocol: Protocol;
	/** The other side: whom we reach, or who reaches us. */
	readonly range: Cidr;
	/** The port connected to, theirs or ours; null for ICMP. */
	readonly port: Port | null;
	readonly direction: 'out' | 'in';
	/** Only for processes of this user; outbound only. */
	readonly uid: number | null;
	readonly by: string;
	readonly reason: string;
	readonly lease: Lease;
}

/** Hosts of one family that may be pinged outside the tunnel by ourselves. Bears the tunnel's mark. */
export interface EchoOpening {
	readonly id: number;
	readonly protocol: 'icmp' | 'icmpv6';
	readonly addresses: readonly IpAddress[];
	readonly lease: Lease;
}

/** One exact destination outside the tunnel, for our own packets, while there is no tunnel. Bears the tunnel's mark. */
export interface Pinhole {
	readonly id: number;
	readonly address: IpAddress;
	readonly port: Port;
	readonly transport: Transport;
	readonly uid: number;
	/** What is asked there. */
	readonly reason: string;
	readonly lease: Lease;
}

/** A port that the provider forwards to us by one tunnel, for as long as it was granted. */
export interface GrantedPort {
	readonly interface: InterfaceName;
	readonly port: Port;
	/** One for each transport. */
	readonly leases: readonly Lease[];
}
