/** What each source says of the tunnel, as one vote with a number and a sentence. Pure. One more source is one more function. */
import type {VoteView} from '../control/health-schema.ts';
import type {Rtt} from './rtt.ts';

export type Vote = Omit<VoteView, 'history'>;

export interface Reading {
	readonly atMs: number;
	readonly handshakeAtMs: number | null;
	readonly rxBytes: number;
	readonly txBytes: number;
	readonly keepaliveSeconds?: number | null;
}

/** What the tunnel's own counters tell. */
export interface Evidence {
	readonly last: Reading | null;
	/** When bytes last came in, or the tunnel was verified. */
	readonly heardAtMs: number;
	/** When we first sent something that nothing has answered yet; null while nothing waits. */
	readonly unansweredSinceMs: number | null;
}

/** REKEY_AFTER_TIME and REJECT_AFTER_TIME (WireGuard paper, section 6): a new session is due; past the second, the old one is dead. */
const rekeyAfterMs = 120_000;
const rejectAfterMs = 180_000;
/** REKEY_TIMEOUT and its jitter: a handshake that was lost is tried again. */
const rekeyTimeoutMs = 5334;
/** KEEPALIVE_TIMEOUT: whoever received data and has none to send says so by then. */
const answerDueMs = 10_000;
/** Sent and not answered for so long: the answer and the way back had their time. */
const silentAfterMs = 13_000;
/** Heard longer ago, and nothing waits: nobody spoke. */
const quietAfterMs = 60_000;
/** A look-up that was lost is the weather. */
const lostInARowMeans = 3;

const seconds = (ms: number): number => Math.round(Math.max(0, ms) / 1000);

export function handshakeVote({last, unansweredSinceMs}: Evidence, nowMs: number): Vote {
	const at = last?.handshakeAtMs ?? null;
	if (at === null) return {source: 'handshake', verdict: 'none', value: null, detail: 'there was no handshake yet'};
	const ageMs = nowMs - at;
	const vote = (verdict: Vote['verdict'], detail: string): Vote => ({source: 'handshake', verdict, value: seconds(ageMs), detail});
	const old = `the last handshake is ${seconds(ageMs)} s old`;
	// Without traffic no handshake is due, so age alone says nothing.
	if (ageMs > rejectAfterMs + 10_000 && unansweredSinceMs !== null) return vote('bad', old);
	if (ageMs <= rekeyAfterMs) return vote('good', `the last handshake was ${seconds(ageMs)} s ago`);
	const keepaliveMs = (last?.keepaliveSeconds ?? 0) * 1000;
	const waited = unansweredSinceMs !== null && nowMs - unansweredSinceMs > rekeyTimeoutMs;
	// A keepalive is a packet too, and the first one after 120 s asks for a new session.
	const overdue = keepaliveMs > 0 && ageMs > rekeyAfterMs + keepaliveMs + 2 * rekeyTimeoutMs;
	if (waited || overdue) return vote('suspect', `${old}, and a new one is overdue`);
	return ageMs <= rejectAfterMs ? vote('good', `${old}; a new one comes with the next traffic`) : vote('none', `${old}; without traffic none is due`);
}

export function answersVote({last, heardAtMs, unansweredSinceMs}: Evidence, nowMs: number): Vote {
	if (last === null) return {source: 'answers', verdict: 'none', value: null, detail: 'nothing was read yet'};
	const heardMs = nowMs - heardAtMs;
	const vote = (verdict: Vote['verdict'], detail: string): Vote => ({source: 'answers', verdict, value: seconds(heardMs), detail});
	const waitingMs = unansweredSinceMs === null ? 0 : nowMs - unansweredSinceMs;
	if (waitingMs > silentAfterMs) return vote('bad', `nothing was heard for ${seconds(waitingMs)} s although we sent`);
	if (waitingMs > answerDueMs) return vote('suspect', `what was sent ${seconds(waitingMs)} s ago is not answered yet`);
	if (unansweredSinceMs === null && heardMs > quietAfterMs) return vote('none', `nothing was sent that wants an answer, and nothing heard for ${seconds(heardMs)} s`);
	return vote('good', `bytes came in ${seconds(heardMs)} s ago`);
}

export function probeVote({notAsked, history}: Rtt): Vote {
	const newest = history.at(-1);
	const vote = (verdict: Vote['verdict'], detail: string): Vote => ({source: 'probe', verdict, value: newest ?? null, detail});
	if (notAsked !== null) return vote('none', notAsked);
	if (newest === undefined) return vote('none', 'the tunnel\'s resolver was not asked yet');
	if (newest !== null) return vote('good', `the tunnel's resolver answered in ${newest} ms`);
	const lost = history.length - 1 - history.findLastIndex(ms => ms !== null);
	return vote(lost < lostInARowMeans ? 'suspect' : 'bad', lost === 1 ? 'the tunnel\'s resolver did not answer the last question' : `the tunnel's resolver did not answer the last ${lost} questions`);
}
