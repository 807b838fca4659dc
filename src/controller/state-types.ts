/** What the state machine is made of. Target (what the operator wants) and state (what is) are separate values. */
import type {BlockedCause} from '../control/schema.ts';

export type Target = {readonly kind: 'connected'; readonly server: string} | {readonly kind: 'lockdown'; readonly reason: string; readonly by: string; readonly server: string | null} | {readonly kind: 'none'; /** Why there is nothing to connect to, where that is known. */ readonly why?: string};

export type TunnelState =
	| {readonly kind: 'blocked'; readonly cause: BlockedCause; readonly detail: string; readonly attempt: number; readonly retryAtMs: number | null}
	/** There is nothing to connect to yet, and who knows of something is being asked. */
	| {readonly kind: 'bootstrapping'; readonly host: string}
	| {readonly kind: 'connecting'; readonly server: string; readonly attempt: number}
	| {readonly kind: 'verifying'; readonly server: string; readonly attempt: number}
	| {readonly kind: 'connected'; readonly server: string; readonly epoch: number}
	| {readonly kind: 'degraded'; readonly server: string; readonly epoch: number; readonly votes: readonly string[]}
	| Switching
	| {readonly kind: 'lockdown'; readonly by: string; readonly reason: string};

/**
 * `beside`: applications use `from` while `to` is raised beside it and verified. `both`: either may carry while the routes
 * change over. `alone`: `from` is gone, and applications wait for `to`; `why` says what kept the two from standing together.
 */
export type Switching = {readonly kind: 'switching'; readonly from: string; readonly to: string} & ({readonly step: 'beside' | 'both'} | {readonly step: 'alone'; readonly why: string});

/** Whether the uplink could carry a tunnel now. */
export type UplinkReadiness = 'ready' | 'no-uplink' | 'no-gateway';

export interface Machine {
	readonly target: Target;
	readonly state: TunnelState;
	readonly sinceMs: number;
	readonly uplink: UplinkReadiness;
	/** What keeps it away, where it does not return by itself. */
	readonly uplinkWhy: string | null;
	/** Rises with every tunnel that was verified. */
	readonly epoch: number;
	/** A tunnel device stands and is kept, although the uplink below it is gone. */
	readonly tunnelKept: boolean;
	/** The server that is dialled or connected to in the target's stead; null where it is the target itself. */
	readonly standIn: string | null;
	/** What was wanted before the last switch, and who stood in for it: so it is again when that one comes to nothing. */
	readonly before: Pick<Machine, 'target' | 'standIn'> | null;
}

export type Event =
	| {readonly kind: 'start'; readonly target: Target}
	/** `why` there is none, where it is not that one is down. */
	| {readonly kind: 'uplink'; readonly readiness: UplinkReadiness; readonly why?: string | null}
	| {readonly kind: 'bootstrap'; readonly host: string}
	/** What the asking came to: a server to connect to, or why there is none. */
	| {readonly kind: 'bootstrapped'; readonly server: string | null; readonly why: Pick<Extract<TunnelState, {readonly kind: 'blocked'}>, 'cause' | 'detail' | 'retryAtMs'>}
	| {readonly kind: 'raised'}
	| {readonly kind: 'verified'}
	/** The routes lead to the new tunnel of a switch. */
	| {readonly kind: 'carried'}
	/** The new tunnel of a switch was lost while the old one still stood: the routes lead to that one again. */
	| {readonly kind: 'returned'; readonly to: string; readonly why: string}
	/** The two tunnels of a switch cannot stand beside each other. */
	| {readonly kind: 'not-beside'; readonly why: string}
	| {readonly kind: 'failed'; readonly cause: BlockedCause; readonly detail: string; readonly retryAtMs: number}
	/** `dead`: it stands, and carries nothing. */
	| {readonly kind: 'lost'; readonly why: string; readonly dead?: true}
	/** The address the tunnel sends from is no longer the uplink's. */
	| {readonly kind: 'moved'; readonly why: string}
	| {readonly kind: 'health'; readonly votes: readonly string[]}
	| {readonly kind: 'retry'}
	/** The target failed too often: this server takes its place, and the target stays what is wanted. */
	| {readonly kind: 'stand-in'; readonly server: string; readonly why: string}
	| {readonly kind: 'reconnect'; readonly fallbackServer: string | null}
	| {readonly kind: 'switch'; readonly to: string}
	| {readonly kind: 'lockdown'; readonly by: string; readonly reason: string}
	| {readonly kind: 'lift'; readonly fallbackServer: string | null}
	| {readonly kind: 'stop'};

export type Effect =
	/**
	 * Takes down what stands, brings up the server's tunnel and verifies it; answers with raised, verified or failed. `anew`: what
	 * stands is no good, so an owner that it is not ours to take down from is asked to.
	 */
	| {readonly kind: 'dial'; readonly server: string; readonly anew?: true}
	/** Brings up the server's tunnel beside the one that carries, and verifies it; answers with verified, failed or not-beside. */
	| {readonly kind: 'raise-beside'; readonly server: string}
	/** Has the routes lead to what was raised beside, and lets the old one go; answers with carried or failed. */
	| {readonly kind: 'hand-over'}
	/** Takes down what was raised beside; what carries, carries. */
	| {readonly kind: 'drop-beside'}
	/** Verifies the tunnel that was kept. */
	| {readonly kind: 'reverify'}
	| {readonly kind: 'hang-up'}
	| {readonly kind: 'retry-at'; readonly atMs: number}
	| {readonly kind: 'remember'}
	/** A new tunnel epoch began: old connections are forgotten, the exit is asked for. */
	| {readonly kind: 'opened'};

export interface Step {
	readonly machine: Machine;
	readonly effects: readonly Effect[];
}
