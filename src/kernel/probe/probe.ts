/** What a leak test asks of the kernel: to send what should not pass, and to see whether it did. Part of `kernel.ts`. */
import type {Family, IpAddress} from '../../net/address.ts';
import type {InterfaceName} from '../../net/interface-name.ts';
import type {Port} from '../../net/port.ts';
import type {Problem} from '../../problem.ts';
import type {Result} from '../../result.ts';

/** One packet of a leak test, from an ordinary socket. */
export interface ProbePacket {
	readonly socket: 'udp' | 'tcp' | 'icmp';
	readonly destination: IpAddress;
	/** Null for ICMP. */
	readonly port: Port | null;
	/** For ICMP the whole message; TCP sends none, because its first packet carries none. */
	readonly payload: Uint8Array;
	/** SO_BINDTODEVICE. */
	readonly device: InterfaceName | null;
	/** The local address it is bound to. */
	readonly source: IpAddress | null;
	/** SO_MARK. */
	readonly mark: number | null;
	/** Time to live, or hop limit. */
	readonly hops: number | null;
}

/** What the kernel told the sender. A TCP handshake that began counts as sent; `not-possible`: this process may not even try. */
export type ProbeAnswer =
	| {readonly kind: 'sent'}
	| {readonly kind: 'refused'; readonly why: string}
	| {readonly kind: 'not-possible'; readonly why: string};

/** A TCP connection that a leak test keeps, to see where its packets go when its way is taken from it. */
export interface ProbeFlow {
	established(): boolean;
	send(payload: Uint8Array): ProbeAnswer;
	/** SO_BINDTODEVICE on the connection as it stands; null undoes it. */
	moveTo(device: InterfaceName | null): ProbeAnswer;
	close(): void;
}

/** A small frame as it was handed to a driver, from its link header on. */
export interface TapFrame {
	readonly linkIndex: number;
	readonly bytes: Uint8Array;
}

/** What leaves by any link, as seen behind every netfilter hook and queue. */
export interface Tap {
	/** What came since the last call; `lost` counts frames the kernel had no room for. */
	read(): {readonly frames: readonly TapFrame[]; readonly lost: number};
	close(): void;
}

export interface TapOptions {
	/** Links whose frames are not wanted: loopback, tunnels. */
	readonly ignore: readonly number[];
	/** The tunnel's own outer packets bear it; only those too small to hold data are handed over. */
	readonly tunnelMark: number;
}

/** What came in answer to a ping, or any other ICMP message. */
export interface EchoAnswer {
	readonly from: IpAddress;
	/** From its type on. */
	readonly message: Uint8Array;
}

/** Outside the tunnel by the mark that finds the uplink, or through one device from an address of ours. */
export type EchoWay = {readonly mark: number} | {readonly device: InterfaceName; readonly source: IpAddress; readonly bears?: number | undefined};

/** Pings of our own. */
export interface EchoSocket {
	/** One whole message. */
	send(to: IpAddress, message: Uint8Array): ProbeAnswer;
	/** What came since the last call. */
	read(): readonly EchoAnswer[];
	close(): void;
}

/** Sends what should not pass, and sees whether it did. */
export interface Probes {
	/** Needs NET_RAW. */
	openTap(options: TapOptions): Result<Tap, Problem>;
	send(packet: ProbePacket): ProbeAnswer;
	/** One whole frame through AF_PACKET, past routing and the output hook. */
	sendFrame(linkIndex: number, frame: Uint8Array): ProbeAnswer;
	/** The Ethernet address of a link; null when it has none. */
	hardwareAddress(linkIndex: number): Uint8Array | null;
	/** Begins a TCP connection, bound to a device where one is named; null when it cannot even begin. */
	openFlow(to: {readonly destination: IpAddress; readonly port: Port; readonly source: IpAddress; readonly device?: InterfaceName; readonly mark?: number | undefined}): ProbeFlow | null;
	/** Needs NET_RAW. */
	openEcho(options: {readonly family: Family} & EchoWay): Result<EchoSocket, Problem>;
	/** Sets one link down (`ip link set … down`). */
	setDown(name: InterfaceName): Result<void, Problem>;
}
