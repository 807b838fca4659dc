/** The operator's settings after validation: everything downstream trusts these types. */
import type {EgressPolicy} from '../egress/egress-policy.ts';
import type {LinkAddress} from '../kernel/kernel.ts';
import type {IpAddress} from '../net/address.ts';
import type {Cidr} from '../net/cidr.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {Endpoint, Port, PortSpan, Transport} from '../net/port.ts';
import type {Numbers, Protocol} from '../policy/policy.ts';
import type {GluetunAddress} from '../tunnel/gluetun/ask.ts';
import type {GluetunOffer} from '../tunnel/gluetun/choice.ts';
import type {Argv} from './parse-command.ts';

/** An inbound port on the uplink (published by the container engine), or on the tunnel (forwarded by the provider). */
export interface InboundPort {
	readonly port: Port;
	readonly transport: Transport;
	readonly on: 'uplink' | 'tunnel';
	/** Who may connect; empty means anyone. */
	readonly from: readonly Cidr[];
}

/** One narrow opening toward hosts reached over the uplink (`VKS_LAN`). */
export interface LanPermission {
	/** Who may begin: we (`out`), they (`in`), or both. Answers pass either way. */
	readonly direction: 'out' | 'in' | 'both';
	readonly range: Cidr;
	/** Null means every protocol; ICMP means echo. */
	readonly protocol: Protocol | null;
	/** At the side that is connected to; null means every port. Only with TCP and UDP. */
	readonly ports: PortSpan | null;
}

/** New connections a second to ports that others may connect to; null is no limit. */
export interface InboundRates {
	readonly perSource: number | null;
	readonly perPort: number | null;
}

/** Somebody behind the tunnel who is asked whether it carries: by a ping, or a TCP connection that is ended at once. */
export type HealthTarget = {readonly kind: 'ping'; readonly address: IpAddress} | {readonly kind: 'connect'; readonly address: IpAddress; readonly port: Port};

/** Hosts on another network of the container that may be reached narrowly. */
export interface PeerPermission {
	readonly interface: InterfaceName;
	readonly destination: Cidr;
	readonly transport: Transport;
	readonly port: Port;
}

/** Hosts that are routed through the tunnel: where they are, and their addresses. */
export interface GatewayPermission {
	readonly interface: InterfaceName;
	readonly range: Cidr;
}

/** The way in that stays open during lockdown, so that the operator is not locked out. */
export interface ManagementPath {
	readonly from: readonly Cidr[];
	readonly port: Port;
}

/** Where secrets are read from; the secrets themselves are no part of the configuration (`secrets.ts`). */
export interface SecretFiles {
	readonly user: string | null;
	readonly password: string | null;
	readonly passphrase: string | null;
	readonly nordvpnToken: string | null;
	readonly wireguardKey: string | null;
	readonly gluetunKey: string | null;
	readonly gluetunUser: string | null;
	readonly gluetunPassword: string | null;
	readonly notifyToken: string | null;
}

/** A provider that is asked for servers, and which of them are wanted. `folder` asks nobody. */
export interface ProviderWish {
	readonly name: 'folder' | 'nordvpn' | 'mullvad';
	readonly countries: readonly string[];
	readonly cities: readonly string[];
	readonly groups: readonly string[];
	/** One of so many by chance; 0 and 1 are the first. */
	readonly randomTop: number;
	/** What the provider gave to `VKS_WIREGUARD_PRIVATE_KEY`. */
	readonly addresses: readonly LinkAddress[];
	/** Where the API of each answers: nobody is asked for it before there is a tunnel. */
	readonly api: Readonly<Record<'nordvpn' | 'mullvad', readonly IpAddress[]>>;
}

/** A tunnel of somebody else's that is guarded, and who that is. */
export interface AttachWish {
	readonly to: 'gluetun' | 'external';
	/** Null takes the only tunnel there is. */
	readonly interface: InterfaceName | null;
	/** Open for its owner whether the tunnel stands or not. */
	readonly endpoints: readonly Endpoint[];
	/** Whose process sends to those. */
	readonly uid: number;
	readonly gluetun: {readonly address: GluetunAddress; readonly offers: readonly GluetunOffer[]};
	/** What connects an `external` tunnel anew; null where vks cannot ask for that. */
	readonly command: Argv | null;
}

/** Where machines read: a loopback address and port, or a unix socket. */
export type ListenPlace = {readonly kind: 'tcp'; readonly address: IpAddress; readonly port: Port} | {readonly kind: 'unix'; readonly path: string};

/** Who is told of changes. The URL's path may be a secret. */
export interface NotifyWish {
	readonly url: string;
	readonly format: 'json' | 'ntfy';
}

/** A port that the provider is asked to forward, and who is told of it. */
export interface PortForwardWish {
	readonly by: 'off' | 'nat-pmp';
	/** Null: the first IPv4 resolver of the tunnel's own. */
	readonly gateway: IpAddress | null;
	readonly hook: Argv | null;
	readonly file: string | null;
}

export interface Config {
	readonly tunnelFolder: string;
	readonly secretFiles: SecretFiles;
	readonly provider: ProviderWish;
	/** Null where vks brings up tunnels of its own. */
	readonly attach: AttachWish | null;
	/** The server to start with; the first by name when absent. */
	readonly server: string | null;
	/** How long a server is used before the next one is; null for as long as it works. */
	readonly rotateEveryMs: number | null;
	readonly rotateBy: 'rank' | 'random';
	/** From what age on a key is told as too old; null for never. */
	readonly keyMaxAgeMs: number | null;
	/** LAN ranges open in both directions (`NETWORK`). */
	readonly network: readonly Cidr[];
	/** Ranges in `network` that the operator had to override a refusal for. Non-empty shows red on every screen. */
	readonly unsafeNetwork: readonly Cidr[];
	readonly lan: readonly LanPermission[];
	/** Which names whom it governs may reach through the tunnel; empty governs nobody. */
	readonly egress: EgressPolicy;
	/** Resolvers asked through the tunnel; empty means those of the tunnel's own configuration. */
	readonly resolvers: readonly IpAddress[];
	/** Whether Docker's resolver at 127.0.0.11 may be asked, although it answers from outside the tunnel. */
	readonly dockerDns: boolean;
	/** Whether servers may be pinged outside the tunnel, when somebody asks. */
	readonly latency: boolean;
	/** `auto` tunnels IPv6 when the tunnel has an IPv6 address and blocks it otherwise. */
	readonly ipv6: 'auto' | 'block';
	readonly inboundPorts: readonly InboundPort[];
	readonly inboundRates: InboundRates;
	readonly portForward: PortForwardWish;
	readonly peers: readonly PeerPermission[];
	readonly gateway: readonly GatewayPermission[];
	readonly management: ManagementPath | null;
	readonly uplink: InterfaceName | 'auto';
	/** The name our tunnel's interface gets (`VKS_INTERFACE`). */
	readonly tunnelInterface: InterfaceName;
	/** Whether the uplink's address comes from DHCP, which needs a permission of its own. */
	readonly dhcp: boolean;
	/** Where to learn the exit address, asked through the tunnel; null asks nobody. */
	readonly exitUrl: string | null;
	/** How often the tunnel's resolver is asked, to see how long it takes; null for never. */
	readonly rttEveryMs: number | null;
	/** `auto`: the tunnel's own resolvers. Empty: nobody. */
	readonly healthTargets: 'auto' | readonly HealthTarget[];
	/** After how many failed connections the next server stands in; null for never. `auto` depends on whether `server` is set. */
	readonly failover: 'auto' | number | null;
	/** How often a leak test runs by itself, besides after each connection; null for neither. */
	readonly drillEveryMs: number | null;
	readonly drillOnLeak: 'lockdown' | 'report';
	/** A name whose address is that of the resolver which asks for it; null asks nobody. */
	readonly drillWhoami: string | null;
	/** Where metrics and the health check are served; null is nowhere. */
	readonly metrics: ListenPlace | null;
	/** Null tells nobody. */
	readonly notify: NotifyWish | null;
	readonly stateFolder: string;
	readonly runFolder: string;
	readonly resolvConf: string;
	readonly firewallBackend: 'auto' | 'libnftables' | 'nft';
	readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
	/** For how long drops, journal entries and the like are kept. */
	readonly keepMs: number;
	readonly keepDrops: number;
	readonly keepJournal: number;
	/** `memory`: no entry is written anywhere. */
	readonly journalTo: 'log' | 'memory';
	readonly numbers: Numbers;
}
