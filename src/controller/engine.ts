/**
 * Runs the state machine: feeds it events, enforces the policy each state asks for, and then carries out its effects. The
 * policy always moves first; an effect never opens anything by itself.
 */
import type {EgressPlan} from '../egress/plan.ts';
import type {GrantedPort} from '../policy/exception.ts';
import type {Attached, Situation} from '../policy/policy.ts';
import {slotNames} from '../policy/slots.ts';
import type {Problem} from '../problem.ts';
import {ok, type Result} from '../result.ts';
import type {LiveTunnel} from './dial.ts';
import {createDialer, type Dialer, type DialerDeps, type DialerFailure} from './dialer.ts';
import {createEnforcement} from './enforcement.ts';
import type {FirewallKeeper} from './firewall-keeper.ts';
import type {ExitIdentity} from './exit-check.ts';
import type {Journal} from './journal.ts';
import type {Openings} from './openings.ts';
import type {NetworkKeeper, NetworkReading} from './network-keeper.ts';
import {networkSync, readinessOf, uplinkMissing} from './network-sync.ts';
import type {RoutingRepairs} from './routing-repairs.ts';
import {situationOf} from './situation.ts';
import {initialMachine, transition, type Effect, type Event, type Machine} from './state.ts';
import type {Rising} from './tunnels.ts';
import {describeDial, describeState, levelOf} from './wording.ts';

export interface Opening {
	/** Who the world sees, where that was part of verifying it. */
	readonly exit: ExitIdentity | null;
	readonly settled: Promise<void>;
}

export interface EngineDeps extends Pick<DialerDeps, 'config' | 'devices' | 'neighbours' | 'questions' | 'secrets' | 'clock' | 'findServer' | 'obstacle' | 'failed' | 'lookUpBy' | 'takesIpv6'> {
	/** What is known of somebody else's tunnel; null where the tunnels are ours. */
	readonly attached: () => Attached | null;
	/** Which names may be reached; null where all may. */
	readonly egress: EgressPlan | null;
	/** The port that the provider forwards to this tunnel at this moment. */
	readonly granted: (live: LiveTunnel | null) => GrantedPort | null;
	readonly firewall: FirewallKeeper;
	readonly network: NetworkKeeper;
	readonly journal: Journal;
	/** What is open for a time. */
	readonly openings: Pick<Openings, 'exceptions' | 'pinholes' | 'echoes' | 'closePinholes' | 'closeEchoes'>;
	readonly remember: (machine: Machine) => void;
	/** What comes when the pause after a failed dial is over. */
	readonly nextAttempt: () => Event;
	/** A tunnel was verified and carries; `settled` when the one before it is gone. */
	readonly opened: (live: LiveTunnel, how: Opening) => void;
	/** Something a screen shows has changed. */
	readonly changed: () => void;
}

export interface Engine {
	dispatch(event: Event): void;
	machine(): Machine;
	/** The tunnel that stands. */
	live(): LiveTunnel | null;
	/** The one that is being raised. */
	rising(): Rising | null;
	network(): NetworkReading | null;
	/** What the policy of this moment is made of, beside the configuration. */
	situation(): Situation;
	/** What the last dial was for, in words. */
	dialReason(): string;
	/** Why the last dial failed; null after a success. */
	lastFailure(): DialerFailure | null;
	failureOf: Dialer['failureOf'];
	/** Why applications had to wait in the last switch; null where they did not. */
	waitedBecause(): string | null;
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
	const {config, clock, journal, openings} = deps;
	const network = networkSync({clock, journal, keeper: deps.network, tunnels: slotNames(config)});
	let machine = initialMachine(clock.now());
	let dialReason = '';
	let waited: string | null = null;
	let cancelRetry = (): void => undefined;
	let enforcing: Promise<Result<void, Problem>> = Promise.resolve(ok(undefined));

	const situation = (): Situation => situationOf({machine, ...dialer.uses(), lease: dialer.lease(), reading: network.reading(), openings, granted: deps.granted(dialer.live()), attached: deps.attached(), egress: deps.egress});
	const enforcement = createEnforcement({config, firewall: deps.firewall, journal, situation});

	const carryOut = (effect: Effect, enforced: Result<void, Problem>): void => {
		switch (effect.kind) {
			case 'dial':
				return dialer.dial(effect.server, effect.anew === true ? 'anew' : 'alone');
			case 'raise-beside':
				return dialer.raiseBeside(effect.server);
			case 'hand-over':
				return dialer.handOver(enforced);
			case 'drop-beside':
				return dialer.dropBeside();
			case 'reverify':
				return dialer.reverify();
			case 'hang-up':
				return dialer.hangUp();
			case 'retry-at':
				// A clock that was set back meanwhile must not make it wait for longer than the longest back-off.
				cancelRetry = clock.after(Math.min(60_000, Math.max(0, effect.atMs - clock.now())), () => dispatch(deps.nextAttempt()));
				return;
			case 'remember':
				return deps.remember(machine);
			case 'opened': {
				const live = dialer.live();
				if (live !== null) deps.opened(live, {exit: dialer.seenExit(), settled: dialer.settled()});
			}
		}
	};

	const dispatch = (event: Event): void => {
		const before = machine.state;
		const step = transition(machine, event, clock.now());
		machine = step.machine;
		if (step.effects.some(({kind}) => endsWork.has(kind))) {
			cancelRetry();
			dialer.abort();
		}
		if (event.kind === 'switch') waited = null;
		if (machine.state.kind === 'switching' && machine.state.step === 'alone') waited = machine.state.why;
		// That it must be done another way is no other reason.
		if (event.kind !== 'not-beside' && (event.kind === 'returned' || step.effects.some(({kind}) => beginsDial.has(kind)))) dialReason = describeDial(event);
		if (step.effects.some(({kind}) => kind === 'reverify')) dialer.renewLease();
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
		const underWay = event.kind === 'lockdown' || event.kind === 'stop' ? enforcement.enforce('at once') : enforcement.ifChanged();
		// The kernel comes first: a transaction in this process is committed before the next turn of the loop.
		if (event.kind === 'lockdown') setImmediate(tell);
		else tell();
		enforcing = underWay.then(result => {
			step.effects.forEach(effect => carryOut(effect, result));
			return result;
		});
	};

	const read = (): Result<NetworkReading, Problem> =>
		network.read({carrying: dialer.live(), beside: dialer.beside(), locked: machine.state.kind === 'lockdown', exceptions: openings.exceptions().map(({range}) => range)});

	const sync = (): Result<NetworkReading, Problem> => {
		const result = read();
		if (!result.ok) return result;
		const readiness = readinessOf(result.value);
		const why = uplinkMissing(result.value, deps.config.uplink);
		if (readiness !== machine.uplink || why !== machine.uplinkWhy) dispatch({kind: 'uplink', readiness, why});
		else void enforcement.ifChanged();
		if (dialer.hasMoved()) dispatch({kind: 'moved', why: 'the uplink is another one, or has another address'});
		if (dialer.live() !== null && !result.value.carrierUp && machine.state.kind !== 'connecting') dialer.lost('the tunnel\'s interface is gone, down or without its address');
		return result;
	};

	const dialer = createDialer({
		...deps, dispatch, sync,
		machine: () => machine,
		reading: network.reading,
		enforce: () => enforcement.enforce(),
		route() {
			const routed = read();
			return routed.ok && routed.value.carrierUp;
		},
	});

	return {
		dispatch,
		machine: () => machine,
		live: dialer.live,
		rising: dialer.rising,
		network: network.reading,
		situation,
		dialReason: () => dialReason,
		lastFailure: dialer.lastFailure,
		failureOf: dialer.failureOf,
		waitedBecause: () => waited,
		enforcementProblem: enforcement.problem,
		syncNetwork: sync,
		suspect: network.repairs.suspect,
		isPausing: network.repairs.isPausing,
		routingRepairs: network.repairs.counts,
		enforce: () => enforcement.enforce(),
		enforcing: () => enforcing,
		idle: async () => {
			for (let before: unknown = null; before !== dialer.work();) {
				before = dialer.work();
				await before;
				await enforcing; // A dial that failed may have asked for the next one.
			}
		},
	};
}

const endsWork: ReadonlySet<Effect['kind']> = new Set(['hang-up', 'dial', 'raise-beside', 'drop-beside']);
const beginsDial: ReadonlySet<Effect['kind']> = new Set(['hang-up', 'dial', 'raise-beside']);
