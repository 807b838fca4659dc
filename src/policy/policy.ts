/**
 * The policy: what may pass, as data. Every entry names itself, says why in plain words, and names the setting it comes
 * from. Whatever no entry accepts is refused by the last rule of its chain.
 */
import type {IpAddress} from '../net/address.ts';
import type {Brand} from '../net/brand.ts';
import type {Cidr} from '../net/cidr.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {Endpoint, Port, PortSpan, Transport} from '../net/port.ts';
import type {EchoOpening, Exception, GrantedPort, Pinhole} from './exception.ts';
import type {EgressPlan} from '../egress/plan.ts';
import type {Lease, LeaseName} from './lease.ts';

/** A word such as `tunnel-endpoint`, unique in a ruleset; also the counter's name and the NFLOG prefix's last part. */
export type RuleId = Brand<string, 'RuleId'>;

/** The marks, tables and rule priorities vks uses. One value, so that kernel and policy cannot disagree. */
export interface Numbers {
	/** Mark on the tunnel's own outer packets, set by the WireGuard device (fwmark). */
	readonly tunnelMark: number;
	/** Mark on replies of published ports; selects the uplink's routing table. */
	readonly replyMark: number;
	readonly uplinkTable: number;
	readonly tunnelTable: number;
	/** Of the tunnel in the first slot; that of the second is the next number. */
	readonly probeMark: number;
	readonly probeTable: number;
	readonly nflogGroup: number;
}

/** How one tunnel may be used at this moment. */
export interface TunnelUse {
	readonly interface: InterfaceName;
	/** The addresses the tunnel gave us. Only they may be a source on it. */
	readonly addresses: readonly IpAddress[];
	readonly endpoint: Endpoint;
	/** Resolvers that may be asked on this tunnel, and nowhere else. */
	readonly resolvers: readonly IpAddress[];
	/** `handshake`: the outer pinhole and our own probe. `traffic`: applications too. */
	readonly pass: 'handshake' | 'traffic';
	/**
	 * Uid of the process that sends the outer packets (wireguard-go, openvpn), so that nobody else can use the pinhole even
	 * with the right mark; null for a kernel device, whose packets belong to no process.
	 */
	readonly senderUid: number | null;
	/** While another tunnel stands beside it. */
	readonly beside?: Beside;
	/** Until when the pinhole is open while only the handshake may pass; absent: for as long as the policy stands. */
	readonly lease?: Lease;
}

/** What a tunnel needs so that it can be asked while another one carries. */
export interface Beside {
	/** Of its slot: on our own questions through it, and on all that comes by it. */
	readonly mark: number;
	/** Who is asked which address the world sees, while that is being asked. */
	readonly exit: Endpoint | null;
}

/** What the owner of a tunnel that we only guard may reach outside it. */
export interface OwnersEndpoint {
	readonly endpoint: Endpoint;
	/** What its outer packets bear; null where they bear nothing, or nobody says what. */
	readonly mark: number | null;
	/** Whose process sends them; null for a kernel device, and where the device itself names the endpoint. */
	readonly uid: number | null;
	/** Who named it. */
	readonly by: 'device' | 'setting';
}

/** Somebody else's tunnel that is guarded: open for its owner outside a lockdown, whether it stands or not. */
export interface Attached {
	/** Null while there is none. */
	readonly interface: InterfaceName | null;
	readonly endpoints: readonly OwnersEndpoint[];
}

/** What the policy depends on besides configuration. */
export interface Situation {
	readonly kind: 'blocked' | 'lockdown' | 'tunnelled';
	/** Empty unless `tunnelled`. Two entries while switching. */
	readonly tunnels: readonly TunnelUse[];
	/** The uplink that carries endpoint, LAN and published ports; null when there is none. */
	readonly uplink: InterfaceName | null;
	/** Every interface that is neither loopback nor one of our tunnels, the uplink included. */
	readonly outside: readonly InterfaceName[];
	/** The IPv6 networks on the uplink itself, whose hosts look each other up by their own addresses. */
	readonly onLink?: readonly Cidr[];
	/** What operators opened for a time; closed in lockdown, where their time runs on. */
	readonly exceptions?: readonly Exception[];
	/** What must be asked before there is a tunnel. */
	readonly pinholes?: readonly Pinhole[];
	/** Servers whose distance is being measured. */
	readonly echoes?: readonly EchoOpening[];
	/** What the provider forwards at this moment. */
	readonly granted?: GrantedPort;
	/** With `VKS_ATTACH`, where `tunnels` are somebody else's. */
	readonly attached?: Attached;
	/** Which names may be reached through the tunnel, where not all may. */
	readonly egress?: EgressPlan;
}

/** What a rule looks at. Every field present must hold; an absent field matches everything. */
export interface Match {
	readonly inInterface?: readonly InterfaceName[];
	readonly outInterface?: readonly InterfaceName[];
	readonly source?: readonly Cidr[];
	readonly destination?: readonly Cidr[];
	readonly protocol?: readonly Protocol[];
	readonly sourcePorts?: readonly Port[];
	readonly destinationPorts?: readonly Port[];
	/** Every port from the first to the last. */
	readonly sourceSpan?: PortSpan;
	readonly destinationSpan?: PortSpan;
	/** TCP packets that open a connection or answer that. */
	readonly synOnly?: true;
	/** Met while new connections come no faster than this. The last term of a rule, so that it counts what the others let by. */
	readonly pace?: Pace;
	readonly icmpTypes?: readonly number[];
	/** Hop limit, for neighbour discovery (RFC 4861: 255 proves that no router forwarded it). */
	readonly hopLimit?: number;
	readonly mark?: number;
	readonly uid?: number;
	/** Address and port of the destination are in a set that is filled while the ruleset stands. */
	readonly held?: {readonly set: string; readonly family: 4 | 6};
	/** The `divert` chain gave it its destination. */
	readonly diverted?: true;
	readonly connection?: readonly ('new' | 'established' | 'related')[];
	readonly connectionDirection?: 'original' | 'reply';
	readonly connectionMark?: number;
	/** Holds until the kernel ends it; needs a protocol. */
	readonly lease?: LeaseName;
	readonly family?: 4 | 6;
	/** ARP and other link protocols; only at the netdev egress hook. */
	readonly etherType?: 'arp' | 'ip' | 'ip6';
	/** Handed over as this, while the frame's own header says otherwise; only at the netdev egress hook. */
	readonly disguised?: 'ip' | 'ip6';
	/** Who an ARP packet says it is from; only at the netdev egress hook. */
	readonly arpSource?: readonly Cidr[];
}

/** New connections a second; null is no limit. A source is an IPv4 address or an IPv6 network of 64 bits. */
export interface Pace {
	readonly family: 4 | 6;
	readonly perSource: number | null;
	readonly total: number | null;
}

export type Protocol = Transport | 'icmp' | 'icmpv6';

export type Verdict =
	| {readonly kind: 'accept'}
	| {readonly kind: 'reject'}
	| {readonly kind: 'drop'}
	| {readonly kind: 'set-mark'; readonly mark: number}
	| {readonly kind: 'set-connection-mark'; readonly mark: number}
	/** Lowers the segment size that a TCP SYN names to what fits the route, both ways. */
	| {readonly kind: 'clamp-mss'}
	/** To this port on loopback; only in the `divert` chain, which decides once for a connection. */
	| {readonly kind: 'redirect'; readonly port: Port}
	/** Only in the `postrouting` chain. */
	| {readonly kind: 'snat'; readonly address: IpAddress};

/** One rule. A refusing rule also logs through NFLOG, in a rule of its own before it. */
export interface Rule {
	readonly id: RuleId;
	/** Why it is there, for a person. */
	readonly reason: string;
	/** The setting it comes from (`NETWORK`), or `vks` for what is always there. */
	readonly setting: string;
	readonly match: Match;
	readonly verdict: Verdict;
}

/**
 * `early` stands before connection tracking; `postrouting` only where hosts are routed through the tunnel, `divert` only where
 * names are chosen that may be reached.
 */
export type ChainName = 'early' | 'prerouting' | 'reroute' | 'divert' | 'input' | 'forward' | 'output' | 'postrouting' | 'egress';

export interface Chain {
	readonly name: ChainName;
	readonly table: 'inet' | 'netdev';
	/** What happens to a packet that no rule decided. */
	readonly policy: 'accept' | 'drop';
	/** In evaluation order. Ids are unique in the whole ruleset. */
	readonly rules: readonly Rule[];
}

/** The policy compiled: chains in the order in which a packet can meet them. */
export interface Ruleset {
	readonly chains: readonly Chain[];
	/** Interfaces the egress backstop must be hooked on. */
	readonly backstop: readonly InterfaceName[];
	/** Names that are no uplink's, whatever link bears them later. */
	readonly tunnelNames: readonly InterfaceName[];
	/** What ends by itself, whether a rule names it now or not. */
	readonly leases: readonly Lease[];
	/** What of rules is in sets that are filled meanwhile: `name { type … }` */
	readonly sets: readonly string[];
	readonly numbers: Numbers;
}
