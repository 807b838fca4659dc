/** What is known of the tunnel that stands: its numbers, whether it is alive, where it comes out, and which ones were before it. */
import type {Config} from '../config/config.ts';
import type {Snapshot} from '../control/schema.ts';
import type {Network} from '../kernel/kernel.ts';
import type {IpAddress} from '../net/address.ts';
import type {Problem} from '../problem.ts';
import type {Clock} from './clock.ts';
import {questionFor, roundTrip} from './data-probe.ts';
import type {LiveTunnel} from './dial.ts';
import type {Engine} from './engine.ts';
import {forgetConnections} from './epoch.ts';
import {exitKeeper} from './exit-keeper.ts';
import {complaintsOf, isDead} from './health.ts';
import type {Journal} from './journal.ts';
import {emptyLog, followReconnects} from './reconnect-log.ts';
import {freshRtt, recordRtt, type Rtt} from './rtt.ts';
import {freshStats, recordFacts, type TunnelStats} from './tunnel-stats.ts';

/** An answer that takes longer is as good as none. */
const answerWithinMs = 3000;

export interface TunnelKeeperDeps {
	readonly config: Config;
	readonly clock: Clock;
	readonly network: Pick<Network, 'flushConnections' | 'endConnections'>;
	readonly journal: Journal;
	readonly engine: () => Pick<Engine, 'live' | 'machine' | 'dispatch' | 'dialReason'>;
	readonly note: (problem: Problem | null) => void;
	readonly publish: () => void;
	/** The server's resolver answered through the tunnel. */
	readonly timed: (server: string, ms: number) => void;
}

export interface TunnelKeeper {
	/** Of the tunnel that stands now: numbers of one are never shown of another. */
	stats(): TunnelStats;
	reconnects(): Snapshot['reconnects'];
	/** The machine's state is another one. */
	follow(): void;
	/** A tunnel was verified. */
	opened(live: LiveTunnel): void;
	/** Once a second: reads its numbers, judges them, and asks its resolver when that is due. */
	read(): Promise<void>;
	checkExit(): Promise<void>;
	/** As it was seen a moment ago, or asked for anew. */
	freshExit(): Promise<IpAddress | null>;
	/** The same in words; null where nobody says so soon. */
	exitInWords(): Promise<string | null>;
}

export function tunnelKeeper({config, clock, network, journal, engine, note, publish, timed}: TunnelKeeperDeps): TunnelKeeper {
	let stats = freshStats(clock.now());
	let statsOf: LiveTunnel | null = null;
	let lastAddresses: readonly IpAddress[] = [];
	let log = emptyLog;
	let asking = false;
	let askAtMs = 0;

	const now = (): TunnelStats => {
		const live = engine().live();
		if (live !== statsOf) [statsOf, stats] = [live, freshStats(clock.now(), live === null ? freshRtt() : rttOf(live, config))];
		return stats;
	};

	const forget = async (epoch: number, live: LiveTunnel): Promise<void> => {
		const {text, forgotten, problem} = await forgetConnections(network, epoch, {before: lastAddresses, now: live.use.addresses});
		lastAddresses = live.use.addresses;
		if (statsOf === live) stats = {...stats, forgotten};
		note(problem);
		journal.write('tunnel', 'info', text);
	};

	const exit = exitKeeper({
		config, clock,
		live: () => engine().live(),
		known: () => now().exit,
		found(found) {
			if (found !== null) stats = {...now(), exit: found};
			publish();
		},
	});

	/** Never two at once; a tunnel that is no longer the one that was asked gets no answer of another. */
	const measure = async (live: LiveTunnel): Promise<void> => {
		const question = questionFor(live.use);
		if (config.rttEveryMs === null || question === null || asking || clock.monotonic() < askAtMs) return;
		asking = true;
		askAtMs = clock.monotonic() + config.rttEveryMs;
		const tookMs = await roundTrip(question, {timeoutMs: answerWithinMs, monotonic: clock.monotonic});
		asking = false;
		if (statsOf !== live) return;
		stats = {...stats, rtt: recordRtt(stats.rtt, tookMs)};
		if (tookMs !== null) timed(live.tunnel.server.id, tookMs);
	};

	return {
		stats: now,
		reconnects: () => ({count: log.count, lastReason: log.list.at(-1)?.reason ?? null, list: [...log.list]}),
		follow() {
			log = followReconnects(log, {machine: engine().machine(), dialReason: engine().dialReason(), nowMs: clock.now(), monotonicMs: clock.monotonic()});
		},
		opened(live) {
			const nowMs = clock.now();
			[statsOf, stats] = [live, {...freshStats(nowMs, rttOf(live, config)), connectedAtMs: nowMs}];
			askAtMs = 0;
			void forget(engine().machine().epoch, live);
		},
		async read() {
			const live = engine().live();
			if (live === null) return;
			const facts = await live.tunnel.facts();
			if (!facts.ok || engine().live() !== live) return;
			stats = recordFacts(now(), facts.value, clock.now());
			const {state} = engine().machine();
			if (state.kind !== 'connected' && state.kind !== 'degraded') return;
			const complaints = complaintsOf(stats.health, clock.now());
			engine().dispatch({kind: 'health', votes: complaints});
			if (isDead(stats.health, clock.now())) {
				journal.write('tunnel', 'warn', `The tunnel is dead: ${complaints.join('; ')}. Connecting again.`);
				return engine().dispatch({kind: 'lost', why: complaints.join('; ')});
			}
			void measure(live);
			if (exit.isDue()) void exit.check();
		},
		checkExit: exit.check,
		freshExit: exit.fresh,
		exitInWords: exit.inWords,
	};
}

function rttOf({use}: LiveTunnel, {rttEveryMs}: Config): Rtt {
	if (rttEveryMs === null) return freshRtt('VKS_RTT_EVERY is off');
	return freshRtt(questionFor(use) === null ? 'the tunnel has no IPv4 resolver to ask' : null, rttEveryMs);
}
