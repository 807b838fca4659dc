/** The tunnel's numbers over time, for the tunnel panel and for health. Pure. */
import type {TunnelFacts} from '../kernel/kernel.ts';
import {noDoubt, nextDoubt, type Doubt} from './doubt.ts';
import {freshEvidence, noteReading, noteUnreadable, type Evidence, type Moment, type Reading} from './evidence.ts';
import type {ExitIdentity} from './exit-check.ts';
import {assess, type Level} from './health.ts';
import {perSecond, pushBounded} from './rates.ts';
import {freshRtt, type Rtt} from './rtt.ts';
import {emptyHistory, noteVotes, type VoteHistory} from './vote-history.ts';
import type {Questions, Vote} from './votes.ts';

const historySeconds = 120;
/** Further from what the device says than this, its clock and ours are not the same any more: somebody set it. */
const sameClockMs = 2000;

export interface TunnelStats {
	readonly facts: TunnelFacts | null;
	/** By the wall clock of now, whatever it was when the handshake came. */
	readonly handshakeAtMs: number | null;
	readonly rxRate: number;
	readonly txRate: number;
	readonly rxHistory: readonly number[];
	readonly txHistory: readonly number[];
	readonly evidence: Evidence;
	readonly level: Level;
	/** What is told of it, which changes less often than what is seen. */
	readonly doubt: Doubt;
	readonly rtt: Rtt;
	/** As of the last reading. */
	readonly votes: readonly Vote[];
	readonly voteHistory: VoteHistory;
	readonly exit: (ExitIdentity & {readonly checkedAtMs: number}) | null;
	/** Who was asked for it last, and gave no answer. */
	readonly exitUnanswered: {readonly host: string; readonly atMs: number} | null;
	readonly connectedAtMs: number | null;
	/** The same by the monotonic clock. */
	readonly verifiedAtMs: number;
	/** Tracked connections from before this epoch that were forgotten; null until it was done, and where it could not be. */
	readonly forgotten: number | null;
}

/** `atMs` is monotonic. */
export const freshStats = (atMs: number, sign: Evidence['sign'] = 'handshake', rtt: Rtt = freshRtt()): TunnelStats => ({
	facts: null, handshakeAtMs: null, rxRate: 0, txRate: 0, rxHistory: [], txHistory: [], evidence: freshEvidence(atMs, sign), level: 'well', doubt: noDoubt, rtt, votes: [], voteHistory: emptyHistory, exit: null, exitUnanswered: null, connectedAtMs: null, verifiedAtMs: atMs, forgotten: null,
});

/** The same moment by every clock. */
export type Now = Pick<Reading, 'atMs' | 'bootMs' | 'wallMs'>;

export function recordFacts(stats: TunnelStats, facts: TunnelFacts, moment: Now): TunnelStats {
	const before = stats.evidence.last;
	const rate = (pick: (facts: Pick<TunnelFacts, 'rxBytes' | 'txBytes'>) => number) => perSecond(before && {atMs: before.atMs, value: pick(before)}, {atMs: moment.atMs, value: pick(facts)});
	const [rxRate, txRate] = [rate(({rxBytes}) => rxBytes), rate(({txBytes}) => txBytes)];
	const evidence = noteReading(stats.evidence, {...moment, ...facts});
	return {
		...stats,
		facts,
		handshakeAtMs: handshakeByWall(facts, evidence, moment),
		rxRate,
		txRate,
		rxHistory: pushBounded(stats.rxHistory, rxRate, historySeconds),
		txHistory: pushBounded(stats.txHistory, txRate, historySeconds),
		evidence,
	};
}

export const recordUnreadable = (stats: TunnelStats, moment: Moment): TunnelStats => ({...stats, evidence: noteUnreadable(stats.evidence, moment)});

/** What all that was read and asked comes to. */
export function judge(stats: TunnelStats, questions: Questions, atMs: number): TunnelStats {
	const assessment = assess(stats.evidence, questions, atMs);
	const {votes, level} = assessment;
	return {...stats, rtt: questions.rtt, votes, level, voteHistory: noteVotes(stats.voteHistory, votes), doubt: nextDoubt(stats.doubt, assessment, atMs)};
}

function handshakeByWall({handshakeAtMs}: TunnelFacts, {handshakeSeenMs}: Evidence, {atMs, wallMs}: Now): number | null {
	if (handshakeAtMs === null || handshakeSeenMs === null) return handshakeAtMs;
	const byAge = wallMs - (atMs - handshakeSeenMs);
	return Math.abs(byAge - handshakeAtMs) < sameClockMs ? handshakeAtMs : Math.max(0, Math.round(byAge));
}
