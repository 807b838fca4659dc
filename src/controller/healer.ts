/** Climbs the ladder (`ladder.ts`) for the tunnel that stands and for dials that fail, and says what is done and why. */
import type {Config} from '../config/config.ts';
import type {HealingView} from '../control/health-schema.ts';
import type {Problem} from '../problem.ts';
import type {Clock} from './clock.ts';
import type {LiveTunnel} from './dial.ts';
import type {Engine} from './engine.ts';
import type {Level} from './health.ts';
import type {Journal} from './journal.ts';
import {chooseNext, climb, freshLadder, noteFailure, type Ladder} from './ladder.ts';
import type {Event} from './state.ts';

export interface HealerDeps {
	readonly config: Pick<Config, 'failover' | 'server'>;
	readonly clock: Pick<Clock, 'monotonic'>;
	readonly journal: Pick<Journal, 'write'>;
	readonly engine: () => Pick<Engine, 'dispatch' | 'machine'>;
	/** The next server to stand in for one, after those that had their turn; null where there is none. */
	readonly next: (instead: string, passed: readonly string[]) => string | null;
}

export interface Finding {
	readonly level: Level;
	readonly complaints: readonly string[];
	/** Monotonic. */
	readonly verifiedAtMs: number;
}

export interface Healer {
	/** Once a second while a tunnel carries. */
	tend(live: LiveTunnel, finding: Finding): void;
	/** A dial came to nothing. */
	failed(server: string, problem: Problem): void;
	/** What comes when the pause after a failure is over. */
	nextAttempt(): Event;
	view(): HealingView;
}

/** Two are no bad luck, and with what finding out takes they come to a minute. */
const usualFailover = 2;
/** What another server may do better: credentials and our own side are the same for all. */
const countedCodes: ReadonlySet<Problem['code']> = new Set(['no-handshake', 'tunnel-failed']);

/** `auto`: unless VKS_SERVER names one. Who names a server wants that one, and its country. */
const failoverOf = ({failover, server}: HealerDeps['config']): number | null => (failover === 'auto' ? (server === null ? usualFailover : null) : failover);

export function createHealer({config, clock, journal, engine, next}: HealerDeps): Healer {
	const failover = failoverOf(config);
	let ladder: Ladder = freshLadder;
	let lastFailed: string | null = null;
	let told: Pick<HealingView, 'rung' | 'detail'> = nothing;

	const targetServer = (): string | null => {
		const {target} = engine().machine();
		return target.kind === 'connected' ? target.server : null;
	};
	const tell = (rung: HealingView['rung'], detail: string): void => {
		if (rung === 'wait' ? told.rung !== rung : told.detail !== detail) journal.write('tunnel', 'warn', detail);
		told = {rung, detail};
	};
	/** Who stands in when this one failed once more; null where the target is dialled. */
	const standInFor = (failed: string): string | null => {
		const target = targetServer();
		if (target === null) return null;
		const choice = chooseNext(ladder, {target, failed, failover, next: passed => next(target, passed)});
		ladder = choice.ladder;
		return choice.standIn;
	};
	const failedSoOften = (server: string): string => {
		const times = ladder.failures.get(server) ?? 0;
		return `${server} failed ${times === 1 ? 'once' : `${times} times in a row`}`;
	};

	const rekey = async (live: LiveTunnel, why: string): Promise<void> => {
		const {server} = live.tunnel;
		told = {rung: 're-key', detail: `${why}. Asking ${server.id} for a fresh handshake.`};
		journal.write('tunnel', 'info', told.detail);
		const done = await live.tunnel.refresh?.();
		if (done?.ok === false) journal.write('tunnel', 'warn', `${done.error.what} ${done.error.next}`);
	};
	const reconnect = (server: string, why: string): void => {
		const standIn = standInFor(server);
		if (standIn === null) {
			tell('reconnect', `The tunnel is dead: ${why}. Connecting again.`);
			return engine().dispatch({kind: 'lost', why, dead: true});
		}
		tell('next-server', `The tunnel is dead: ${why}. Connecting to ${standIn} instead, because ${failedSoOften(server)}; ${server} stays the target.`);
		engine().dispatch({kind: 'stand-in', server: standIn, why: `${why}; ${failedSoOften(server)}`});
	};

	return {
		tend(live, {level, complaints, verifiedAtMs}) {
			const {id} = live.tunnel.server;
			const nowMs = clock.monotonic();
			const climbed = climb(ladder, {level, server: id, canRekey: live.tunnel.refresh !== undefined, verifiedAtMs, nowMs});
			ladder = climbed.ladder;
			const {rung} = climbed;
			const why = complaints.join('; ');
			if (level === 'well') told = nothing;
			if (rung.kind === 're-key') void rekey(live, why);
			else if (rung.kind === 'reconnect') reconnect(id, why);
			else if (rung.kind === 'wait') tell('wait', `The tunnel is dead: ${why}. The next connection is made in ${Math.ceil((rung.untilMs - nowMs) / 1000)} s at the earliest, because the last ${ladder.reconnects} did not last.`);
		},
		failed(server, {code}) {
			lastFailed = server;
			if (countedCodes.has(code)) ladder = noteFailure(ladder, server);
		},
		nextAttempt() {
			const target = targetServer();
			const standIn = lastFailed === null ? null : standInFor(lastFailed);
			if (target === null || standIn === null) return {kind: 'retry'};
			tell('next-server', `${failedSoOften(target)}. Connecting to ${standIn} instead; ${target} stays the target.`);
			return {kind: 'stand-in', server: standIn, why: failedSoOften(target)};
		},
		view: () => ({...told, target: targetServer(), standIn: engine().machine().standIn}),
	};
}

const nothing: Pick<HealingView, 'rung' | 'detail'> = {rung: 'none', detail: ''};
