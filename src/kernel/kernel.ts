/**
 * The one door to the kernel. The controller knows this interface only; `kernel/linux.ts` opens it on the real kernel and
 * `test/fakes/fake-kernel.ts` imitates it, and one contract suite runs against both.
 */
import type {Duplex} from 'node:stream';
import type {Family, IpAddress} from '../net/address.ts';
import type {Cidr} from '../net/cidr.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {Port, Transport} from '../net/port.ts';
import type {Problem} from '../problem.ts';
import type {Result} from '../result.ts';
import type {Owners} from './owners/owner.ts';
import type {ConnectWish} from './connect/connect.ts';
import type {ForeignTunnel} from './foreign-tunnel.ts';
import type {ExchangeWish} from './connect/exchange.ts';
import type {XdpGuard} from './af-xdp/holding.ts';
import type {ForeignHooks} from './foreign/hook.ts';
import type {Probes} from './probe/probe.ts';
import type {HeldProxy, ProxyStart} from './proxy.ts';
import type {ProgramEnd, ProgramWish} from './program/program.ts';
import type {Traffic} from './traffic/traffic.ts';

export type {Holder, LocalFlow, Owners} from './owners/owner.ts';
export type {ConnectWish} from './connect/connect.ts';
export type {XdpGuard, XdpHolding} from './af-xdp/holding.ts';
export type {ForeignHook, ForeignHooks} from './foreign/hook.ts';
export type {ForeignTunnel} from './foreign-tunnel.ts';
export type {HeldProxy, ProxyStart} from './proxy.ts';
export type {ProgramEnd, ProgramWish} from './program/program.ts';
export type {ExchangeWish} from './connect/exchange.ts';
export type {Flow, OpenSocket, TrackedConnection, Traffic} from './traffic/traffic.ts';
export type {EchoAnswer, EchoSocket, EchoWay, ProbeAnswer, ProbeFlow, ProbePacket, Probes, Tap, TapFrame, TapOptions} from './probe/probe.ts';

export type TableFamily = 'inet' | 'netdev';

/** What a table's header says, read raw from netlink (nft 1.0.6 garbles it in JSON). */
export type TableHeader =
	| {readonly kind: 'absent'}
	| {readonly kind: 'present'; readonly owner: 'ours' | 'other' | 'nobody'; readonly persist: boolean; readonly dormant: boolean};

/**
 * The ruleset generation and who made it (NFT_MSG_NEWGEN, linux/netfilter/nf_tables.h). The pid is the maker's as the host
 * sees it; 0 when the watch did not see it happen.
 */
export interface Generation {
	readonly id: number;
	readonly pid: number;
	readonly process: string;
}

export interface Firewall {
	readonly backend: 'libnftables' | 'nft';
	/**
	 * Runs one nft script as one transaction: all of it or nothing. The error carries nft's own first line. `at once` waits
	 * for no other call, so that a lockdown passes one that hangs.
	 */
	run(script: string, order?: 'in turn' | 'at once'): Promise<Result<void, Problem>>;
	/** Makes the table ours (OWNER|PERSIST) on the backend's own socket, creating it when absent. */
	own(family: TableFamily, name: string): Promise<Result<'owned' | 'unsupported', Problem>>;
	/** `nft -j list table`, parsed but not interpreted; null when the table does not exist. */
	list(family: TableFamily, name: string): Promise<Result<unknown, Problem>>;
	header(family: TableFamily, name: string): Result<TableHeader, Problem>;
	/** The devices a netdev chain is really hooked on, by current name (raw NFT_MSG_GETCHAIN). */
	hookDevices(table: string, chain: string): Result<readonly InterfaceName[], Problem>;
	generation(): Result<Generation, Problem>;
	close(): void;
}

export interface Link {
	readonly index: number;
	readonly name: InterfaceName;
	/** Administratively up, with carrier. */
	readonly up: boolean;
	readonly loopback: boolean;
	/** IFLA_INFO_KIND: `veth`, `wireguard`, `tun`; null for plain devices. */
	readonly kind: string | null;
	readonly mtu: number;
	readonly addresses: readonly LinkAddress[];
	/** An XDP program runs on it (IFLA_XDP_ATTACHED). */
	readonly xdp?: true;
}

export interface LinkAddress {
	readonly address: IpAddress;
	readonly prefixLength: number;
	readonly scope: 'global' | 'link' | 'host';
}

/** One route of a table vks looks at. `destination` null is the default route. */
export interface Route {
	readonly family: Family;
	readonly table: number;
	readonly destination: Cidr | null;
	readonly kind: 'unicast' | 'unreachable' | 'other';
	readonly gateway: IpAddress | null;
	readonly interface: InterfaceName | null;
	readonly metric: number;
	/** Bears the protocol number of vks (`RTPROT_VKS`), as every route does that vks writes. */
	readonly ours?: true;
	/** What names a route of somebody else when it is to go, in the kernel's own words: our fields would fit several. */
	readonly message?: Uint8Array;
}

/** One `ip rule` (linux/fib_rules.h). */
export interface RoutingRule {
	readonly family: Family;
	readonly priority: number;
	readonly mark: number | null;
	readonly outInterface: InterfaceName | null;
	readonly table: number;
	/** `suppress_prefixlength`; null when not set. */
	readonly suppressPrefixLength: number | null;
	/** Only packets to this one host; absent for all. */
	readonly to?: IpAddress;
	/** Only packets of this protocol from this local port; absent for all. */
	readonly from?: {readonly transport: Transport; readonly port: Port};
	/** Only packets that begin here (`iif lo`), and none that is forwarded; absent for all. */
	readonly local?: true;
	/** Set when the rule has what no rule of vks has (source, another incoming interface, uid, mask, another action): never ours. */
	readonly special?: true;
	/** A special rule as the kernel told it, by which alone it can be named when it is to go. */
	readonly message?: Uint8Array;
}

/** A TCP port of ours that others may connect to from these ranges; from anywhere where there is none. */
export interface DoorFlows {
	readonly port: Port;
	readonly from: readonly Cidr[];
}

export interface Network {
	/** Links with their addresses. */
	links(): Result<readonly Link[], Problem>;
	/** Unicast and unreachable routes of `main` and of the named tables, both families. */
	routes(tables: readonly number[]): Result<readonly Route[], Problem>;
	rules(): Result<readonly RoutingRule[], Problem>;
	/** Writes the route as ours, whoever's stood in its place. */
	replaceRoute(route: Route): Result<void, Problem>;
	deleteRoute(route: Route): Result<void, Problem>;
	addRule(rule: RoutingRule): Result<void, Problem>;
	deleteRule(rule: RoutingRule): Result<void, Problem>;
	/** Has the kernel ask anew for a neighbour that it took for dead; false where it did not. */
	forgetDeadNeighbour(address: IpAddress, link: InterfaceName): Result<boolean, Problem>;
	/** Forgets all tracked connections, but for those that came in by the door; how many, or why connection tracking could not be asked. */
	flushConnections(spare?: DoorFlows): Promise<Result<number, Problem>>;
	/** Has TCP connections that stand, and came in by the door, tracked as such and with this mark; how many there are. */
	adoptConnections(door: DoorFlows, mark: number): Result<number, Problem>;
	/** The same of those alone that have one of these addresses; `translated`: only others' that bear it on their way. */
	forgetConnections(addresses: readonly IpAddress[], which: 'all' | 'translated'): Promise<Result<number, Problem>>;
	/** Ends the TCP connections bound to these addresses, so that their owners hear of it at once; how many there were. */
	endConnections(addresses: readonly IpAddress[]): Result<number, Problem>;
}

export interface Sysctl {
	/** Null when the key does not exist (IPv6 switched off, for instance). */
	read(key: string): string | null;
	/** False when /proc/sys is read-only or refuses. */
	write(key: string, value: string): boolean;
}

/** One refused packet, as NFLOG reported it. */
export interface DropRecord {
	readonly atMs: number;
	readonly ruleId: string;
	readonly direction: 'in' | 'out' | 'forward';
	readonly inInterface: string | null;
	readonly outInterface: string | null;
	readonly source: string;
	readonly destination: string;
	readonly protocol: 'tcp' | 'udp' | 'icmp' | 'icmpv6' | 'other';
	readonly sourcePort: number | null;
	readonly destinationPort: number | null;
	readonly icmpType: number | null;
	readonly uid: number | null;
	readonly gid: number | null;
	/** The packet mark, where it bore one. */
	readonly mark?: number;
	/** Of a frame that is neither IP nor ARP (IEEE 802). */
	readonly etherType?: number;
	/** Bytes of the whole IP packet. */
	readonly length: number;
}

export type KernelEvent =
	| {readonly kind: 'ruleset-changed'; readonly generation: Generation; readonly ours: boolean}
	/** `by`: who asked for it, as far as the kernel tells; absent when vks did. */
	| {readonly kind: 'network-changed'; readonly what: 'link' | 'address' | 'route' | 'rule'; readonly by?: string}
	/** `lost` counts records the kernel could not hand over (gaps in NFULA_SEQ). */
	| {readonly kind: 'drops'; readonly records: readonly DropRecord[]; readonly lost: number}
	/** A socket overran: facts may be missing, read everything again. */
	| {readonly kind: 'overrun'; readonly source: 'nftables' | 'rtnetlink' | 'nflog'};

/** WireGuard device configuration. Holds secrets: never log, store or send it. */
export interface WireguardSettings {
	readonly privateKey: string;
	readonly listenPort: number | null;
	readonly mark: number;
	readonly peer: {
		readonly publicKey: string;
		readonly presharedKey: string | null;
		readonly endpoint: string;
		readonly allowedIps: readonly Cidr[];
		readonly keepaliveSeconds: number | null;
	};
}

/** What a tunnel says of itself. No secrets. */
export interface TunnelFacts {
	/** When the server last showed that it is there: WireGuard's handshake; with OpenVPN whatever came in on the wire. */
	readonly handshakeAtMs: number | null;
	readonly rxBytes: number;
	readonly txBytes: number;
	readonly endpoint: string | null;
	readonly keepaliveSeconds: number | null;
}

export type WireguardFacts = TunnelFacts;

export interface TunnelDevice {
	readonly interface: InterfaceName;
	readonly implementation: 'kernel' | 'wireguard-go';
	configure(settings: WireguardSettings): Promise<Result<void, Problem>>;
	/** Sets addresses and MTU and brings the link up. */
	bringUp(addresses: readonly LinkAddress[], mtu: number): Promise<Result<void, Problem>>;
	facts(): Promise<Result<WireguardFacts, Problem>>;
	/** Removes the device, and the process behind it where there is one. Idempotent. */
	remove(): Promise<void>;
	/** Called once when the process behind the device ends unasked. */
	onExit(listener: () => void): void;
}

export interface OpenvpnStart {
	/** Whole, on its standard input. Secret: it holds the private key. */
	readonly config: string;
	/** What stands on its command line; none of it secret. */
	readonly options: readonly string[];
	/** Where its management socket is made, in a folder for nobody else. */
	readonly runFolder: string;
}

/** A running openvpn that dials nobody until it is told to. */
export interface OpenvpnProcess {
	readonly interface: InterfaceName;
	/** One line to its management interface. It may hold a secret, and is kept nowhere. */
	say(line: string): void;
	/** Gives every line it says, from its first one on, to the one listener. */
	listen(listener: (line: string) => void): void;
	/** Sets addresses and MTU and brings the link up, once the server gave them. */
	bringUp(addresses: readonly LinkAddress[], mtu: number): Promise<Result<void, Problem>>;
	/** Bytes inside the tunnel: what applications sent and got. Null while there is no link. */
	carried(): Pick<TunnelFacts, 'rxBytes' | 'txBytes'> | null;
	/** Ends the process; its link goes with it. Idempotent. */
	remove(): Promise<void>;
	/** Called once when it ends, or hears us no more, unasked. */
	onExit(listener: () => void): void;
}

export interface Devices {
	/** Kernel WireGuard when the kernel has it, wireguard-go otherwise. Removes a leftover device of the same name first. */
	createWireguard(name: InterfaceName): Promise<Result<TunnelDevice, Problem>>;
	/** Starts openvpn, held. Removes a leftover device of the same name first. */
	startOpenvpn(name: InterfaceName, start: OpenvpnStart): Promise<Result<OpenvpnProcess, Problem>>;
	/** Reads a device of somebody else's, and changes nothing. */
	inspect(name: InterfaceName, kind: ForeignTunnel['kind']): Promise<Result<ForeignTunnel, Problem>>;
	/** Removes what an earlier daemon left under that name: a tunnel, and the process behind it. */
	removeLeftover(name: InterfaceName): Promise<Result<void, Problem>>;
}

export interface Kernel {
	readonly firewall: Firewall;
	readonly network: Network;
	readonly sysctl: Sysctl;
	readonly xdp: XdpGuard;
	readonly hooks: ForeignHooks;
	readonly devices: Devices;
	readonly probes: Probes;
	readonly owners: Owners;
	readonly traffic: Traffic;
	/** A TCP connection of our own. Rejects never; a signal that aborts ends the attempt. */
	connect(wish: ConnectWish, signal: AbortSignal): Promise<Result<Duplex, Problem>>;
	/** Runs a program of the operator's to its end. Rejects never; a signal that aborts ends it. */
	runProgram(wish: ProgramWish, signal: AbortSignal): Promise<ProgramEnd>;
	/** Starts nginx as a user of its own, ready to listen; ends first what an earlier daemon left of it. */
	startProxy(start: ProxyStart): Promise<Result<HeldProxy, Problem>>;
	/** Ends what an earlier daemon left of it, where nothing is governed any more. */
	endProxies(uid: number): Promise<void>;
	/** One datagram of our own, and the first that comes back; null when none did before the signal. Never rejects. */
	exchange(wish: ExchangeWish, signal: AbortSignal): Promise<Uint8Array | null>;
	/** Starts delivering events until the signal aborts. A busy NFLOG group is a problem, not a failure. */
	watch(listener: (event: KernelEvent) => void, options: {readonly nflogGroup: number; readonly signal: AbortSignal}): Promise<readonly Problem[]>;
	close(): void;
}
