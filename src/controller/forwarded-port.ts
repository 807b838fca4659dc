/**
 * Keeps a port that the provider forwards: asked for once a tunnel is verified, and again before its time is over. It runs beside
 * everything else, so that a gateway which hangs keeps nobody; and what is open is always what was granted to this very tunnel.
 */
import type {PortForwardWish} from '../config/config.ts';
import type {ForwardedPortView} from '../control/port-schema.ts';
import type {Kernel} from '../kernel/kernel.ts';
import {isIpv4, type IpAddress} from '../net/address.ts';
import type {Port} from '../net/port.ts';
import {isPrivate} from '../net/private-ranges.ts';
import type {GrantedPort} from '../policy/exception.ts';
import {leaseName, remainingMs, type Lease} from '../policy/lease.ts';
import type {Problem} from '../problem.ts';
import {fail, type Result} from '../result.ts';
import {askPort, type PortAnswer} from './ask-port.ts';
import type {Clock} from './clock.ts';
import type {LiveTunnel} from './dial.ts';
import type {Engine} from './engine.ts';
import type {Journal} from './journal.ts';

export interface ForwardedPortDeps {
	readonly config: Pick<PortForwardWish, 'by' | 'gateway'>;
	/** What a port is used for here; null where it may be opened. */
	readonly useOf: (port: Port) => string | null;
	readonly clock: Pick<Clock, 'now' | 'monotonic'>;
	readonly journal: Pick<Journal, 'write'>;
	readonly exchange: Kernel['exchange'];
	readonly engine: () => Pick<Engine, 'machine' | 'live'>;
	/** Makes the policy of the moment the kernel's. */
	readonly apply: () => Promise<Result<void, Problem>>;
	/** Whoever wants to know; null when there is none any more. */
	readonly tell: (port: Port | null) => void;
	readonly note: (problem: Problem | null) => void;
	readonly changed: () => void;
}

export interface ForwardedPort {
	/** Once a second. */
	tick(): void;
	/** The machine's state is another one. */
	follow(): void;
	/** What the policy lets in by this tunnel at this moment. */
	granted(live: LiveTunnel | null): GrantedPort | null;
	view(): ForwardedPortView;
	stop(): void;
}

interface Held {
	readonly of: LiveTunnel;
	readonly port: Port;
	readonly sinceMs: number;
	readonly endsAtMs: number;
	readonly leases: readonly Lease[];
}

/** As ProtonVPN's instructions have it, at 45 s of 60; halfway where that is later (RFC 6886, section 3.3). */
const earlyMs = 15_000;
/** Doubles with every failure. */
const retryAfterMs = 3000;
const rarestMs = 60_000;
/** A gateway that gives another port each time fills no journal: of several changes the last is written. */
const lineEveryMs = 10_000;

export function createForwardedPort({config, useOf, clock, journal, exchange, engine, apply, tell, note, changed}: ForwardedPortDeps): ForwardedPort {
	let held: Held | null = null;
	/** Which port of its the kernel took the rules for; null until then. */
	let open: Port | null = null;
	let written: {readonly port: Port; readonly atMs: number} | null = null;
	let last: Port | null = null;
	let of: LiveTunnel | null = null;
	let asking: AbortController | null = null;
	let refusal: {readonly cause: string; readonly retryAtMs: number} | null = null;
	let [dueMs, failures, stopped] = [0, 0, false];

	/** The tunnel that applications have. */
	const carrier = (): LiveTunnel | null => {
		const {state} = engine().machine();
		return !stopped && (state.kind === 'connected' || state.kind === 'degraded' || (state.kind === 'switching' && state.step !== 'alone')) ? engine().live() : null;
	};
	const isOver = ({leases}: Held): boolean => leases.every(lease => remainingMs(lease, clock.monotonic()) === 0);

	/** Says which port it is now, once the last line is old enough. */
	const write = (): void => {
		if (held === null || open !== held.port || written?.port === open || (written !== null && clock.monotonic() - written.atMs < lineEveryMs)) return;
		journal.write('tunnel', 'info', `Port ${open} is forwarded to ${held.of.use.interface}, for TCP and UDP${written === null ? '' : `, and ${written.port} no longer`}.`);
		written = {port: open, atMs: clock.monotonic()};
	};

	const close = (why: string): void => {
		if (held === null) return;
		journal.write('tunnel', 'warn', `Port ${held.port} is no longer forwarded: ${why}.`);
		[held, open, written] = [null, null, null];
		tell(null);
	};

	const failed = (cause: string): void => {
		failures += 1;
		const afterMs = Math.min(rarestMs, retryAfterMs * 2 ** (failures - 1));
		dueMs = clock.monotonic() + afterMs;
		if (refusal?.cause !== cause) journal.write('problem', 'warn', problemOf(cause, held?.port ?? null).what);
		refusal = {cause, retryAtMs: clock.now() + afterMs};
		note(problemOf(cause, held?.port ?? null));
	};

	const hold = async (live: LiveTunnel, {port, forMs}: PortAnswer, askedAtMs: number): Promise<void> => {
		const before = held;
		const untilMs = askedAtMs + forMs;
		const leases = (['udp', 'tcp'] as const).map((protocol): Lease => ({name: leaseName(`granted-${protocol}`), protocol, untilMs, forMs, renewed: true}));
		const mine: Held = {of: live, port, sinceMs: before?.port === port ? before.sinceMs : clock.now(), endsAtMs: Math.round(clock.now() + untilMs - clock.monotonic()), leases};
		[held, last] = [mine, port];
		const applied = await apply();
		// The tunnel, or vks, has come to its end meanwhile.
		if (held !== mine) return;
		if (!applied.ok) {
			close('the kernel did not take its rules');
			return failed('the kernel did not take the rules for it');
		}
		[failures, refusal, dueMs] = [0, null, askedAtMs + Math.max(forMs - earlyMs, forMs / 2, retryAfterMs)];
		note(null);
		if (open === port) return;
		open = port;
		write();
		tell(port);
	};

	const ask = async (live: LiveTunnel): Promise<void> => {
		const mine = new AbortController();
		asking = mine;
		const askedAtMs = clock.monotonic();
		const gateway = config.gateway ?? gatewayOf(live);
		const answer = gateway === null ? fail(noGateway) : await askPort({exchange, use: live.use, gateway, port: last, useOf, signal: mine.signal});
		// Another tunnel carries, or none.
		const late = mine.signal.aborted || carrier() !== live;
		if (!late && answer.ok) await hold(live, answer.value, askedAtMs);
		if (!late && !answer.ok) failed(answer.error);
		if (asking === mine) asking = null;
		if (!late) changed();
	};

	const follow = (): void => {
		const live = carrier();
		if (live === of) return;
		of = live;
		asking?.abort();
		[asking, refusal, dueMs, failures] = [null, null, 0, 0];
		note(null);
		close('its tunnel does not carry any more');
	};

	return {
		tick() {
			if (config.by === 'off' || stopped) return;
			follow();
			if (held !== null && isOver(held)) close(refusal === null ? 'its time is over' : `its time is over, and ${refusal.cause}`);
			write();
			if (of !== null && asking === null && clock.monotonic() >= dueMs) void ask(of);
		},
		follow() {
			if (config.by !== 'off') follow();
		},
		granted: live => (held === null || held.of !== live || isOver(held) ? null : {interface: held.of.use.interface, port: held.port, leases: held.leases}),
		view() {
			if (config.by === 'off') return {kind: 'off'};
			// As of now, whether the news of another state has come or not.
			const live = carrier();
			if (live === null) return {kind: 'waiting'};
			// Not before the kernel took its rules, nor after it closed it.
			if (held?.of === live && open === held.port && !isOver(held)) return {kind: 'open', port: held.port, sinceMs: held.sinceMs, endsAtMs: held.endsAtMs, trouble: refusal?.cause ?? null};
			return refusal === null || of !== live ? {kind: 'asking'} : {kind: 'refused', ...refusal};
		},
		stop() {
			stopped = true;
			asking?.abort();
		},
	};
}

/**
 * Not those of `VKS_DNS`: the tunnel's own resolver is its gateway, with ProtonVPN and most others. One that is public, such as
 * 1.1.1.1, is somebody else's, who shall not be asked to open a port here.
 */
const gatewayOf = ({tunnel}: LiveTunnel): IpAddress | null => tunnel.resolvers.find(address => isIpv4(address) && isPrivate(address)) ?? null;
const noGateway = 'no gateway is known: the server names no private IPv4 resolver; set VKS_PORT_FORWARD_GATEWAY';

const problemOf = (cause: string, port: Port | null): Problem => ({
	code: 'port-forward', severity: 'warning', stillBlocking: true,
	what: port === null ? `No port is forwarded: ${cause}.` : `Port ${port} could not be asked for again: ${cause}. It is closed when its time is over.`,
	next: 'vks asks again by itself. Take a server that forwards ports (ProtonVPN: one for P2P, and a file made with NAT-PMP switched on), or set VKS_PORT_FORWARD_GATEWAY.',
});
