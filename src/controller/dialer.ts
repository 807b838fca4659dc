/**
 * Raises, verifies and takes down tunnels, one piece of work at a time, each in its turn; a newer one ends the one before. What
 * stands beside another is the work of `dial-beside.ts`.
 */
import type {Config} from '../config/config.ts';
import type {Secrets} from '../config/secrets.ts';
import type {Devices, Kernel, Network} from '../kernel/kernel.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {TunnelUse} from '../policy/policy.ts';
import {tunnelSlots} from '../policy/slots.ts';
import type {Problem} from '../problem.ts';
import {fail, type Result} from '../result.ts';
import type {Server} from '../tunnel/tunnel.ts';
import type {Clock} from './clock.ts';
import {askAnewFor} from './dead-gateway.ts';
import {askResolvers} from './data-probe.ts';
import {besideWork} from './dial-beside.ts';
import {raise, retryAfterMs, verify, type DialFailure, type LiveTunnel} from './dial.ts';
import type {ExitIdentity} from './exit-check.ts';
import {ownWay} from './own-way.ts';
import type {Journal} from './journal.ts';
import type {NetworkReading} from './network-keeper.ts';
import {handshakeLease, type HandshakeLease} from './situation.ts';
import {isCarrying} from './state-switch.ts';
import type {Event, Machine} from './state.ts';
import {createTunnels, type Tunnels} from './tunnels.ts';

export interface DialerDeps {
	readonly config: Config;
	readonly questions: Pick<Kernel, 'connect' | 'exchange'>;
	readonly devices: Devices;
	readonly neighbours: Pick<Network, 'forgetDeadNeighbour'>;
	readonly secrets: Secrets;
	readonly clock: Clock;
	readonly journal: Pick<Journal, 'write'>;
	readonly findServer: (id: string) => Server | undefined;
	/** What stands in the way of any tunnel, checked before each dial. */
	readonly obstacle: (server: Server, network: NetworkReading | null) => DialFailure | null;
	/** Whether a new link takes IPv6 addresses: where engines give a container no IPv6, they switch it off in its namespace. */
	readonly takesIpv6: () => boolean;
	/** A dial came to nothing. */
	readonly failed: (server: string, problem: Problem) => void;
	/** Look-ups go to this tunnel's resolvers from now on. */
	readonly lookUpBy: (live: LiveTunnel) => void;
	readonly machine: () => Machine;
	readonly reading: () => NetworkReading | null;
	readonly dispatch: (event: Event) => void;
	/** The policy of now, with the tunnels as they are. */
	readonly enforce: () => Promise<Result<void, Problem>>;
	/** Has the routes follow the tunnels; false where the one that is to carry cannot. Tells the machine nothing. */
	readonly route: () => boolean;
	/** The same, and tells the machine what was read. */
	readonly sync: () => unknown;
}

export interface DialerFailure {
	readonly server: string;
	readonly problem: Problem;
}

export interface Dialer extends Pick<Tunnels, 'live' | 'rising' | 'beside' | 'uses' | 'hasMoved'> {
	/** Of the pinhole of what is being raised or verified. */
	lease: HandshakeLease['current'];
	/** Takes down what stands, raises the server's tunnel and verifies it; tells the machine how that went. `anew`: see the effect. */
	dial(server: string, how: 'alone' | 'anew'): void;
	/** The same beside what carries, which stays as it is. */
	raiseBeside(server: string): void;
	/** Moves what carries to what was raised beside it, and lets the old one go; `allowed` is what came of accepting both. */
	handOver(allowed: Result<void, Problem>): void;
	/** Takes down what was raised beside. */
	dropBeside(): void;
	/** Verifies what stands once more. */
	reverify(): void;
	/** Takes down every tunnel. */
	hangUp(): void;
	/** Ends the work that is under way; what stands, stands. */
	abort(): void;
	/** The one that carries is gone, or can carry no more. */
	lost(why: string): void;
	/** The pinhole's time begins anew, for a tunnel that stands and is verified again. */
	renewLease(): void;
	lastFailure(): DialerFailure | null;
	/** Why the last dial of this server failed; null when it did not, or was given up. */
	failureOf(server: string): Problem | null;
	/** Who the world sees through the tunnel that carries, where that was part of verifying it. */
	seenExit(): ExitIdentity | null;
	/** Resolves when no tunnel is leaving any more. */
	settled(): Promise<void>;
	/** The work asked for so far, ended. */
	work(): Promise<unknown>;
}

/** What the work on one tunnel shares with that on two. */
export interface DialTools {
	readonly tunnels: Tunnels;
	/** Looks for the server and for obstacles, and raises its tunnel under this name; null when the work was ended. */
	bringUp(id: string, device: InterfaceName, how: 'alone' | 'anew' | 'beside', signal: AbortSignal): Promise<Result<LiveTunnel, DialFailure> | null>;
	/** Tells everybody that it came to nothing. */
	giveUp(id: string, failure: DialFailure): void;
	/** It was verified: what failed before is past. */
	succeeded(live: LiveTunnel): void;
	lost(why: string): void;
	/** After the work that is under way. */
	later(task: () => Promise<void>): void;
}

export function createDialer(deps: DialerDeps): Dialer {
	const {config, clock, journal, dispatch, reading} = deps;
	const tunnels = createTunnels(config, reading);
	const lease = handshakeLease(clock);
	const failures = new Map<string, Problem>();
	let failure: DialerFailure | null = null;
	let current = new AbortController();
	let work: Promise<unknown> = Promise.resolve();
	let cleared = false;

	const lower = async (): Promise<void> => {
		const gone = tunnels.clear();
		for (const {tunnel} of gone) await tunnel.down();
		deps.sync();
	};

	/** An earlier daemon may have been killed while its tunnel stood in the other slot: the server would hear two of one key. */
	const clearSlots = async (): Promise<void> => {
		// Beside somebody else's tunnel no slot is ours, whatever a device is called.
		if (cleared || config.attach !== null) return;
		cleared = true;
		for (const {interface: device} of tunnelSlots(config).slice(1)) {
			const removed = await deps.devices.removeLeftover(device);
			if (!removed.ok) journal.write('tunnel', 'warn', removed.error.what);
		}
	};

	const bringUp: DialTools['bringUp'] = async (id, device, how, signal) => {
		failures.delete(id);
		const server = deps.findServer(id);
		if (server === undefined) return fail({cause: 'no-server', problem: noSuchServer(id)});
		const obstacle = deps.obstacle(server, reading());
		if (obstacle !== null) return fail(obstacle);
		const openPinhole = async (use: TunnelUse): Promise<void> => {
			tunnels.begin(use, how === 'beside' ? how : 'alone');
			lease.renew(use.endpoint.transport);
			await deps.enforce();
			// Only from here on is anybody let be asked for on the link.
			const asked = askAnewFor(use.endpoint.address, reading(), deps.neighbours);
			if (!asked.ok) journal.write('network', 'warn', asked.error.what);
		};
		const families = config.ipv6 === 'block' || !deps.takesIpv6() ? [4] as const : [4, 6] as const;
		const raised = await raise({server, interface: device, config, devices: deps.devices, secrets: deps.secrets, clock, signal, uplinkMtu: mtuOfUplink(reading()), families, openPinhole, anew: how === 'anew', close: deps.enforce});
		if (!signal.aborted) return raised;
		if (raised.ok) await raised.value.tunnel.down();
		return null;
	};

	const giveUp: DialTools['giveUp'] = (id, {cause, problem}) => {
		const {state} = deps.machine();
		// What carries is no worse for it, now and when it is away later.
		if (state.kind !== 'connected' && state.kind !== 'degraded' && !isCarrying(state)) failure = {server: id, problem};
		failures.set(id, problem);
		deps.failed(id, problem);
		journal.write('tunnel', 'warn', problem.what);
		const attempt = 'attempt' in state ? state.attempt : 1;
		dispatch({kind: 'failed', cause, detail: problem.what, retryAtMs: clock.now() + retryAfterMs(cause, attempt, clock.random())});
	};

	const dial = async (id: string, how: 'alone' | 'anew', signal: AbortSignal): Promise<void> => {
		await lower();
		await clearSlots();
		if (signal.aborted) return;
		const [{interface: device}] = tunnelSlots(config);
		const raised = await bringUp(id, device, how, signal);
		if (raised === null) return;
		if (!raised.ok) return giveUp(id, raised.error);
		const mine = raised.value;
		tunnels.stand(mine);
		mine.tunnel.onExit(why => {
			if (tunnels.live() === mine) lost(why);
		});
		deps.sync();
		dispatch({kind: 'raised'});
		await conclude(mine, signal, error => giveUp(id, error));
	};

	const conclude = async (mine: LiveTunnel, signal: AbortSignal, failed: (failure: DialFailure) => void): Promise<void> => {
		const verified = await verify(mine, {clock, signal, ask: () => askResolvers(mine.use, 1000, ownWay(deps.questions, deps.config))});
		if (signal.aborted || tunnels.live() !== mine) return;
		if (!verified.ok) return failed(verified.error);
		succeeded(mine);
		dispatch({kind: 'verified'});
	};

	const succeeded = ({tunnel: {server}}: LiveTunnel): void => {
		failure = null;
		failures.delete(server.id);
	};

	const lost = (why: string): void => {
		if (!beside.returns(why)) dispatch({kind: 'lost', why});
	};

	const then = (task: () => Promise<void>): void => {
		work = work.then(task).catch((error: unknown) => {
			journal.write('problem', 'error', `A connection attempt ended unexpectedly: ${error instanceof Error ? error.message : String(error)}.`);
			dispatch({kind: 'failed', cause: 'tunnel-failed', detail: 'The connection attempt ended unexpectedly.', retryAtMs: clock.now() + 5000});
		});
	};

	const begin = (task: (signal: AbortSignal) => Promise<void>): void => {
		current.abort();
		current = new AbortController();
		const {signal} = current;
		// One after another: the device of the last dial must be gone before the next makes its own.
		then(async () => (signal.aborted ? undefined : task(signal)));
	};

	const beside = besideWork(deps, {tunnels, bringUp, giveUp, succeeded, lost, later: then});

	return {
		...tunnels,
		lease: lease.current,
		dial: (server, how) => begin(signal => dial(server, how, signal)),
		raiseBeside: server => begin(signal => beside.raise(server, signal)),
		handOver: allowed => begin(signal => beside.handOver(allowed, signal)),
		dropBeside: () => then(beside.drop),
		reverify: () => begin(async signal => {
			const mine = tunnels.live();
			if (mine === null) return dispatch({kind: 'failed', cause: 'tunnel-failed', detail: 'The tunnel is gone.', retryAtMs: clock.now()});
			await conclude(mine, signal, ({cause, problem}) => dispatch({kind: 'failed', cause, detail: problem.what, retryAtMs: clock.now()}));
		}),
		hangUp() {
			current.abort();
			then(lower);
		},
		abort: () => current.abort(),
		lost,
		renewLease() {
			const mine = tunnels.live();
			if (mine !== null) lease.renew(mine.use.endpoint.transport);
		},
		lastFailure: () => failure,
		failureOf: server => failures.get(server) ?? null,
		seenExit: beside.seenExit,
		settled: beside.settled,
		work: () => work,
	};
}

const mtuOfUplink = (reading: NetworkReading | null): number | null => reading?.links.find(({index}) => index === reading.choice.uplink?.index)?.mtu ?? null;

const noSuchServer = (id: string): Problem => ({code: 'no-server', severity: 'error', what: `There is no server ${id}.`, stillBlocking: true, next: 'List them with `vks servers`.'});
