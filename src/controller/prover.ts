/**
 * Once a second, and whenever something moved: reads everything back, repairs what drifted, says what may be claimed. A
 * repair is followed by another read-back, so that PROVEN is never said of what was only asked for.
 */
import type {LayerView, ProofView} from '../control/schema.ts';
import type {Generation, Kernel} from '../kernel/kernel.ts';
import type {Ruleset} from '../policy/policy.ts';
import {tableName} from '../policy/render.ts';
import type {IpAddress} from '../net/address.ts';
import type {Problem} from '../problem.ts';
import {afterRepair, describePause, isHeld, releasedBrake} from './brake.ts';
import type {Clock} from './clock.ts';
import type {Engine} from './engine.ts';
import type {FirewallKeeper} from './firewall-keeper.ts';
import type {Journal} from './journal.ts';
import {preflight} from './preflight.ts';
import {layersOf, proofOf, type Readings} from './proof.ts';
import {rulesetReader} from './read-back.ts';
import type {ResolvKeeper} from './resolv-keeper.ts';
import type {RuleStats} from './rule-stats.ts';
import {sysctlNews} from './sysctl-news.ts';

export interface ProverDeps {
	readonly kernel: Kernel;
	readonly clock: Clock;
	readonly engine: Engine;
	readonly firewall: FirewallKeeper;
	readonly journal: Journal;
	readonly stats: RuleStats;
	readonly resolv: ResolvKeeper;
	readonly resolvers: () => readonly IpAddress[] | null;
}

export interface Prover {
	/** Reads back, repairs, reads back again. A call during another makes it read once more. */
	prove(): Promise<void>;
	/** Somebody else changed nftables: remembered as the culprit if the next proof finds drift. */
	suspect(generation: Generation): void;
	/** True while repairs of the ruleset pause. */
	isPausing(): boolean;
	proof(): ProofView;
	layers(): readonly LayerView[];
	tamper(): {readonly count: number; readonly last: string | null; readonly lastAtMs: number | null};
}

export function createProver(deps: ProverDeps): Prover {
	const {kernel, clock, engine, firewall, journal, stats} = deps;
	const reader = rulesetReader(kernel.firewall, clock.monotonic);
	const sysctls = sysctlNews(kernel.sysctl, journal);
	let proof: ProofView = {kind: 'unknown', checkedAtMs: null, rulesetHash: null, detail: ['Nothing was read back yet.'], covers: [], generation: 0};
	let layers: readonly LayerView[] = [];
	let tamper: ReturnType<Prover['tamper']> = {count: 0, last: null, lastAtMs: null};
	let suspect = null as Generation | null;
	let running: Promise<void> | null = null;
	let again = false;
	let brake = releasedBrake;
	/** The ruleset the proof speaks of. */
	let provenOf: Ruleset | null = null;

	/** A policy that was replaced while it was read differs from what it was compared with, and that is no drift: read again. */
	const readStill = async (outside: readonly string[]) => {
		for (let attempt = 0; ; attempt++) {
			const intended = firewall.wanted();
			const ruleset = intended === null
				? ({ok: false, error: engine.enforcementProblem() ?? nothingApplied} as const)
				: await reader.readBack(intended, {owned: firewall.ownership() === 'owned', outside});
			const still = firewall.wanted() === intended && (firewall.isApplied() || engine.enforcementProblem() !== null);
			if (still || attempt === 4) return {intended, ruleset};
			await engine.enforcing();
		}
	};

	const read = async (): Promise<Readings> => {
		const network = engine.syncNetwork();
		const outside = network.ok ? network.value.choice.outside : [];
		const {intended, ruleset} = await readStill(outside);
		if (ruleset.ok && intended !== null) stats.update(intended, ruleset.value.counters, clock.now());
		const resolv = deps.resolv.check(deps.resolvers());
		if (resolv.repaired !== null) tamper = {count: tamper.count + 1, last: resolv.repaired, lastAtMs: clock.now()};
		provenOf = intended;
		const uplink = network.ok ? (network.value.choice.uplink?.name ?? null) : null;
		sysctls.tell(uplink);
		const sysctl = preflight(kernel.sysctl, uplink);
		sysctls.settle(uplink);
		return {
			atMs: clock.now(),
			ruleset,
			network,
			enforcement: engine.enforcementProblem(),
			backstop: firewall.backstopUnsupported(),
			sysctl,
			ownership: firewall.ownership(),
			resolv,
		};
	};

	const repair = async (readings: Readings): Promise<boolean> => {
		if (!readings.ruleset.ok || readings.enforcement !== null) return (await engine.enforce()).ok;
		const {firewall: inet, backstop, ownership} = readings.ruleset.value;
		const drift = [...inet, ...ownership, ...(readings.backstop === null ? backstop : [])];
		return drift.length > 0 && restore(drift);
	};

	/** False while it pauses, because somebody undoes our repairs as fast. */
	const restore = async (drift: readonly string[]): Promise<boolean> => {
		if (isHeld(brake, clock.now())) return false;
		await engine.enforce();
		// Repaired first; the notification that names the process may still be on its way.
		if (suspect === null) await clock.sleep(50);
		const name = suspect === null ? null : `${suspect.process} (pid ${suspect.pid})`;
		const culprit = name === null ? '' : ` Last changed by ${name}.`;
		const text = `${drift.slice(0, 3).join('; ')}${drift.length > 3 ? `; and ${drift.length - 3} more` : ''}.${culprit}`;
		tamper = {count: tamper.count + 1, last: text, lastAtMs: clock.now()};
		journal.write('tamper', 'warn', `The ruleset was changed and is applied again: ${text}`);
		suspect = null;
		const after = afterRepair(brake, clock.now());
		brake = after.brake;
		if (after.pauseMs !== null) journal.write('tamper', 'warn', describePause('the ruleset', name, after.pauseMs));
		return true;
	};

	/** A table that is gone is seen by its header alone, far sooner than by a whole read-back. */
	const restoreMissing = async (): Promise<void> => {
		const header = kernel.firewall.header('inet', tableName);
		if (firewall.isApplied() && header.ok && header.value.kind === 'absent') await restore(['table inet vks is missing']);
	};

	const round = async (): Promise<void> => {
		await restoreMissing();
		let readings = await read();
		if (proofOf(readings).kind !== 'proven' && (await repair(readings))) readings = await read();
		const before = proof.kind;
		proof = proofOf(readings);
		layers = layersOf(readings);
		if (proof.kind !== before) journal.write('policy', proof.kind === 'proven' ? 'info' : 'error', `Proof: ${proof.kind}${proof.detail.length > 0 ? `: ${proof.detail.slice(0, 3).join('; ')}` : ''}.`);
		if (proof.kind === 'proven') await firewall.release();
	};

	/** What happened while a round was under way is read in another one; a storm of changes waits for the next second. */
	const rounds = async (): Promise<void> => {
		try {
			for (let count = 0; count === 0 || (again && count < 3); count++) {
				again = false;
				await round();
			}
		} catch (error) {
			proof = {...proof, kind: 'unknown', checkedAtMs: clock.now(), detail: [`Reading back failed: ${error instanceof Error ? error.message : String(error)}`]};
		}
	};

	return {
		prove() {
			again = running !== null;
			running ??= rounds().finally(() => {
				running = null;
			});
			return running;
		},
		suspect(generation) {
			suspect = generation;
		},
		isPausing: () => isHeld(brake, clock.now()),
		proof: () => (provenOf === firewall.wanted() ? proof : {...proof, kind: 'unknown', detail: ['The policy has just changed and is being read back.']}),
		layers: () => layers,
		tamper: () => tamper,
	};
}

const nothingApplied: Problem = {
	code: 'ruleset-refused', severity: 'error', what: 'No ruleset was applied yet.', stillBlocking: true, next: 'Wait for the daemon to start.',
};
