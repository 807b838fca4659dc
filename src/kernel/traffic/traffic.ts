/** What talks to whom at this moment, for those who look into it later. Types only: the door is `kernel.ts`. */
import type {Problem} from '../../problem.ts';
import type {Result} from '../../result.ts';

export interface Flow {
	readonly source: string;
	/** Null where the protocol has none. */
	readonly sourcePort: number | null;
	readonly destination: string;
	readonly destinationPort: number | null;
}

/** One tracked connection, as it began and as it is answered: the two differ where addresses are rewritten on the way. */
export interface TrackedConnection {
	/** `tcp`, `udp`, `icmp`, `icmpv6`, or the protocol's number. */
	readonly protocol: string;
	readonly begun: Flow;
	readonly answered: Flow;
	readonly mark: number;
	/** How long it is remembered if nothing more comes; null where the kernel does not say. */
	readonly secondsLeft: number | null;
}

export interface OpenSocket {
	readonly protocol: 'tcp' | 'udp';
	/** As `ss` names it, in lower case: `listen`, `established`. A UDP socket without a peer is `unconnected`. */
	readonly state: string;
	readonly flow: Flow;
	readonly uid: number;
}

/** Both are synchronous, and take milliseconds for thousands. */
export interface Traffic {
	/** A problem where connection tracking is not there, or remembers more than may be read while the policy waits. */
	tracked(): Result<readonly TrackedConnection[], Problem>;
	/** Sockets of this network, whoever has them, listening ones included. */
	sockets(): Result<readonly OpenSocket[], Problem>;
}
