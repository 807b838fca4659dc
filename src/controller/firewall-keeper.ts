/**
 * Keeps the kernel's ruleset equal to the wanted one. Closed at every step: the boot table stands before our own tables are
 * touched and goes only after they were read back.
 */
import type {ManagementPath} from '../config/config.ts';
import type {Firewall, TableFamily} from '../kernel/kernel.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import {withNamesAhead} from '../policy/ahead.ts';
import {bootBackstop, bootBackstopRemoval, bootDoor, bootDoorBackstop, bootRemoval, bootScript, bootTable} from '../policy/boot.ts';
import {leftOverScript} from '../policy/left-over.ts';
import type {LeaseChanges} from '../policy/lease.ts';
import {dropsByDefault, parseListing} from '../policy/listing.ts';
import {renderInet, renderNetdev, tableName, type TableMode} from '../policy/render.ts';
import type {Ruleset} from '../policy/policy.ts';
import type {Problem} from '../problem.ts';
import {ok, type Result} from '../result.ts';
import {systemClock} from './clock.ts';
import {leaseKeeper} from './lease-keeper.ts';

export interface FirewallKeeper {
	/**
	 * Loads the boot table unless ours drops by default and a living vks keeps it, so that from here on nothing passes by
	 * accident; and its backstop over these links, because one may be new since ours was hooked. Where another vks holds ours, it
	 * sees to them. `kept` is asked where no owner tells: an orphan drops by default and may hold anybody's accept.
	 */
	close(outside: readonly InterfaceName[], kept?: () => Promise<boolean>): Promise<Result<void, Problem>>;
	/** Takes ownership of the table, so that a second daemon stops here, before it touches routes. */
	claim(): Promise<Result<void, Problem>>;
	/** Makes the ruleset the kernel's. Calls run one after another; each applies the newest ruleset wanted. */
	enforce(ruleset: Ruleset): Promise<Result<void, Problem>>;
	/** As `enforce`, but waits for nobody: for lockdown, even when an earlier transaction never returns. */
	enforceAtOnce(ruleset: Ruleset): Promise<Result<void, Problem>>;
	/** Deletes the boot table; only after a read-back. */
	release(): Promise<Result<void, Problem>>;
	/** The ruleset last asked for; what is claimed is proven against this one. */
	wanted(): Ruleset | null;
	/** Whether the kernel took the wanted one. */
	isApplied(): boolean;
	/** Set where the kernel has no egress hook to hang a backstop on; null elsewhere, also when hooking it failed. */
	backstopUnsupported(): Problem | null;
	/** Whether tables are owned: `unsupported` before kernel 6.9 and with the spawned `nft`. */
	ownership(): 'owned' | 'unsupported';
}

type Order = 'in turn' | 'at once';

interface TableOrder {
	readonly family: TableFamily;
	readonly ruleset: Ruleset;
	readonly order: Order;
	readonly render: (mode: TableMode, leases: LeaseChanges) => string;
}

/** `management`: who may still come in while the boot table stands. */
export function firewallKeeper(firewall: Firewall, monotonic = systemClock().monotonic, management: ManagementPath | null = null): FirewallKeeper {
	const leases = leaseKeeper(firewall, monotonic);
	let tail: Promise<unknown> = Promise.resolve();
	let wanted: Ruleset | null = null;
	let applied: Ruleset | null = null;
	let ownership: 'owned' | 'unsupported' = 'unsupported';
	let backstopUnsupported: Problem | null = null;
	let swept: string | null = null;
	let outside: readonly InterfaceName[] = [];
	const ahead = onceAnswered(() => takesNamesAhead(firewall));

	/** Refuses everything while tables of ours are replaced. Without an egress hook, or a link, there is no backstop. */
	const cover = async (): Promise<Result<void, Problem>> => {
		const covered = await firewall.run(bootScript);
		if (!covered.ok) return covered;
		// Closed either way: where it is not taken, the operator waits for the policy.
		if (management !== null) await firewall.run(bootDoor(management));
		return coverRawFrames();
	};
	const coverRawFrames = async (): Promise<Result<void, Problem>> => {
		const devices = (await ahead()) ? withNamesAhead(outside) : outside;
		if (devices.length === 0) return ok(undefined);
		const covered = await firewall.run(bootBackstop(devices));
		if (covered.ok && management !== null) await firewall.run(bootDoorBackstop(management));
		return covered.ok || (await hasEgressHook(firewall)) ? covered : ok(undefined);
	};

	/** Owns the table; where one stands that cannot be taken over, it is deleted under the cover of the boot table. */
	const own = async (family: TableFamily): Promise<Result<void, Problem>> => {
		const header = firewall.header(family, tableName);
		if (header.ok && header.value.kind === 'present' && header.value.owner === 'ours') return ok(undefined);
		let owned = await firewall.own(family, tableName);
		const nobodys = header.ok && header.value.kind === 'present' && header.value.owner === 'nobody';
		// A plain one, for a backend that owns; an orphan that was owned, for one that cannot (the kernel answers EOPNOTSUPP).
		if (nobodys && (!owned.ok || (owned.value === 'unsupported' && header.value.persist))) {
			const covered = await cover();
			if (!covered.ok) return covered;
			const deleted = await firewall.run(`delete table ${family} ${tableName}\n`);
			if (!deleted.ok) return deleted;
			owned = await firewall.own(family, tableName);
		}
		if (!owned.ok) return owned;
		ownership = owned.value;
		return ok(undefined);
	};

	/** Once for the same settings: nothing else is left in the table by then. */
	const sweep = async (ruleset: Ruleset): Promise<void> => {
		const sets = ruleset.sets.join();
		if (swept === sets) return;
		swept = sets;
		const listed = await firewall.list('inet', tableName);
		const script = listed.ok ? leftOverScript(listed.value, ruleset) : null;
		if (script !== null) await firewall.run(script);
	};

	const applyTable = async ({family, ruleset, order, render}: TableOrder): Promise<Result<void, Problem>> => {
		const owned = await own(family);
		if (!owned.ok) return owned;
		const changes = await leases.changes(family, ruleset.leases, order);
		const commit = async (mode: TableMode, leaseChanges: LeaseChanges, as: Order = 'in turn'): Promise<Result<void, Problem>> => {
			const done = await firewall.run(render(mode, leaseChanges), as);
			if (done.ok) leases.applied(family, ruleset.leases, leaseChanges);
			return done;
		};
		const first = await commit(ownership === 'owned' ? 'standing' : 'create', changes, order);
		if (first.ok) {
			if (family === 'inet' && order === 'in turn') await sweep(ruleset);
			return first;
		}
		// A chain of ours with another hook (an older vks, a stranger's edit) cannot be changed, only replaced.
		const covered = await cover();
		if (!covered.ok) return first;
		if (ownership === 'unsupported') return orElse(await commit('recreate', leases.anew(ruleset.leases)), first);
		await firewall.run(`delete table ${family} ${tableName}\n`);
		const again = await firewall.own(family, tableName);
		return again.ok ? orElse(await commit('standing', leases.anew(ruleset.leases)), first) : again;
	};

	/** A chain keeps the names it was ever hooked on, and takes the next link of that name: the tunnel's, if the uplink bore it once. */
	const hasStrays = ({backstop, tunnelNames}: Ruleset): boolean => {
		const hooked = firewall.hookDevices(tableName, 'egress');
		return hooked.ok && hooked.value.some(name => !withNamesAhead(backstop, tunnelNames).includes(name));
	};

	const apply = async (ruleset: Ruleset, order: Order): Promise<Result<void, Problem>> => {
		outside = ruleset.backstop;
		const inet = await applyTable({family: 'inet', ruleset, order, render: (mode, changes) => renderInet(ruleset, {mode, leases: changes})});
		if (!inet.ok) return inet;
		if (ruleset.backstop.length > 0) {
			const rehook = hasStrays(ruleset);
			const names = await ahead();
			const netdev = await applyTable({
				family: 'netdev', ruleset, order,
				render: (mode, changes) => renderNetdev(ruleset, {mode, leases: changes, ahead: names, rehook: rehook && mode !== 'recreate'}) ?? '',
			});
			if (netdev.ok) backstopUnsupported = null;
			else if (await hasEgressHook(firewall)) return netdev;
			else backstopUnsupported = withoutBackstop(netdev.error);
		}
		applied = ruleset;
		return ok(undefined);
	};

	/** Until what was applied is what is wanted: a lockdown may have come while a transaction ran. */
	const settle = async (order: Order): Promise<Result<void, Problem>> => {
		for (let round = 0; round < 5 && wanted !== null; round++) {
			const target: Ruleset = wanted;
			const result = await apply(target, order);
			if (!result.ok || wanted === target) return result;
		}
		return ok(undefined);
	};

	return {
		async close(links, kept = async () => false) {
			outside = links;
			const ours = firewall.header('inet', tableName);
			if (!ours.ok) return ours;
			const {value: header} = ours;
			const closed = header.kind === 'present' && !header.dormant && (await standsClosed(firewall));
			if (!closed) return cover();
			// Persistent and nobody's: its owner is dead.
			if (header.owner === 'nobody') return !header.persist && (await kept()) ? ok(undefined) : cover();
			const backstop = firewall.header('netdev', tableName);
			const anothers = backstop.ok && backstop.value.kind === 'present' && backstop.value.owner === 'other';
			return anothers ? ok(undefined) : coverRawFrames();
		},
		claim: () => own('inet'),
		enforce(ruleset) {
			wanted = ruleset;
			const next = () => settle('in turn');
			const outcome = tail.then(next, next);
			tail = outcome;
			return outcome;
		},
		enforceAtOnce(ruleset) {
			wanted = ruleset;
			return settle('at once');
		},
		async release() {
			for (const [family, removal] of [['netdev', bootBackstopRemoval], ['inet', bootRemoval]] as const) {
				const boot = firewall.header(family, bootTable);
				if (!boot.ok) return boot;
				const removed = boot.value.kind === 'present' ? await firewall.run(removal) : ok(undefined);
				if (!removed.ok) return removed;
			}
			return ok(undefined);
		},
		wanted: () => wanted,
		isApplied: () => wanted !== null && applied === wanted,
		backstopUnsupported: () => backstopUnsupported,
		ownership: () => ownership,
	};
}

/** A table of our name may be empty: somebody made it, or its chains are gone. */
async function standsClosed(firewall: Firewall): Promise<boolean> {
	const listed = await firewall.list('inet', tableName);
	return listed.ok && listed.value !== null && dropsByDefault(parseListing(listed.value));
}

/** Asked once: a kernel before 6.16 refuses a chain on a link that is not there. */
const takesNamesAhead = async (firewall: Firewall): Promise<boolean> => tryEgress(firewall, 'vks-absent');

/** Asked of a chain on loopback in a table of its own, which no packet meets for longer than the question. */
const hasEgressHook = (firewall: Firewall): Promise<boolean> => tryEgress(firewall, 'lo');

async function tryEgress(firewall: Firewall, device: string): Promise<boolean> {
	const table = 'netdev vks_probe';
	const made = await firewall.run(`add table ${table}\nadd chain ${table} egress { type filter hook egress device "${device}" priority 0; policy accept; }\ndelete table ${table}\n`);
	return made.ok;
}

/** Two callers at once ask one question. */
function onceAnswered(ask: () => Promise<boolean>): () => Promise<boolean> {
	let answer: Promise<boolean> | null = null;
	return () => (answer ??= ask());
}

const orElse = (second: Result<void, Problem>, first: Result<void, Problem>): Result<void, Problem> => (second.ok ? second : first);

function withoutBackstop(cause: Problem): Problem {
	return {
		code: 'egress-unsupported',
		severity: 'warning',
		what: `The egress backstop could not be hooked: ${cause.what}`,
		stillBlocking: 'unknown',
		next: 'Firewall and routing hold; raw sockets (CAP_NET_RAW) are not stopped. Use a kernel from 5.16 on, and drop NET_RAW in dependents.',
	};
}

