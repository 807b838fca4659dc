/** A tunnel that somebody else made, as its device tells of it. */
import type {TunnelFacts} from './kernel.ts';

export interface ForeignTunnel {
	readonly kind: 'wireguard' | 'tun';
	/** WireGuard in the kernel or in a process that answers us; `unknown` where nobody says what the link is. */
	readonly speaks: 'kernel' | 'userspace' | 'unknown';
	/** What its outer packets bear; null where nothing, or where it is not known. */
	readonly mark: number | null;
	readonly peers: number;
	/** Of the peer that takes what applications send; `endpoint` is null where there is none such, or several. */
	readonly facts: TunnelFacts;
}
