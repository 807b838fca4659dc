/** The one interface of all tunnel drivers, and what a server looks like once its file was read. */
import type {Family, IpAddress} from '../net/address.ts';
import type {Cidr} from '../net/cidr.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {Endpoint, Port} from '../net/port.ts';
import type {Validity} from './openvpn/certificate.ts';
import type {FileCredentials} from './openvpn/credentials.ts';
import type {Remote} from './openvpn/remotes.ts';
import type {LinkAddress, TunnelFacts, WireguardSettings} from '../kernel/kernel.ts';
import type {TunnelUse} from '../policy/policy.ts';
import type {OwnerWish} from './owner.ts';
import type {Problem} from '../problem.ts';
import type {Result} from '../result.ts';

/** What every server has, whatever speaks to it. No secrets: those are behind the functions of each kind. */
interface CommonServer {
	/** The file's name without `.conf` or `.ovpn`. */
	readonly id: string;
	readonly city: string | null;
	readonly country: string | null;
	/** Per cent of its capacity in use, where the file says so. */
	readonly load: number | null;
	/** Those the file names. */
	readonly resolvers: readonly IpAddress[];
	readonly mtu: number | null;
	/** Hooks and other lines that were read and refused, for the operator to see. */
	readonly notes: readonly string[];
	/** When its file, which holds the key, was last changed; null where that is not known. */
	readonly fileChangedAtMs: number | null;
	/** Tells its private key from others (`key-mark.ts`); null where it has none of ours, or a certificate says how old it is. */
	readonly keyMark: (salt: Uint8Array) => string | null;
	/** Of its client's certificate; null where it has none. */
	readonly certificate: Validity | null;
}

interface DialledServer extends CommonServer {
	/** The endpoint's host as written; a literal address, or a name that must be resolved before the tunnel exists. */
	readonly endpointHost: string;
	readonly endpointPort: Port;
}

/** A server that can be connected to. `settings` never leaves the tunnel folder's driver. */
export interface WireguardServer extends DialledServer {
	readonly kind: 'wireguard';
	readonly addresses: readonly LinkAddress[];
	readonly allowedIps: readonly Cidr[];
	/** Families that AllowedIPs routes by default (0.0.0.0/0, ::/0) and an address exists for. */
	readonly families: readonly Family[];
	/** A function, so that no log or snapshot of the server can print keys by accident. */
	readonly settings: (endpoint: string, mark: number) => WireguardSettings;
}

/** `endpointHost` is that of its first remote; addresses come from the server. */
export interface OpenvpnServer extends DialledServer {
	readonly kind: 'openvpn';
	/** In the order in which they are tried. */
	readonly remotes: readonly Remote[];
	/** What OpenVPN will ask for. */
	readonly asks: {readonly user: boolean; readonly passphrase: boolean};
	/** As the file brings them; functions, so that nothing prints secrets by accident. */
	readonly credentials: () => FileCredentials;
	readonly config: (endpoint: Endpoint) => string;
}

export interface AdoptFailure {
	readonly cause: 'no-tunnel' | 'no-endpoint-route' | 'tunnel-failed';
	readonly problem: Problem;
}

export interface Adopted {
	readonly tunnel: Tunnel;
	readonly use: TunnelUse;
}

export interface AdoptWish extends Pick<OwnerWish, 'anew' | 'close' | 'signal'> {
	/** Awaited once it is known how the policy must see it. */
	readonly openPinhole: (use: TunnelUse) => Promise<void>;
}

/** A tunnel of somebody else's, which is found and not dialled: where its server is, its device says. */
export interface AttachedServer extends CommonServer {
	readonly kind: 'gluetun' | 'external';
	readonly adopt: (wish: AdoptWish) => Promise<Result<Adopted, AdoptFailure>>;
}

export type Server = WireguardServer | OpenvpnServer | AttachedServer;

/** One entry of a catalogue: a server, or a file that cannot be one and why. */
export type ServerEntry = {readonly ok: true; readonly server: Server} | {readonly ok: false; readonly id: string; readonly problem: Problem};

/** A tunnel that was brought up. It is not `connected` until a sign of life and bytes were seen. */
export interface Tunnel {
	readonly server: Server;
	readonly interface: InterfaceName;
	readonly implementation: string;
	readonly mtu: number;
	/** Ours inside it, as the file says or the server gave them; those of blocked families are left out. */
	readonly addresses: readonly IpAddress[];
	/** Those of the file, or of the server. */
	readonly resolvers: readonly IpAddress[];
	facts(): Promise<Result<TunnelFacts, Problem>>;
	/** Begins its session anew, with a fresh handshake, and leaves device, addresses and routes as they are. Absent where that cannot be. */
	readonly refresh?: () => Promise<Result<void, Problem>>;
	/** Idempotent. */
	down(): Promise<void>;
	/** Called once when it ends unasked, with the reason in a few words. */
	onExit(listener: (why: string) => void): void;
}
