/** Runs leak tests: one at a time, on demand, after each connection and on a schedule. A leak is made loud, and locks down. */
import {randomBytes} from 'node:crypto';
import type {Config} from '../config/config.ts';
import type {DrillView, DropView} from '../control/schema.ts';
import type {Kernel} from '../kernel/kernel.ts';
import {cidrContains, parseCidr} from '../net/cidr.ts';
import {parseIp, type IpAddress} from '../net/address.ts';
import {parseListing} from '../policy/listing.ts';
import type {Ruleset} from '../policy/policy.ts';
import {counterName, tableName} from '../policy/render.ts';
import type {Problem} from '../problem.ts';
import {drill, type Findings, type Round} from '../verify/drill.ts';
import {withTunnelDown} from '../verify/scene.ts';
import type {Clock} from './clock.ts';
import {identityProbes} from './drill-identity.ts';
import {ownWay} from './own-way.ts';
import {drillScene} from './drill-scene.ts';
import type {Engine} from './engine.ts';
import type {FirewallKeeper} from './firewall-keeper.ts';
import type {Journal} from './journal.ts';
import type {NetworkReading} from './network-keeper.ts';

export interface DrillsDeps {
	readonly config: Config;
	readonly kernel: Pick<Kernel, 'firewall' | 'probes' | 'connect' | 'exchange'>;
	readonly clock: Clock;
	readonly engine: Engine;
	readonly firewall: Pick<FirewallKeeper, 'wanted' | 'isApplied'>;
	readonly journal: Journal;
	/** The exit's address, asked through the tunnel; null when nobody answers or is asked. */
	readonly exit: () => Promise<IpAddress | null>;
	readonly changed: () => void;
}

export interface Drills {
	/** Null when it was aborted. */
	run(how: {readonly full: boolean; readonly cause: DrillView['cause']}, signal: AbortSignal): Promise<DrillView | null>;
	/**
	 * Another tunnel carries: one is due, in the background, once it is ready. What was due until then, or runs, is part of that.
	 * A command that comes meanwhile ends it, and it begins anew later.
	 */
	connected(ready: Promise<unknown>): void;
	tick(): void;
	/** An order of the operator comes first. */
	interrupt(): void;
	isRunning(): boolean;
	last(): DrillView | null;
	problem(): Problem | null;
	mark(records: readonly DropView[]): readonly DropView[];
}

/** With a tunnel's answers on top it must end within three seconds. */
const identityWithinMs = 2000;
const appliedWithinMs = 1000;
/** NFLOG hands packets over after the fact. */
const dropsLateMs = 2000;

export function createDrills(deps: DrillsDeps): Drills {
	const {config, kernel, clock, engine, firewall, journal} = deps;
	let last: DrillView | null = null;
	let leak: Problem | null = null;
	let waiting: 'connected' | 'schedule' | null = null;
	let background: AbortController | null = null;
	let awaited: Promise<unknown> | null = null;
	let running: Promise<unknown> = Promise.resolve();
	let active = 0;
	let endedAtMs = -Infinity;
	let dueAtMs = clock.now() + (config.drillEveryMs ?? 0);

	const counters = async (ruleset: Ruleset): Promise<ReadonlyMap<string, number>> => {
		const listed = await Promise.all((['inet', 'netdev'] as const).map(family => kernel.firewall.list(family, tableName)));
		const counted = listed.flatMap(each => (each.ok && each.value !== null ? [...parseListing(each.value).counters] : []));
		const packets = new Map(counted.map(([name, value]) => [name, value.packets]));
		return new Map(ruleset.chains.flatMap(({rules}) => rules.map(({id}) => [id, packets.get(counterName(id)) ?? 0] as const)));
	};

	const readAgain = (): NetworkReading | null => {
		engine.syncNetwork();
		return engine.network();
	};

	/** What is expected follows from the policy that was asked for: it must be the kernel's by now, for the links there are now. */
	const stands = async (signal: AbortSignal): Promise<boolean> => {
		readAgain();
		for (let waitedMs = 0; firewall.wanted() !== null && !firewall.isApplied(); waitedMs += 20) {
			if (waitedMs >= appliedWithinMs || signal.aborted) return false;
			await clock.sleep(20, signal);
		}
		return true;
	};

	const find = async (full: boolean, signal: AbortSignal): Promise<Findings> => {
		if (!(await stands(signal))) return inconclusive('The policy was being replaced.');
		const [ruleset, network, live] = [firewall.wanted(), engine.network(), engine.live()];
		if (ruleset === null || network === null) return inconclusive('No policy was applied yet.');
		const linksBefore = outsideLinks(network);
		const scene = drillScene(ruleset, network, live, kernel.probes);
		const connected = ['connected', 'degraded'].includes(engine.machine().state.kind);
		if (full && config.attach !== null) return inconclusive('The full drill takes the tunnel down, and this one is its owner\'s: have its owner do so.');
		if (full && (live === null || !connected)) return inconclusive('The full drill needs a tunnel that is connected: there is none to take down.');
		const ours = scene.outside.flatMap(({addresses}) => addresses);
		const whoami = config.drillWhoami;
		const down: Round | null = !full || scene.tunnel === null ? null : {
			suffix: ', with the tunnel down',
			scene: withTunnelDown(scene),
			prepare: () => {
				const done = kernel.probes.setDown(live?.use.interface ?? config.tunnelInterface);
				return done.ok ? null : done.error.what;
			},
		};
		const found = await drill(scene, {
			probes: kernel.probes, signal,
			sleep: ms => clock.sleep(ms, signal),
			makeToken: () => randomBytes(14),
			counters: () => counters(ruleset),
			isInside: index => engine.network()?.links.some(link => link.index === index && !engine.network()?.choice.outside.includes(link.name)) ?? false,
			identity: async () => (live === null || !connected ? [] : identityProbes({use: live.use, ours, exit: deps.exit, whoami, own: ownWay(kernel, config), withinMs: identityWithinMs})),
		}, down);
		// A link that is new or renamed has its backstop milliseconds later: that a frame left by it says nothing of the policy.
		const leaked = found.probes.filter(({verdict}) => verdict === 'leaked');
		if (found.kind === 'failed' && leaked.every(({id}) => id.startsWith('frame')) && (outsideLinks(readAgain()) !== linksBefore || firewall.wanted() !== ruleset)) {
			return {...found, kind: 'inconclusive', detail: `Links changed while the drill ran, and raw frames left by one before it had its backstop. ${found.detail}`};
		}
		// What is expected of a probe is that of one policy.
		const changed = firewall.wanted() !== ruleset && !full && found.kind === 'passed';
		return changed ? {...found, kind: 'inconclusive', detail: 'The policy changed while the drill ran.'} : found;
	};

	const conclude = (view: DrillView): void => {
		last = view;
		journal.write('drill', view.kind === 'failed' ? 'error' : view.kind === 'passed' ? 'info' : 'warn', `Drill ${view.kind} (${view.full ? 'full, ' : ''}${causes[view.cause]}, ${Math.round(view.durationMs)} ms): ${view.detail}`);
		if (view.kind === 'failed') {
			const locks = config.drillOnLeak === 'lockdown' && engine.machine().state.kind !== 'lockdown';
			leak = leakProblem(view, config.drillOnLeak === 'lockdown');
			if (locks) engine.dispatch({kind: 'lockdown', by: 'drill', reason: 'a leak test saw its own packets outside the tunnel'});
		} else if (view.kind === 'passed') leak = null;
		deps.changed();
	};

	const perform = async (full: boolean, cause: DrillView['cause'], signal: AbortSignal): Promise<DrillView | null> => {
		if (signal.aborted) return null;
		const startedAtMs = clock.now();
		active += 1;
		const found = await find(full, signal).catch((error: unknown) => inconclusive(`The drill ended unexpectedly: ${error instanceof Error ? error.message : String(error)}.`));
		active -= 1;
		endedAtMs = clock.now();
		// A leak that was seen is one, also when nobody waits for the answer any more.
		if (signal.aborted && found.kind !== 'failed') return null;
		const view: DrillView = {...found, atMs: endedAtMs, durationMs: endedAtMs - startedAtMs, full, cause};
		conclude(view);
		return view;
	};

	/** Unhandled, it would end the daemon. */
	const unexpected = (error: unknown): void => journal.write('drill', 'error', `What a drill waited for ended unexpectedly: ${error instanceof Error ? error.message : String(error)}. What is refused stays so.`);

	const run: Drills['run'] = ({full, cause}, signal) => {
		const done = running.then(() => perform(full, cause, signal));
		running = done.catch(() => undefined);
		return done;
	};

	return {
		run,
		connected(ready) {
			if (config.drillEveryMs === null) return;
			awaited = ready;
			background?.abort();
			void ready.catch(unexpected).finally(() => {
				if (awaited !== ready) return;
				[awaited, waiting] = [null, 'connected'];
			});
		},
		tick() {
			if (config.drillEveryMs === null) return;
			if (clock.now() >= dueAtMs) {
				waiting ??= 'schedule';
				dueAtMs = clock.now() + config.drillEveryMs;
			}
			const {state} = engine.machine();
			const settled = state.kind === 'connected' || state.kind === 'degraded' || state.kind === 'lockdown';
			if (waiting === null || awaited !== null || background !== null || !settled || engine.network()?.choice.uplink?.up !== true) return;
			const cause = waiting;
			const mine = new AbortController();
			[waiting, background] = [null, mine];
			void run({full: false, cause}, mine.signal).then(view => {
				if (view === null) waiting ??= cause;
			}).catch(unexpected).finally(() => {
				background = null;
			});
		},
		interrupt: () => background?.abort(),
		isRunning: () => active > 0,
		last: () => last,
		problem: () => leak,
		mark: records => (active > 0 || clock.now() - endedAtMs < dropsLateMs ? records.map(record => (isOurs(record) ? {...record, drill: true} : record)) : records),
	};
}

const causes: Readonly<Record<DrillView['cause'], string>> = {operator: 'asked for', connected: 'after connecting', schedule: 'on schedule'};
const inconclusive = (detail: string): Findings => ({kind: 'inconclusive', detail, canaries: [], counters: [], probes: []});

const outsideLinks = (network: NetworkReading | null): string =>
	(network?.links ?? []).filter(({name}) => network?.choice.outside.includes(name)).map(({index, name}) => `${index} ${name}`).toSorted().join();

const destinations = ['192.0.2.128/25', '2001:db8:7ab1::/48', '127.0.0.11/32'].flatMap(text => parseCidr(text) ?? []);

/** Ours come from uid 0, or as frames from nobody; an application's packet to the same place meanwhile stays its own. */
function isOurs({destination, uid}: DropView): boolean {
	const address = parseIp(destination);
	return (uid === null || uid === 0) && address !== null && destinations.some(range => cidrContains(range, address));
}

const leakProblem = ({detail}: DrillView, locked: boolean): Problem => ({
	code: 'leak',
	severity: 'error',
	what: `A leak test failed. ${detail}`,
	stillBlocking: locked ? 'unknown' : false,
	next: `${locked ? 'vks locked down. ' : ''}Look for what vks does not own: \`nft list ruleset\`, \`tc filter show dev <interface> egress\`, \`ip rule\`. Then ${locked ? 'lift and ' : ''}run \`vks drill\` again.`,
});
