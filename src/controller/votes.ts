/** What each source says of the tunnel, as one vote with a number and a sentence. Pure; times are monotonic. */
import type {HealthTarget} from '../config/config.ts';
import type {VoteView} from '../control/health-schema.ts';
import {badAfterMs, lostInARowMeans, silentMs, verdictOf, type Asked} from './asked.ts';
import type {Evidence} from './evidence.ts';
import {targetText} from './health-targets.ts';
import type {Rtt} from './rtt.ts';

export type Vote = Omit<VoteView, 'history'>;

/** What is asked through the tunnel. */
export interface Questions {
	/** Why no target is asked; null where one is. */
	readonly notAsked: string | null;
	readonly targets: readonly {readonly target: HealthTarget; readonly asked: Asked}[];
	readonly dns: Asked;
	readonly rtt: Rtt;
}

/** REKEY_AFTER_TIME and REJECT_AFTER_TIME (WireGuard paper, section 6): a new session is due; past the second, the old one is dead. */
const rekeyAfterMs = 120_000;
const rejectAfterMs = 180_000;
/** REKEY_TIMEOUT and its jitter: a handshake that was lost is tried again. */
const rekeyTimeoutMs = 5334;
/** Heard longer ago, and nothing waits: nobody spoke. */
const quietAfterMs = 60_000;

const seconds = (ms: number): number => Math.round(Math.max(0, ms) / 1000);

export interface Silence {
	/** Since when nothing came although we sent; 0 while nothing waits. */
	readonly ms: number;
	/** From when on that is suspicious, and wrong. */
	readonly suspectAfterMs: number;
	readonly badAfterMs: number;
	/** Somebody who was asked has just answered: whatever cannot be read, there is a way. */
	readonly answered: boolean;
}

export function answersVote({last, heardAtMs, unreadableSinceMs}: Evidence, silence: Silence, nowMs: number): Vote {
	const value = last === null ? null : seconds(nowMs - heardAtMs);
	const vote = (verdict: Vote['verdict'], detail: string): Vote => ({source: 'answers', verdict, value, detail});
	if (unreadableSinceMs !== null) {
		const unreadableMs = nowMs - unreadableSinceMs;
		return vote(unreadableMs > badAfterMs && !silence.answered ? 'bad' : 'suspect', `the tunnel's own numbers cannot be read for ${seconds(unreadableMs)} s`);
	}
	if (last === null) return vote('none', 'nothing was read yet');
	if (silence.ms > silence.badAfterMs) return vote('bad', `nothing was heard for ${seconds(silence.ms)} s although we sent`);
	if (silence.ms > silence.suspectAfterMs) return vote('suspect', `what was sent ${seconds(silence.ms)} s ago is not answered yet`);
	if (silence.ms === 0 && nowMs - heardAtMs > quietAfterMs) return vote('none', `nothing was sent that wants an answer, and nothing heard for ${value ?? 0} s`);
	return vote('good', `bytes came in ${value ?? 0} s ago`);
}

export function handshakeVote({last, handshakeSeenMs, sign}: Evidence, silence: Silence, nowMs: number): Vote {
	if (handshakeSeenMs === null) return {source: 'handshake', verdict: 'none', value: null, detail: sign === 'handshake' ? 'there was no handshake yet' : 'the server was not heard yet'};
	const ageMs = nowMs - handshakeSeenMs;
	const vote = (verdict: Vote['verdict'], detail: string): Vote => ({source: 'handshake', verdict, value: seconds(ageMs), detail});
	const waits = silence.ms > rekeyTimeoutMs;
	if (sign === 'life') return vote(waits ? 'suspect' : 'good', `the server was last heard ${seconds(ageMs)} s ago`);
	const old = `the last handshake is ${seconds(ageMs)} s old`;
	// Without traffic no handshake is due, so age alone says nothing.
	if (ageMs > rejectAfterMs + 10_000 && waits) return vote('bad', old);
	if (ageMs <= rekeyAfterMs) return vote('good', `the last handshake was ${seconds(ageMs)} s ago`);
	const keepaliveMs = (last?.keepaliveSeconds ?? 0) * 1000;
	// A keepalive is a packet too, and the first one after 120 s asks for a new session.
	const overdue = keepaliveMs > 0 && ageMs > rekeyAfterMs + keepaliveMs + 2 * rekeyTimeoutMs;
	if (waits || overdue) return vote('suspect', `${old}, and a new one is overdue`);
	return ageMs <= rejectAfterMs ? vote('good', `${old}; a new one comes with the next traffic`) : vote('none', `${old}; without traffic none is due`);
}

/** One target that answers is enough; those that never did are named where there is no other. */
export function probeVote({notAsked, targets}: Questions, nowMs: number): Vote {
	const vote = (verdict: Vote['verdict'], detail: string, value: number | null = null): Vote => ({source: 'probe', verdict, value, detail});
	if (notAsked !== null) return vote('none', notAsked);
	const known = targets.filter(({asked}) => asked.known);
	const best = known.toSorted((a, b) => silentMs(a.asked, nowMs) - silentMs(b.asked, nowMs) || (b.asked.answeredAtMs ?? 0) - (a.asked.answeredAtMs ?? 0))[0];
	if (best === undefined) {
		const asked = targets.filter(each => each.asked.open !== null);
		return vote('none', asked.length === 0 ? 'nobody was asked yet' : `${asked.map(({target}) => targetText(target)).join(' and ')} never answered, which says nothing`);
	}
	const heardS = seconds(nowMs - (best.asked.answeredAtMs ?? nowMs));
	const verdict = verdictOf(best.asked, nowMs);
	if (verdict === 'good') return vote('good', `${targetText(best.target)} answered ${heardS} s ago`, heardS);
	const names = known.map(({target}) => targetText(target)).join(' and ');
	return vote(verdict, verdict === 'bad' ? `${names} did not answer for ${seconds(silentMs(best.asked, nowMs))} s` : `${names} did not answer the last question`, heardS);
}

export function dnsVote({dns, rtt}: Questions, nowMs: number): Vote {
	const newest = rtt.history.at(-1) ?? null;
	const verdict = verdictOf(dns, nowMs);
	const vote = (detail: string): Vote => ({source: 'dns', verdict: rtt.notAsked === null ? verdict : 'none', value: verdict === 'good' ? newest : null, detail});
	if (rtt.notAsked !== null) return vote(rtt.notAsked);
	if (!dns.known) return vote(dns.open === null ? 'the tunnel\'s resolver was not asked yet' : 'the tunnel\'s resolver never answered, which says nothing');
	if (verdict === 'good') return vote(newest === null ? 'the tunnel\'s resolver answered' : `the tunnel's resolver answered in ${newest} ms`);
	const count = dns.open?.count ?? 0;
	return vote(count < lostInARowMeans ? 'the tunnel\'s resolver did not answer the last question' : `the tunnel's resolver did not answer the last ${count} questions`);
}
