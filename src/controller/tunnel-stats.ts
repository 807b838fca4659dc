/** The tunnel's numbers over time, for the tunnel panel and for health. Pure. */
import type {TunnelFacts} from '../kernel/kernel.ts';
import type {ExitIdentity} from './exit-check.ts';
import {decidingVotes, freshHealth, observe, type Health} from './health.ts';
import {perSecond, pushBounded} from './rates.ts';
import {freshRtt, type Rtt} from './rtt.ts';
import {emptyHistory, noteVotes, type VoteHistory} from './vote-history.ts';
import {probeVote, type Vote} from './votes.ts';

const historySeconds = 120;

export interface TunnelStats {
	readonly facts: TunnelFacts | null;
	readonly atMs: number;
	readonly rxRate: number;
	readonly txRate: number;
	readonly rxHistory: readonly number[];
	readonly txHistory: readonly number[];
	readonly health: Health;
	readonly rtt: Rtt;
	/** As of the last reading. */
	readonly votes: readonly Vote[];
	readonly voteHistory: VoteHistory;
	readonly exit: (ExitIdentity & {readonly checkedAtMs: number}) | null;
	readonly connectedAtMs: number | null;
	/** Tracked connections from before this epoch that were forgotten; null until it was done, and where it could not be. */
	readonly forgotten: number | null;
}

export const freshStats = (nowMs: number, rtt: Rtt = freshRtt()): TunnelStats => ({
	facts: null, atMs: nowMs, rxRate: 0, txRate: 0, rxHistory: [], txHistory: [], health: freshHealth(nowMs), rtt, votes: [], voteHistory: emptyHistory, exit: null, connectedAtMs: null, forgotten: null,
});

export function recordFacts(stats: TunnelStats, facts: TunnelFacts, atMs: number): TunnelStats {
	const before = stats.facts;
	const rate = (pick: (facts: TunnelFacts) => number) => perSecond(before && {atMs: stats.atMs, value: pick(before)}, {atMs, value: pick(facts)});
	const [rxRate, txRate] = [rate(({rxBytes}) => rxBytes), rate(({txBytes}) => txBytes)];
	const health = observe(stats.health, {atMs, ...facts});
	const votes = [...decidingVotes(health, atMs), probeVote(stats.rtt)];
	return {
		...stats,
		facts,
		atMs,
		rxRate,
		txRate,
		rxHistory: pushBounded(stats.rxHistory, rxRate, historySeconds),
		txHistory: pushBounded(stats.txHistory, txRate, historySeconds),
		health,
		votes,
		voteHistory: noteVotes(stats.voteHistory, votes),
	};
}
