/**
 * Runs the state machine: feeds it events, enforces the policy each state asks for, and then carries out its effects. The
 * policy always moves first; an effect never opens anything by itself.
 */
import type {Config} from '../config/config.ts';
import type {Secrets} from '../config/secrets.ts';
import type {Devices} from '../kernel/kernel.ts';
import type {Cidr} from '../net/cidr.ts';
import {compile} from '../policy/compile.ts';
import type {Ruleset, Situation, TunnelUse} from '../policy/policy.ts';
import type {Problem} from '../problem.ts';
import {ok, type Result} from '../result.ts';
import type {Server} from '../tunnel/tunnel.ts';
import type {Clock} from './clock.ts';
import {raise, retryAfterMs, verify, type DialFailure, type LiveTunnel} from './dial.ts';
import type {FirewallKeeper} from './firewall-keeper.ts';
import type {Journal} from './journal.ts';
import {hasLostSource, type Source} from './lost-source.ts';
import type {Openings} from './openings.ts';
import type {NetworkKeeper, NetworkReading} from './network-keeper.ts';
import {tellNetworkNews} from './network-news.ts';
import {policyLog} from './policy-log.ts';
import {routingRepairs, type RoutingRepairs} from './routing-repairs.ts';
import {handshakeLease, situationOf} from './situation.ts';
import {initialMachine, transition, type Effect, type Event, type Machine, type UplinkReadiness} from './state.ts';
import {describeDial, describeState, levelOf} from './wording.ts';

export interface EngineDeps {
	readonly config: Config;
	readonly devices: Devices;
	readonly secrets: Secrets;
	readonly clock: Clock;
	readonly firewall: FirewallKeeper;
	readonly network: NetworkKeeper;
	readonly journal: Journal;
	readonly findServer: (id: string) => Server | undefined;
	/** What stands in the way of any tunnel, checked before each dial. */
	readonly obstacle: (server: Server, network: NetworkReading | null) => DialFailure | null;
	/** What is open for a time. */
	readonly openings: Pick<Openings, 'exceptions' | 'pinholes' | 'echoes' | 'closePinholes' | 'closeEchoes'>;
	readonly remember: (machine: Machine) => void;
	/** A dial came to nothing. */
	readonly failed: (server: string, problem: Problem) => void;
	/** A tunnel was verified. */
	readonly opened: (live: LiveTunnel) => void;
	/** Something a screen shows has changed. */
	readonly changed: () => void;
}

export interface Engine {
	dispatch(event: Event): void;
	machine(): Machine;
	live(): LiveTunnel | null;
	network(): NetworkReading | null;
	/** What the policy of this moment is made of, beside the configuration. */
	situation(): Situation;
	/** What the last dial was for, in words. */
	dialReason(): string;
	/** Why the last dial failed; null after a success. */
	lastFailure(): {readonly server: string; readonly problem: Problem} | null;
	enforcementProblem(): Problem | null;
	/** Re-reads the network, repairs the routing layer, and enforces the policy if what it depends on changed. */
	syncNetwork(): Result<NetworkReading, Problem>;
	/** Somebody else changed routes or rules: named if the next reading finds something to put right. */
	suspect(by: string): void;
	/** True while repairs of the routing layer pause, because somebody undoes them as fast. */
	isPausing(): boolean;
	/** How often the routing layer was put right. */
	routingRepairs(): ReturnType<RoutingRepairs['counts']>;
	/** Enforces the current policy again, whatever the kernel holds. */
	enforce(): Promise<Result<void, Problem>>;
	/** The enforcement that the last event asked for. */
	enforcing(): Promise<Result<void, Problem>>;
	/** Resolves when no dial is under way. */
	idle(): Promise<void>;
}

export function createEngine(deps: EngineDeps): Engine {
	const {config, clock, firewall, journal, openings} = deps;
	const handshake = handshakeLease(clock);
	const repairs = routingRepairs(clock, journal);
	const tellPolicy = policyLog(journal);
	let machine = initialMachine(clock.now());
	let live: LiveTunnel | null = null;
	let opening: TunnelUse | null = null;
	let reading: NetworkReading | null = null;
	let enforced: string | null = null;
	let compiled: {readonly key: string; readonly ruleset: Ruleset} | null = null;
	let enforcementProblem: Problem | null = null;
	let failure: ReturnType<Engine['lastFailure']> = null;
	let sentFrom: Source | null = null;
	let dialReason = '';
	let lastWish = '';
	let dialing = new AbortController();
	let dials: Promise<unknown> = Promise.resolve();
	let cancelRetry = (): void => undefined;
	let enforcing: Promise<Result<void, Problem>> = Promise.resolve(ok(undefined));

	const situation = (): Situation => situationOf({machine, use: live?.use ?? opening, lease: handshake.current(), reading, openings});

	const enforce = async (how: 'in turn' | 'at once' = 'in turn'): Promise<Result<void, Problem>> => {
		const now = situation();
		const key = JSON.stringify(now);
		// The same situation gives the same value, so that who compares by identity sees that nothing changed.
		if (compiled?.key !== key) compiled = {key, ruleset: compile(config, now)};
		const {ruleset} = compiled;
		const result = await (how === 'at once' ? firewall.enforceAtOnce(ruleset) : firewall.enforce(ruleset));
		enforced = result.ok ? key : null;
		// A later one may have overtaken it, and tells of itself.
		if (result.ok && firewall.wanted() === ruleset) tellPolicy(ruleset);
		const before = enforcementProblem;
		enforcementProblem = result.ok ? null : result.error;
		if (!result.ok && before?.what !== result.error.what) journal.write('problem', 'error', result.error.what);
		return result;
	};

	const enforceIfChanged = async (): Promise<Result<void, Problem>> => (JSON.stringify(situation()) === enforced ? ok(undefined) : enforce());

	const lower = async (): Promise<void> => {
		const gone = live;
		live = null;
		sentFrom = null;
		opening = null;
		await gone?.tunnel.down();
		sync();
	};

	const dial = async (id: string, signal: AbortSignal): Promise<void> => {
		await lower();
		if (signal.aborted) return;
		const fail = ({cause, problem}: DialFailure): void => {
			failure = {server: id, problem};
			deps.failed(id, problem);
			journal.write('tunnel', 'warn', problem.what);
			const {state} = machine;
			const attempt = 'attempt' in state ? state.attempt : 1;
			dispatch({kind: 'failed', cause, detail: problem.what, retryAtMs: clock.now() + retryAfterMs(cause, attempt, clock.random())});
		};
		const server = deps.findServer(id);
		if (server === undefined) return fail({cause: 'no-server', problem: noSuchServer(id)});
		const obstacle = deps.obstacle(server, reading);
		if (obstacle !== null) return fail(obstacle);
		const openPinhole = async (use: TunnelUse): Promise<void> => {
			opening = use;
			handshake.renew(use.endpoint.transport);
			await enforce();
		};
		const uplinkMtu = reading?.links.find(({index}) => index === reading?.choice.uplink?.index)?.mtu ?? null;
		const raised = await raise({server, config, devices: deps.devices, secrets: deps.secrets, clock, signal, uplinkMtu, openPinhole});
		if (signal.aborted) {
			if (raised.ok) await raised.value.tunnel.down();
			return;
		}
		if (!raised.ok) return fail(raised.error);
		const mine = raised.value;
		live = mine;
		sentFrom = mine.use.senderUid === null ? null : (reading?.choice.uplink ?? null);
		opening = null;
		mine.tunnel.onExit(why => {
			if (live === mine) dispatch({kind: 'lost', why});
		});
		sync();
		dispatch({kind: 'raised'});
		await conclude(mine, signal, fail);
	};

	const conclude = async (mine: LiveTunnel, signal: AbortSignal, fail: (failure: DialFailure) => void): Promise<void> => {
		const verified = await verify(mine, {clock, signal});
		if (signal.aborted || live !== mine) return;
		if (!verified.ok) return fail(verified.error);
		failure = null;
		dispatch({kind: 'verified'});
	};

	const startDial = (work: (signal: AbortSignal) => Promise<void>): void => {
		dialing.abort();
		dialing = new AbortController();
		const {signal} = dialing;
		// One after another: the device of the last dial must be gone before the next makes its own.
		dials = dials.then(() => (signal.aborted ? undefined : work(signal))).catch((error: unknown) => {
			journal.write('problem', 'error', `A connection attempt ended unexpectedly: ${error instanceof Error ? error.message : String(error)}.`);
			dispatch({kind: 'failed', cause: 'tunnel-failed', detail: 'The connection attempt ended unexpectedly.', retryAtMs: clock.now() + 5000});
		});
	};

	const carryOut = (effect: Effect): void => {
		switch (effect.kind) {
			case 'dial':
				return startDial(signal => dial(effect.server, signal));
			case 'reverify':
				return startDial(async signal => {
					if (live === null) return dispatch({kind: 'failed', cause: 'tunnel-failed', detail: 'The tunnel is gone.', retryAtMs: clock.now()});
					await conclude(live, signal, ({cause, problem}) => dispatch({kind: 'failed', cause, detail: problem.what, retryAtMs: clock.now()}));
				});
			case 'hang-up':
				dialing.abort();
				dials = dials.then(lower, lower);
				return;
			case 'retry-at':
				// A clock that was set back meanwhile must not make it wait for longer than the longest back-off.
				cancelRetry = clock.after(Math.min(60_000, Math.max(0, effect.atMs - clock.now())), () => dispatch({kind: 'retry'}));
				return;
			case 'remember':
				return deps.remember(machine);
			case 'opened':
				if (live !== null) deps.opened(live);
		}
	};

	const dispatch = (event: Event): void => {
		const before = machine.state;
		const step = transition(machine, event, clock.now());
		machine = step.machine;
		if (step.effects.some(({kind}) => kind === 'hang-up' || kind === 'dial')) {
			cancelRetry();
			dialing.abort();
			dialReason = describeDial(event);
		}
		if (live !== null && step.effects.some(({kind}) => kind === 'reverify')) handshake.renew(live.use.endpoint.transport);
		// What they were for can be asked through the tunnel, or not at all.
		if (machine.state.kind === 'connected' || machine.state.kind === 'lockdown' || event.kind === 'stop') openings.closePinholes();
		if (machine.state.kind === 'lockdown') openings.closeEchoes();
		const text = describeState(machine.state);
		const level = levelOf(machine.state);
		const tell = (): void => {
			// A degraded tunnel counts its seconds; one line says that it is.
			const counting = machine.state.kind === 'degraded' && before.kind === 'degraded';
			if (text !== describeState(before) && !counting) journal.write('state', level, text);
			if (machine.state !== before) deps.changed();
		};
		// Neither a lockdown nor the end waits for a transaction that hangs.
		const underWay = event.kind === 'lockdown' || event.kind === 'stop' ? enforce('at once') : enforceIfChanged();
		// The kernel comes first: a transaction in this process is committed before the next turn of the loop.
		if (event.kind === 'lockdown') setImmediate(tell);
		else tell();
		enforcing = underWay.then(result => {
			step.effects.forEach(carryOut);
			return result;
		});
	};

	const exceptionRanges = (): readonly Cidr[] => openings.exceptions().map(({range}) => range);

	const sync = (): Result<NetworkReading, Problem> => {
		const carrying = live === null ? null : {interface: live.use.interface, addresses: live.use.addresses, families: live.families, resolvers: live.use.resolvers};
		const locked = machine.state.kind === 'lockdown';
		const ours = JSON.stringify([carrying, locked, exceptionRanges()]);
		// What we want anew is never held back.
		const repair = !repairs.isPausing() || !lastWish.startsWith(ours);
		const result = deps.network.sync({tunnels: [config.tunnelInterface], carrying, exceptionsOpen: !locked, exceptions: exceptionRanges(), repair});
		if (!result.ok) return result;
		tellNetworkNews(journal, reading, result.value);
		reading = result.value;
		// What we want anew is no repair; what differs from what we wanted before is.
		const wish = `${ours}${JSON.stringify(result.value.choice.uplink)}`;
		if (result.value.repaired.length > 0 && wish === lastWish) repairs.note(result.value.repaired);
		lastWish = wish;
		const readiness = readinessOf(result.value);
		if (readiness !== machine.uplink) dispatch({kind: 'uplink', readiness});
		else void enforceIfChanged();
		if (live !== null && hasLostSource(sentFrom, result.value.choice.uplink, live.use.endpoint.address)) {
			sentFrom = null;
			dispatch({kind: 'moved', why: 'the uplink is another one, or has another address'});
		}
		if (live !== null && !result.value.carrierUp && machine.state.kind !== 'connecting') dispatch({kind: 'lost', why: 'the tunnel\'s interface is gone, down or without its address'});
		return result;
	};

	return {
		dispatch,
		machine: () => machine,
		live: () => live,
		network: () => reading,
		situation,
		dialReason: () => dialReason,
		lastFailure: () => failure,
		enforcementProblem: () => enforcementProblem,
		syncNetwork: sync,
		suspect: repairs.suspect,
		isPausing: repairs.isPausing,
		routingRepairs: repairs.counts,
		enforce: () => enforce(),
		enforcing: () => enforcing,
		idle: async () => {
			for (let before: unknown = null; before !== dials;) {
				before = dials;
				await dials;
				await enforcing; // A dial that failed may have asked for the next one.
			}
		},
	};
}

function readinessOf({choice: {uplink}}: NetworkReading): UplinkReadiness {
	if (uplink === null || !uplink.up) return 'no-uplink';
	return uplink.gateway4 === null && uplink.gateway6 === null && uplink.onLink.length === 0 ? 'no-gateway' : 'ready';
}

const noSuchServer = (id: string): Problem => ({code: 'no-server', severity: 'error', what: `There is no server ${id}.`, stillBlocking: true, next: 'List them with `vks servers`.'});
