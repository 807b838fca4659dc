/** What is known of the AF_XDP queues of the links that lead outside. */
import type {Link} from '../kernel.ts';

/** What stands between an AF_XDP socket of somebody else's and the links that lead outside. */
export type XdpHolding =
	/** Every queue is bound to a socket of ours: nobody else can have it. */
	| {readonly kind: 'held'; readonly queues: number}
	/** These queues are somebody else's: what is sent there meets no egress hook. */
	| {readonly kind: 'taken'; readonly queues: readonly string[]}
	/** The kernel let us hold none: no NET_RAW, too little lockable memory. */
	| {readonly kind: 'refused'; readonly why: string}
	/** This kernel has no AF_XDP: nobody can have such a socket. */
	| {readonly kind: 'unsupported'};

export interface XdpGuard {
	/**
	 * Holds every queue of these links and lets go of those of others. Each is asked for anew: what it answers is what the
	 * kernel says now. Synchronous.
	 */
	hold(links: readonly Link[]): XdpHolding;
}
