/** Reads the kernel's ruleset back and compares it with the intended one, within one generation. */
import {createHash} from 'node:crypto';
import type {Firewall} from '../kernel/kernel.ts';
import {withNamesAhead} from '../policy/ahead.ts';
import {leaseDifferences} from '../policy/lease.ts';
import {compare} from '../policy/compare.ts';
import {canonicalText, parseListing, withHooks, type HeldSets, type Listing} from '../policy/listing.ts';
import {renderUnhooked, tableName} from '../policy/render.ts';
import type {Ruleset} from '../policy/policy.ts';
import type {Problem} from '../problem.ts';
import {systemClock} from './clock.ts';
import {fail, ok, type Result} from '../result.ts';

const scratchTable = 'vks_x';

export interface ReadBack {
	/** Differences in the inet table; empty when it is as intended. */
	readonly firewall: readonly string[];
	/** Differences in the netdev table and its hooks. */
	readonly backstop: readonly string[];
	readonly ownership: readonly string[];
	/** SHA-256 of the canonical listing, first 16 hex digits. */
	readonly rulesetHash: string;
	readonly generation: number;
	readonly counters: Listing['counters'];
	readonly held: HeldSets;
}

export interface Reader {
	readBack(intended: Ruleset, expect: {readonly owned: boolean; readonly outside: readonly string[]}): Promise<Result<ReadBack, Problem>>;
}

interface Intended {
	readonly ruleset: Ruleset;
	readonly inet: Listing;
	readonly netdev: Listing | null;
}

export function rulesetReader(firewall: Firewall, monotonic = systemClock().monotonic): Reader {
	let known: Intended | null = null;

	const intendedListing = async (ruleset: Ruleset): Promise<Result<Intended | 'moved', Problem>> => {
		if (known?.ruleset === ruleset) return ok(known);
		const inet = await listCopy(firewall, 'inet', ruleset);
		if (!inet.ok) return inet;
		if (inet.value === 'moved') return ok('moved');
		// Where nothing is outside there is nothing to hook, and no table to compare with.
		const netdev = ruleset.backstop.length === 0 ? ok(null) : await listCopy(firewall, 'netdev', ruleset);
		if (!netdev.ok) return netdev;
		if (netdev.value === 'moved') return ok('moved');
		known = {ruleset, inet: inet.value, netdev: netdev.value};
		return ok(known);
	};

	const once = async (ruleset: Ruleset, owned: boolean, outside: readonly string[]): Promise<Result<ReadBack | 'moved', Problem>> => {
		const intended = await intendedListing(ruleset);
		if (!intended.ok) return intended;
		const wanted = intended.value;
		if (wanted === 'moved') return ok('moved');
		const before = firewall.generation();
		if (!before.ok) return before;
		const inet = await listTable(firewall, 'inet');
		const netdev = await listTable(firewall, 'netdev');
		if (!inet.ok) return inet;
		if (!netdev.ok) return netdev;
		const hooks = netdev.value === null ? ok([]) : firewall.hookDevices(tableName, 'egress');
		const ended = (actual: Listing): readonly string[] => leaseDifferences(ruleset.leases, actual.leases, monotonic());
		const ownership = owned ? ownershipOf(firewall) : [];
		const after = firewall.generation();
		if (!after.ok) return after;
		if (after.value.id !== before.value.id) return ok('moved');
		return ok({
			firewall: inet.value === null ? ['table inet vks is missing'] : [...compare(wanted.inet, inet.value), ...ended(inet.value)],
			backstop: [
				...(wanted.netdev === null ? [] : netdev.value === null ? ['table netdev vks is missing'] : [...compare(wanted.netdev, netdev.value), ...ended(netdev.value)]),
				...(hooks.ok ? hookDifferences(outside, hooks.value, ruleset) : [hooks.error.what]),
			],
			ownership,
			rulesetHash: hashOf(inet.value, netdev.value),
			generation: after.value.id,
			held: inet.value?.held ?? new Map(),
			counters: new Map([...(inet.value?.counters ?? []), ...(netdev.value?.counters ?? [])]),
		});
	};

	return {
		async readBack(ruleset, {owned, outside}) {
			for (let attempt = 0; attempt < 5; attempt++) {
				const result = await once(ruleset, owned, outside);
				if (!result.ok) return result;
				if (result.value !== 'moved') return ok(result.value);
			}
			return fail(neverStill);
		},
	};
}

/** A link that has just been plugged in may bear a name that was hooked ahead, before it was read as outside. */
function hookDifferences(outside: readonly string[], hooked: readonly string[], {tunnelNames}: Ruleset): readonly string[] {
	const mayBeHooked: readonly string[] = [...outside, ...withNamesAhead([], tunnelNames)];
	return [
		...outside.filter(name => !hooked.includes(name)).map(name => `${name} has no egress hook`),
		...hooked.filter(name => !mayBeHooked.includes(name)).map(name => `${name} has an egress hook, and is not outside`),
	];
}

/**
 * The kernel's own words for the intended rules, from a table whose chains have no hooks. Not from a dormant one: nft 1.0.6
 * prints stray memory as the flags of a dormant table, which now and then is no JSON.
 */
async function listCopy(firewall: Firewall, family: 'inet' | 'netdev', ruleset: Ruleset): Promise<Result<Listing | 'moved', Problem>> {
	const before = firewall.generation();
	if (!before.ok) return before;
	const made = await firewall.run(renderUnhooked(ruleset, family, scratchTable));
	if (!made.ok) return made;
	const listed = await firewall.list(family, scratchTable);
	const after = firewall.generation();
	const removed = await firewall.run(`delete table ${family} ${scratchTable}\n`);
	if (!listed.ok) return listed;
	if (!after.ok) return after;
	// One commit is ours. With another in between, somebody may have edited the copy to hide an edit of the original.
	if (listed.value === null || after.value.id !== before.value.id + 1) return ok('moved');
	if (!removed.ok) return removed;
	return ok(withHooks(parseListing(listed.value), ruleset.chains.filter(({table}) => table === family)));
}

async function listTable(firewall: Firewall, family: 'inet' | 'netdev'): Promise<Result<Listing | null, Problem>> {
	const listed = await firewall.list(family, tableName);
	if (!listed.ok) return listed;
	return ok(listed.value === null ? null : parseListing(listed.value));
}

/** Losing ownership makes no event, so it is read every time. */
function ownershipOf(firewall: Firewall): readonly string[] {
	return (['inet', 'netdev'] as const).flatMap(family => {
		const header = firewall.header(family, tableName);
		if (!header.ok) return [header.error.what];
		if (header.value.kind === 'absent') return [];
		return [
			...(header.value.owner === 'ours' ? [] : [`table ${family} vks is no longer owned by vks`]),
			...(header.value.persist ? [] : [`table ${family} vks would not outlive vks`]),
			...(header.value.dormant ? [`table ${family} vks is dormant`] : []),
		];
	});
}

function hashOf(inet: Listing | null, netdev: Listing | null): string {
	const text = [inet, netdev].map(listing => (listing === null ? '' : canonicalText(listing))).join('\n');
	return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

const neverStill: Problem = {
	code: 'drift',
	severity: 'error',
	what: 'The ruleset changed during each of five read-backs: something keeps editing nftables in this namespace.',
	stillBlocking: 'unknown',
	next: 'Find it in the journal (`vks events`), where changes are named by process.',
};
