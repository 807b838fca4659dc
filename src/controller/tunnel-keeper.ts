/** What is known of the tunnel that stands: its numbers, whether it is alive, where it comes out, and which ones were before it. */
import type {Config} from '../config/config.ts';
import type {Snapshot} from '../control/schema.ts';
import type {Network, Probes} from '../kernel/kernel.ts';
import type {IpAddress} from '../net/address.ts';
import type {Problem} from '../problem.ts';
import type {Clock} from './clock.ts';
import type {LiveTunnel} from './dial.ts';
import type {Engine, Opening} from './engine.ts';
import {forgetConnections} from './epoch.ts';
import {gapMs, unheard} from './evidence.ts';
import {exitKeeper} from './exit-keeper.ts';
import {factsReader} from './facts-reader.ts';
import type {Healer} from './healer.ts';
import type {Journal} from './journal.ts';
import {createQuestions, type QuestionKeeper} from './question-keeper.ts';
import {ownWay, type OwnWay} from './own-way.ts';
import {emptyLog, followReconnects} from './reconnect-log.ts';
import {freshStats, judge, recordFacts, recordUnreadable, type Now, type TunnelStats} from './tunnel-stats.ts';

export interface TunnelKeeperDeps {
	readonly config: Config;
	readonly clock: Clock;
	readonly network: Pick<Network, 'flushConnections' | 'endConnections' | 'forgetConnections'>;
	readonly probes: Pick<Probes, 'openEcho' | 'openFlow'>;
	readonly sockets: OwnWay['kernel'];
	readonly journal: Journal;
	readonly engine: () => Pick<Engine, 'live' | 'machine' | 'dispatch' | 'dialReason'>;
	readonly healer: () => Pick<Healer, 'tend'>;
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
	/** A tunnel was verified and carries. */
	opened(live: LiveTunnel, how: Opening): void;
	/** Once a second: reads its numbers, judges them, and asks through it when that is due. */
	read(): Promise<void>;
	checkExit(): Promise<void>;
	/** As it was seen a moment ago, or asked for anew. */
	freshExit(): Promise<IpAddress | null>;
	/** The same in words; null where nobody says so soon. */
	exitInWords(): Promise<string | null>;
}

export function tunnelKeeper({config, clock, network, probes, sockets, journal, engine, healer, note, publish, timed}: TunnelKeeperDeps): TunnelKeeper {
	const own = ownWay(sockets, config);
	let stats = freshStats(clock.monotonic());
	let statsOf: LiveTunnel | null = null;
	let questions: QuestionKeeper | null = null;
	/** Of the tunnel that carried last. */
	let last: {readonly addresses: readonly IpAddress[]; readonly exit: IpAddress | null} | null = null;
	let log = emptyLog;
	const readFacts = factsReader(clock);

	const begin = (live: LiveTunnel | null): void => {
		questions?.close();
		questions = live === null ? null : createQuestions({config, clock, probes, live, own, timed: ms => timed(live.tunnel.server.id, ms)});
		statsOf = live;
		stats = freshStats(clock.monotonic(), live?.tunnel.server.kind === 'openvpn' ? 'life' : 'handshake', questions?.read().rtt);
	};
	const now = (): TunnelStats => {
		const live = engine().live();
		if (live !== statsOf) begin(live);
		return stats;
	};

	const forget = async (epoch: number, live: LiveTunnel, {exit: seen, settled}: Opening): Promise<void> => {
		const [before, now] = [last, live.use.addresses];
		last = {addresses: now, exit: seen?.address ?? null};
		const known = before?.exit ?? null;
		const anotherExit = known !== null && seen !== null && known !== seen.address;
		const {text, forgotten, problem} = await forgetConnections(network, epoch, {before: before?.addresses ?? null, now, anotherExit, settled, management: config.management});
		if (statsOf === live) stats = {...stats, forgotten};
		note(problem);
		journal.write('tunnel', 'info', text);
	};

	const exit = exitKeeper({
		config, clock, own,
		live: () => engine().live(),
		known: () => now().exit,
		found(found, asked) {
			stats = found === null ? {...now(), exitUnanswered: asked} : {...now(), exit: found, exitUnanswered: null};
			if (found !== null && last !== null) last = {...last, exit: found.address};
			publish();
		},
	});

	/** Who is not asked for applications is not judged; and what was not answered meanwhile is nobody's silence. */
	const rest = (atMs: number): void => {
		stats = {...stats, evidence: unheard(stats.evidence, atMs)};
		questions?.forget();
	};

	const heal = (live: LiveTunnel): void => {
		const {level, doubt: {complaints}, verifiedAtMs} = stats;
		engine().dispatch({kind: 'health', votes: complaints});
		healer().tend(live, {level, complaints, verifiedAtMs});
	};

	return {
		stats: now,
		reconnects: () => ({count: log.count, lastReason: log.list.at(-1)?.reason ?? null, list: [...log.list]}),
		follow() {
			log = followReconnects(log, {machine: engine().machine(), dialReason: engine().dialReason(), nowMs: clock.now(), monotonicMs: clock.monotonic()});
		},
		opened(live, how) {
			begin(live);
			const exit = how.exit && {...how.exit, checkedAtMs: clock.now()};
			stats = {...stats, exit, connectedAtMs: clock.now()};
			void forget(engine().machine().epoch, live, how);
		},
		async read() {
			const live = engine().live();
			if (live === null) return;
			const facts = await readFacts(live.tunnel);
			if (engine().live() !== live) return;
			const moment: Now = {atMs: clock.monotonic(), bootMs: clock.boottime(), wallMs: clock.now()};
			// Whoever was asked before a sleep has answered to nobody.
			if (gapMs(now().evidence, moment) > 0) questions?.forget();
			stats = facts === null ? recordUnreadable(stats, moment) : recordFacts(stats, facts, moment);
			const {state} = engine().machine();
			if (questions === null) return;
			const carries = state.kind === 'connected' || state.kind === 'degraded' || (state.kind === 'switching' && state.step === 'beside');
			if (!carries) return rest(moment.atMs);
			stats = judge(stats, questions.read(), moment.atMs);
			heal(live);
			if (statsOf !== engine().live()) return;
			questions.ask(stats.level, stats.evidence.flowedAtMs);
			if (exit.isDue()) void exit.check();
		},
		checkExit: exit.check,
		freshExit: exit.fresh,
		exitInWords: exit.inWords,
	};
}
