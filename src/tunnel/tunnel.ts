/** The one interface of all tunnel drivers, and what a server looks like once its file was read. */
import type {Family, IpAddress} from '../net/address.ts';
import type {Cidr} from '../net/cidr.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {Port} from '../net/port.ts';
import type {LinkAddress, WireguardFacts, WireguardSettings} from '../kernel/kernel.ts';
import type {Problem} from '../problem.ts';
import type {Result} from '../result.ts';

/** A server that can be connected to. `secrets` never leaves the tunnel folder's driver. */
export interface WireguardServer {
	readonly kind: 'wireguard';
	/** The file's name without `.conf`. */
	readonly id: string;
	readonly city: string | null;
	readonly country: string | null;
	/** Per cent of its capacity in use, where the file says so. */
	readonly load: number | null;
	/** The endpoint's host as written; a literal address, or a name that must be resolved before the tunnel exists. */
	readonly endpointHost: string;
	readonly endpointPort: Port;
	readonly addresses: readonly LinkAddress[];
	readonly resolvers: readonly IpAddress[];
	readonly allowedIps: readonly Cidr[];
	readonly mtu: number | null;
	/** Hooks and other lines that were read and refused, for the operator to see. */
	readonly notes: readonly string[];
	/** Families that AllowedIPs routes by default (0.0.0.0/0, ::/0) and an address exists for. */
	readonly families: readonly Family[];
	/** When its file, which holds the key, was last changed; null where that is not known. */
	readonly fileChangedAtMs: number | null;
	/** A function, so that no log or snapshot of the server can print keys by accident. */
	readonly settings: (endpoint: string, mark: number) => WireguardSettings;
}

export type Server = WireguardServer;

/** One entry of a catalogue: a server, or a file that cannot be one and why. */
export type ServerEntry = {readonly ok: true; readonly server: Server} | {readonly ok: false; readonly id: string; readonly problem: Problem};

/** A tunnel that was brought up. It is not `connected` until a handshake and bytes were seen. */
export interface Tunnel {
	readonly server: Server;
	readonly interface: InterfaceName;
	readonly implementation: string;
	readonly mtu: number;
	facts(): Promise<Result<WireguardFacts, Problem>>;
	/** Idempotent. */
	down(): Promise<void>;
	onExit(listener: () => void): void;
}
