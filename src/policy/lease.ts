/**
 * What the kernel itself ends. A lease is a set whose one element, the protocol, has a timeout, and that the rules of one
 * permission name besides everything else they ask for: once the element is gone none of them matches any more, established
 * flows included, whoever lives. The tuple stays in the rules, so nobody can widen one through its set.
 */
import type {Brand} from '../net/brand.ts';
import type {Protocol} from './policy.ts';

/** The set's name; rules and counters that end with it are named after what follows `lease-`. */
export type LeaseName = Brand<string, 'LeaseName'>;

export interface Lease {
	readonly name: LeaseName;
	readonly protocol: Protocol;
	/** When it ends, on the monotonic clock, which no change of the wall clock moves. */
	readonly untilMs: number;
	/** How long it was granted for. */
	readonly forMs: number;
	/** Its end moves on while it stands, because somebody grants it again and again: a set that holds clearly less is written anew. */
	readonly renewed?: true;
}

/** A lease that must be written into its set: the set may stand empty, or hold what it should not. */
export interface Grant {
	readonly lease: Lease;
	readonly remainingMs: number;
}

/** What one transaction does about leases. Sets that are not named keep their elements, and so their time. */
export interface LeaseChanges {
	readonly grants: readonly Grant[];
	readonly endedSets: readonly string[];
	/** Counters of ended permissions, so that a later one of the same number counts from nothing. */
	readonly endedCounters: readonly string[];
}

/** A set as listed. `expiresMs` is null for an element without an end. */
export interface ListedLease {
	readonly spec: string;
	readonly elements: readonly {readonly value: string; readonly expiresMs: number | null}[];
}

export const leasePrefix = 'lease-';
/** A rhash set, whose look-up itself leaves out what has expired (nft_rhash_lookup, net/netfilter/nft_set_hash.c). */
export const leaseSpec = '{ type inet_proto; flags timeout; }';
export const noLeaseChanges: LeaseChanges = {grants: [], endedSets: [], endedCounters: []};

export const leaseName = (permission: string): LeaseName => `${leasePrefix}${permission}` as LeaseName;
export const nftProtocol = (protocol: string): string => (protocol === 'icmpv6' ? 'ipv6-icmp' : protocol);
export const remainingMs = ({untilMs}: Lease, nowMs: number): number => Math.max(0, untilMs - nowMs);

/** Kernel and clock may drift apart (adjtimex: up to 500 ppm), and listings round to whole seconds. */
export const slackMs = ({forMs}: Lease): number => 2000 + forMs / 1000;

/** A missing element whose time is about up has expired; with time left, somebody took it away. */
export const mayHaveExpired = (lease: Lease, nowMs: number): boolean => remainingMs(lease, nowMs) <= slackMs(lease);

/** Whether what the set holds is this lease, or less of it. */
export function holdsNoMore(lease: Lease, {elements}: ListedLease, nowMs: number): boolean {
	return elements.every(({value, expiresMs}) => value === nftProtocol(lease.protocol) && expiresMs !== null && expiresMs <= remainingMs(lease, nowMs) + slackMs(lease));
}

/** Whether it was granted again since the set was written. */
export function holdsLess(lease: Lease, {elements}: ListedLease, nowMs: number): boolean {
	return lease.renewed === true && elements.every(({expiresMs}) => expiresMs !== null && expiresMs < remainingMs(lease, nowMs) - slackMs(lease));
}

/** What differs between the leases granted and the sets read back, in words. */
export function leaseDifferences(leases: readonly Lease[], actual: ReadonlyMap<string, ListedLease>, nowMs: number): readonly string[] {
	return leases.flatMap(lease => {
		const set = actual.get(lease.name);
		// A set that is missing is told by the comparison of what the tables hold.
		if (set === undefined) return [];
		if (!holdsNoMore(lease, set, nowMs)) return [`set ${lease.name} holds more than was granted`];
		return set.elements.length === 0 && !mayHaveExpired(lease, nowMs) ? [`set ${lease.name} was emptied before its time`] : [];
	});
}
