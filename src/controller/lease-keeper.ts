/**
 * Keeps the kernel's leases equal to those granted. What stands is left alone, so that replacing a policy neither prolongs
 * nor shortens one: since Linux 6.12 adding an element again sets its time anew (measured on 6.18). Only a lease that is new,
 * was taken away, holds more than was granted, or was granted again is written, with the time it has left by the monotonic clock.
 */
import type {Firewall, TableFamily} from '../kernel/kernel.ts';
import {holdsLess, holdsNoMore, leasePrefix, mayHaveExpired, noLeaseChanges, remainingMs, type Lease, type LeaseChanges} from '../policy/lease.ts';
import {parseListing, type Listing} from '../policy/listing.ts';
import {counterName, tableName} from '../policy/render.ts';

export interface LeaseKeeper {
	/**
	 * What the next transaction must do; asks the kernel what stands, unless there is nothing to ask about or no time for it.
	 * Where the kernel does not say, nothing is granted, and the policy is applied all the same.
	 */
	changes(family: TableFamily, leases: readonly Lease[], order: 'in turn' | 'at once'): Promise<LeaseChanges>;
	/** For a table that is made anew. */
	anew(leases: readonly Lease[]): LeaseChanges;
	/** The transaction was committed. */
	applied(family: TableFamily, leases: readonly Lease[], changes: LeaseChanges): void;
}

export function leaseKeeper(firewall: Firewall, monotonic: () => number): LeaseKeeper {
	/** Names of the sets that stand; absent until the kernel was asked. */
	const standing = new Map<TableFamily, ReadonlySet<string>>();
	/** Written since the table was last seen missing: an empty set of this name may have expired. */
	const granted = new Map<TableFamily, ReadonlySet<string>>();

	const due = (family: TableFamily, leases: readonly Lease[], listing: Listing) => leases.filter(lease => {
		const now = monotonic();
		if (remainingMs(lease, now) === 0) return false;
		const set = listing.leases.get(lease.name);
		if (set !== undefined && set.elements.length > 0) return !holdsNoMore(lease, set, now) || holdsLess(lease, set, now);
		return set === undefined || !(granted.get(family)?.has(lease.name) ?? false) || !mayHaveExpired(lease, now);
	}).map(lease => ({lease, remainingMs: remainingMs(lease, monotonic())}));

	const anew = (leases: readonly Lease[]): LeaseChanges => ({...noLeaseChanges, grants: leases.map(lease => ({lease, remainingMs: remainingMs(lease, monotonic())})).filter(grant => grant.remainingMs > 0)});

	return {
		anew,
		async changes(family, leases, order) {
			const known = standing.get(family);
			const names = new Set<string>(leases.map(({name}) => name));
			const ended = (sets: Iterable<string>): readonly string[] => [...sets].filter(name => !names.has(name));
			if (order === 'at once') return {...noLeaseChanges, endedSets: ended(known ?? [])};
			if (known?.size === 0 && leases.length === 0) return noLeaseChanges;
			const listed = await firewall.list(family, tableName);
			if (!listed.ok) return {...noLeaseChanges, endedSets: ended(known ?? [])};
			if (listed.value === null) return anew(leases);
			const listing = parseListing(listed.value);
			const endedSets = ended(listing.leases.keys());
			return {
				grants: due(family, leases, listing),
				endedSets,
				endedCounters: endedSets.flatMap(name => [...listing.counters.keys()].filter(counter => counter.startsWith(`${counterName(name.slice(leasePrefix.length))}-`))),
			};
		},
		applied(family, leases, {grants}) {
			const names = leases.map(({name}) => name);
			standing.set(family, new Set(names));
			const before = granted.get(family) ?? new Set();
			granted.set(family, new Set(names.filter(name => before.has(name) || grants.some(({lease}) => lease.name === name))));
		},
	};
}

/**
 * How long each lease that stands still has, by the kernel's word: what a new daemon may take over, and no more. Counted from
 * before the kernel was asked: what the answer took must not be claimed as time that is left.
 */
export async function standingLeases(firewall: Firewall, monotonic: () => number): Promise<ReadonlyMap<string, number>> {
	const askedAtMs = monotonic();
	const listed = await firewall.list('inet', tableName);
	if (!listed.ok || listed.value === null) return new Map();
	const entries = [...parseListing(listed.value).leases].flatMap(([name, {elements}]): readonly [string, number][] => {
		const [only] = elements;
		return elements.length === 1 && only?.expiresMs ? [[name, Math.max(0, only.expiresMs - (monotonic() - askedAtMs))]] : [];
	});
	return new Map(entries);
}
