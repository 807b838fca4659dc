/**
 * Once a second, and whenever something moved: reads everything back, repairs what drifted, says what may be claimed. A
 * repair is followed by another read-back, so that PROVEN is never said of what was only asked for.
 */
import type {Config} from '../config/config.ts';
import type {LayerView, ProofView} from '../control/schema.ts';
import type {Generation, Kernel} from '../kernel/kernel.ts';
import type {Ruleset} from '../policy/policy.ts';
import type {HeldSets} from '../policy/listing.ts';
import {tableName} from '../policy/render.ts';
import type {Problem} from '../problem.ts';
import type {Clock} from './clock.ts';
import type {Engine} from './engine.ts';
import type {FirewallKeeper} from './firewall-keeper.ts';
import {ipv6Policy} from './ipv6-layer.ts';
import type {Journal} from './journal.ts';
import {layersOf} from './layers.ts';
import {proofOf, type Readings} from './proof.ts';
import {rulesetReader} from './read-back.ts';
import type {ResolvKeeper} from './resolv-keeper.ts';
import type {RuleStats} from './rule-stats.ts';
import {rulesetRepairs, type RulesetRepairs} from './ruleset-repairs.ts';
import type {SysctlKeeper} from './sysctl-keeper.ts';
import {regained} from './xdp-layer.ts';

export interface ProverDeps {
	readonly kernel: Kernel;
	readonly clock: Clock;
	readonly engine: Engine;
	readonly firewall: FirewallKeeper;
	readonly journal: Journal;
	readonly stats: RuleStats;
	readonly resolv: ResolvKeeper;
	readonly sysctls: SysctlKeeper;
	readonly config: Config;
}

export interface Prover {
	/** Reads back, repairs, reads back again. A call during another makes it read once more. */
	prove(): Promise<void>;
	/** Somebody else changed nftables: remembered as the culprit if the next proof finds drift. */
	suspect(generation: Generation): void;
	/** True while repairs of the ruleset pause. */
	isPausing(): boolean;
	proof(): ProofView;
	/** What the sets held when they were read last. */
	held(): HeldSets;
	layers(): readonly LayerView[];
	tamper(): ReturnType<RulesetRepairs['tamper']>;
}

export function createProver(deps: ProverDeps): Prover {
	const {kernel, clock, engine, firewall, journal, stats} = deps;
	const reader = rulesetReader(kernel.firewall, clock.monotonic);
	const repairs = rulesetRepairs({clock, engine, journal});
	const xdpRepairs = regained();
	let proof: ProofView = {kind: 'unknown', checkedAtMs: null, rulesetHash: null, detail: ['Nothing was read back yet.'], covers: [], generation: 0};
	let layers: readonly LayerView[] = [];
	let held: HeldSets = new Map();
	let running: Promise<void> | null = null;
	let again = false;
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
		// What is read is as old as the first of the readings: what happens meanwhile is not in all of them.
		const atMs = clock.now();
		const network = engine.syncNetwork();
		const outside = network.ok ? network.value.choice.outside : [];
		const {intended, ruleset} = await readStill(outside);
		if (ruleset.ok && intended !== null) stats.update(intended, ruleset.value.counters, clock.now());
		held = ruleset.ok ? ruleset.value.held : new Map();
		const live = engine.live();
		const resolv = deps.resolv.check(live?.use.resolvers ?? null);
		if (resolv.repaired !== null) repairs.count(resolv.repaired);
		provenOf = intended;
		const sysctl = deps.sysctls.keep(network.ok ? network.value.choice : null);
		if (network.ok) xdpRepairs.see(network.value.xdp.kind === 'held');
		const routing = engine.routingRepairs();
		return {
			atMs,
			ruleset,
			network,
			enforcement: engine.enforcementProblem(),
			backstop: firewall.backstopUnsupported(),
			sysctl,
			ownership: firewall.ownership(),
			resolv,
			engineDns: deps.config.dockerDns,
			rawDropped: stats.rawDrops(),
			attached: deps.config.attach !== null,
			ipv6: ipv6Policy(engine.machine().state.kind, live?.use.addresses ?? null, deps.config, engine.situation().exceptions?.map(({range}) => range)),
			repairs: {...repairs.counts(), routing: routing.all, ipv6: routing.ipv6, 'reverse-path': sysctl.repairs, 'af-xdp': xdpRepairs.count(), dns: deps.resolv.repairs()},
		};
	};

	const repair = async (readings: Readings): Promise<boolean> => {
		if (!readings.ruleset.ok || readings.enforcement !== null) return (await engine.enforce()).ok;
		const {firewall: inet, backstop, ownership} = readings.ruleset.value;
		const isNetdev = (text: string): boolean => text.startsWith('table netdev ');
		const egress = [...ownership.filter(isNetdev), ...(readings.backstop === null ? backstop : [])];
		const drift = {firewall: [...inet, ...ownership.filter(text => !isNetdev(text))], egress};
		return drift.firewall.length + egress.length > 0 && repairs.restore(drift);
	};

	/** A table that is gone is seen by its header alone, far sooner than by a whole read-back. */
	const restoreMissing = async (): Promise<void> => {
		const header = kernel.firewall.header('inet', tableName);
		if (firewall.isApplied() && header.ok && header.value.kind === 'absent') await repairs.restore({firewall: ['table inet vks is missing'], egress: []});
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
		suspect: repairs.suspect,
		isPausing: repairs.isPausing,
		held: () => held,
		proof: () => (provenOf === firewall.wanted() ? proof : {...proof, kind: 'unknown', detail: ['The policy has just changed and is being read back.']}),
		layers: () => layers,
		tamper: repairs.tamper,
	};
}

const nothingApplied: Problem = {
	code: 'ruleset-refused', severity: 'error', what: 'No ruleset was applied yet.', stillBlocking: true, next: 'Wait for the daemon to start.',
};
