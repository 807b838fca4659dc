/** Is the tunnel alive? Pure: what was read and what was asked in; how bad it is, and why, out. Times are monotonic. */
import {badAfterMs, lostInARowMeans, silentMs, suspectAfterMs, verdictOf, type Asked} from './asked.ts';
import type {Evidence} from './evidence.ts';
import {answersVote, dnsVote, handshakeVote, probeVote, type Questions, type Silence, type Vote} from './votes.ts';

/**
 * `suspect`: worth asking more often. `failing`: told, and worth a fresh handshake. `dead`: nothing else helps but to connect
 * anew.
 */
export type Level = 'well' | 'suspect' | 'failing' | 'dead';

export interface Assessment {
	readonly level: Level;
	readonly votes: readonly Vote[];
	/** What is wrong, in sentences; nothing unless it fails. */
	readonly complaints: readonly string[];
}

interface Limits {
	readonly suspectMs: number;
	readonly badMs: number;
	readonly deadMs: number;
	/** So many questions of ours must be lost too, or one packet could do it. */
	readonly lost: number;
}

/** Somebody who answered before is asked, and would answer within milliseconds. */
const asked: Limits = {suspectMs: suspectAfterMs, badMs: badAfterMs, deadMs: 11_000, lost: lostInARowMeans};
/**
 * Nobody ever answered: a server that got data and has none to send says so by a keepalive 10 s later (KEEPALIVE_TIMEOUT,
 * WireGuard paper, section 6.5). One of those may be lost, and what a fresh handshake brings is waited for.
 */
const unasked: Limits = {suspectMs: 10_000, badMs: 11_500, deadMs: 24_000, lost: 0};
/** After a sleep the old session is worth little: neither the server nor a router on the way need remember it. */
const woken: Limits = {suspectMs: 0, badMs: 2500, deadMs: 9000, lost: 2};
/** The last source that fell silent was asked a little later than the first. */
const lagMs = 3000;

export function assess(evidence: Evidence, questions: Questions, nowMs: number): Assessment {
	const known = [...questions.targets.map(target => target.asked), questions.dns].filter(each => each.known);
	const limits = evidence.wokeAtMs !== null ? woken : known.length > 0 ? asked : unasked;
	const lost = known.reduce((sum, {open}) => sum + (open?.count ?? 0), 0);
	const silence: Silence = {
		ms: silenceOf(evidence, known, nowMs),
		suspectAfterMs: limits.suspectMs,
		badAfterMs: known.length > 0 && lost < limits.lost ? Infinity : limits.badMs,
		answered: known.some(each => verdictOf(each, nowMs) === 'good'),
	};
	const votes = [answersVote(evidence, silence, nowMs), handshakeVote(evidence, silence, nowMs), probeVote(questions, nowMs), dnsVote(questions, nowMs)];
	const nothingFlows = flowsNot(evidence, known, nowMs);
	const failing = votes.some(({source, verdict}) => verdict === 'bad' && (source === 'answers' || source === 'handshake' || nothingFlows));
	const unreadableMs = evidence.unreadableSinceMs === null || silence.answered ? 0 : nowMs - evidence.unreadableSinceMs;
	const dead = failing && (Math.max(silence.ms, unreadableMs) > limits.deadMs || (nothingFlows && allSilentFor(known, limits.deadMs, nowMs)));
	// One that falls silent while others answer has its vote, and is no reason to ask all of them every second from then on.
	const allSilent = known.length > 0 && known.every(each => silentMs(each, nowMs) >= suspectAfterMs);
	const deciding = known.length > 0 ? ['answers'] : ['answers', 'handshake'];
	const suspect = evidence.wokeAtMs !== null || allSilent || votes.some(({source, verdict}) => deciding.includes(source) && (verdict === 'suspect' || verdict === 'bad'));
	return {
		level: dead ? 'dead' : failing ? 'failing' : suspect ? 'suspect' : 'well',
		votes,
		complaints: failing ? votes.flatMap(({verdict, detail}) => (verdict === 'bad' ? [detail] : [])) : [],
	};
}

/** How long nothing at all came although something was sent: by the counters, or by the moment a question left. */
function silenceOf({unansweredSinceMs, heardAtMs}: Evidence, known: readonly Asked[], nowMs: number): number {
	const since = [unansweredSinceMs, ...known.map(({open}) => open?.sinceMs ?? null)].filter(atMs => atMs !== null && atMs >= heardAtMs);
	return since.length === 0 ? 0 : nowMs - Math.min(...since.map(Number));
}

/**
 * The session lives, keepalives come, and yet nobody who answered before does, and nothing else comes back either: connected,
 * but nothing flows.
 */
function flowsNot({flowedAtMs}: Evidence, known: readonly Asked[], nowMs: number): boolean {
	const first = Math.min(...known.map(({open}) => open?.sinceMs ?? nowMs));
	return known.length > 0 && known.every(each => verdictOf(each, nowMs) === 'bad') && (flowedAtMs === null || flowedAtMs < first);
}

const allSilentFor = (known: readonly Asked[], ms: number, nowMs: number): boolean => {
	const silences = known.map(each => silentMs(each, nowMs));
	return Math.max(...silences) > ms && Math.min(...silences) > ms - lagMs;
};
