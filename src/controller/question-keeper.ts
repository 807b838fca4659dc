/** All that is asked through one tunnel, and when: little while it is well, everything every second or two once it is suspected. */
import type {Config} from '../config/config.ts';
import type {Probes} from '../kernel/kernel.ts';
import {answered, asking, forgotten, neverAsked, type Asked} from './asked.ts';
import {createAsker} from './asker.ts';
import type {Clock} from './clock.ts';
import {questionFor, roundTrip} from './data-probe.ts';
import type {LiveTunnel} from './dial.ts';
import type {Level} from './health.ts';
import {targetsFor, whyNotAsked} from './health-targets.ts';
import type {OwnWay} from './own-way.ts';
import {freshRtt, recordRtt, type Rtt} from './rtt.ts';
import type {Questions} from './votes.ts';

export interface QuestionKeeperDeps {
	readonly config: Pick<Config, 'healthTargets' | 'rttEveryMs'>;
	readonly clock: Pick<Clock, 'monotonic' | 'random'>;
	readonly probes: Pick<Probes, 'openEcho' | 'openFlow'>;
	readonly live: LiveTunnel;
	/** Null where the policy need not know who asks. */
	readonly own: OwnWay | null;
	/** The tunnel's resolver answered. */
	readonly timed: (ms: number) => void;
}

export interface QuestionKeeper {
	/** With the answers that came since. */
	read(): Questions;
	/** Asks what is due; `flowedAtMs` is when more than a word came in by itself. Never waits. */
	ask(level: Level, flowedAtMs: number | null): void;
	/** What was asked before has no answer to wait for. */
	forget(): void;
	close(): void;
}

/** With what a suspicion takes to be sure, a dead tunnel that nobody uses is found within 20 s. */
const restEveryMs = 4000;
/** Who did not answer at first may do so later; and what answered once is not taken for granted for ever. */
const allEveryMs = 60_000;
const againAfterMs = 3000;
const dnsFastEveryMs = 2000;
/** An answer that takes longer is as good as none. */
const answerWithinMs = 3000;
const mostLookUps = 2;
/** A tick comes a little early or late. */
const earlyMs = 300;

export function createQuestions({config, clock, probes, live, own, timed}: QuestionKeeperDeps): QuestionKeeper {
	const targets = targetsFor(config, live.use);
	const notAsked = whyNotAsked(config, targets);
	const asker = createAsker({probes, targets, use: live.use, monotonic: clock.monotonic, mark: own?.mark, key: Math.floor(clock.random() * 2 ** 32)});
	const question = questionFor(live.use);
	let rtt: Rtt = config.rttEveryMs === null ? freshRtt('VKS_RTT_EVERY is off') : freshRtt(question === null ? 'the tunnel has no IPv4 resolver to ask' : null, config.rttEveryMs);
	let dns: Asked = neverAsked;
	let [lookUps, rounds] = [0, 0];
	let [allAtMs, restAtMs, dnsAtMs, dnsLastMs] = [0, 0, 0, 0];
	let open = true;

	/** Those at the pace of VKS_RTT_EVERY make the history; others would tear its scale. */
	const lookUp = async (regular: boolean): Promise<void> => {
		if (question === null || rtt.notAsked !== null || lookUps >= mostLookUps) return;
		lookUps += 1;
		dnsLastMs = clock.monotonic();
		dns = asking(dns, dnsLastMs);
		const tookMs = await roundTrip(question, {timeoutMs: answerWithinMs, monotonic: clock.monotonic, own});
		lookUps -= 1;
		if (!open) return;
		if (tookMs !== null) dns = answered(dns, clock.monotonic());
		if (regular) rtt = recordRtt(rtt, tookMs);
		if (tookMs !== null) timed(tookMs);
	};

	const rest = (nowMs: number, flowedAtMs: number | null): void => {
		if (nowMs >= allAtMs) {
			allAtMs = nowMs + (rounds++ === 0 ? againAfterMs : allEveryMs) - earlyMs;
			restAtMs = nowMs + restEveryMs - earlyMs;
			return asker.ask('all');
		}
		// Who hears more than a word is not asking whether anybody is there.
		if (nowMs < restAtMs || (flowedAtMs !== null && nowMs - flowedAtMs < restEveryMs)) return;
		restAtMs = nowMs + restEveryMs - earlyMs;
		asker.ask('one');
		// Where nothing else answers, the resolver is what a tunnel at rest is known by.
		if (!asker.read().some(({asked}) => asked.known)) void lookUp(false);
	};

	return {
		read: () => ({notAsked, targets: asker.read(), dns, rtt}),
		ask(level, flowedAtMs) {
			const nowMs = clock.monotonic();
			const regular = config.rttEveryMs !== null && nowMs >= dnsAtMs;
			if (regular) dnsAtMs = nowMs + (config.rttEveryMs ?? 0) - earlyMs;
			if (regular) void lookUp(true);
			if (level === 'well') return rest(nowMs, flowedAtMs);
			asker.ask('all');
			if (nowMs - dnsLastMs >= dnsFastEveryMs - earlyMs) void lookUp(false);
		},
		forget() {
			asker.forget();
			dns = forgotten(dns);
		},
		close() {
			open = false;
			asker.close();
		},
	};
}
