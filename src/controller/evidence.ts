/** What the tunnel's own counters tell over time. Pure; times are monotonic, so that no change of the wall clock moves them. */

export interface Moment {
	readonly atMs: number;
	/** The same with the machine's sleep counted in. */
	readonly bootMs: number;
}

export interface Reading extends Moment {
	/** The same by the wall clock, which the handshake's time is told in. */
	readonly wallMs: number;
	readonly handshakeAtMs: number | null;
	readonly rxBytes: number;
	readonly txBytes: number;
	readonly keepaliveSeconds?: number | null;
}

export interface Evidence {
	/** Whether `handshakeAtMs` is WireGuard's handshake, or whatever came in last. */
	readonly sign: 'handshake' | 'life';
	readonly last: Reading | null;
	/** When somebody last looked, whether there was something to read or not. */
	readonly looked: Moment | null;
	/** When bytes last came in, or the tunnel was verified. */
	readonly heardAtMs: number;
	/** When more came in than the protocol says by itself. */
	readonly flowedAtMs: number | null;
	/** When we first sent something that nothing has answered yet; null while nothing waits. */
	readonly unansweredSinceMs: number | null;
	readonly handshakeSeenMs: number | null;
	/** Since when the numbers cannot be read, because whoever has them hangs; null while they can. */
	readonly unreadableSinceMs: number | null;
	/** The machine slept, or the daemon stood still: nothing was heard since. */
	readonly wokeAtMs: number | null;
}

/** An empty data message: 16 of header, 16 of tag (WireGuard paper, section 5.4.6). Nobody answers a keepalive. */
const keepaliveBytes = 32;
/** A second's worth of what WireGuard says by itself: a handshake of the server's (148), a keepalive, and some room. */
const chatterBytes = 200;
/** A tick is a second; a busy machine is seconds late. */
const stoodStillMs = 8000;

export const freshEvidence = (nowMs: number, sign: Evidence['sign'] = 'handshake'): Evidence => ({
	sign, last: null, looked: null, heardAtMs: nowMs, flowedAtMs: null, unansweredSinceMs: null, handshakeSeenMs: null, unreadableSinceMs: null, wokeAtMs: null,
});

/** How long nobody looked, the machine's sleep counted in; 0 in the ordinary course. */
export function gapMs({looked}: Evidence, {bootMs}: Moment): number {
	const ms = looked === null ? 0 : bootMs - looked.bootMs;
	return ms >= stoodStillMs ? ms : 0;
}

export function noteReading(earlier: Evidence, reading: Reading): Evidence {
	if (gapMs(earlier, reading) > 0) return wakened(earlier, reading, reading);
	const {last} = earlier;
	const newHandshake = isNewHandshake(last, reading);
	const received = last === null ? 0 : reading.rxBytes - last.rxBytes;
	// OpenVPN's bytes are those inside the tunnel: a server with nothing to answer is heard by its keepalive alone.
	const heard = last !== null && (received > 0 || newHandshake);
	const sent = last !== null && reading.txBytes > last.txBytes + keepaliveBytes;
	return {
		...earlier,
		last: reading,
		looked: momentOf(reading),
		heardAtMs: heard ? reading.atMs : earlier.heardAtMs,
		flowedAtMs: received > chatterBytes ? reading.atMs : earlier.flowedAtMs,
		unansweredSinceMs: heard ? null : (earlier.unansweredSinceMs ?? (sent ? reading.atMs : null)),
		handshakeSeenMs: newHandshake ? handshakeMoment(reading, last === null) : earlier.handshakeSeenMs,
		unreadableSinceMs: null,
		wokeAtMs: heard ? null : earlier.wokeAtMs,
	};
}

const isNewHandshake = (last: Reading | null, {handshakeAtMs}: Reading): boolean => handshakeAtMs !== null && handshakeAtMs !== (last?.handshakeAtMs ?? null);

export function noteUnreadable(evidence: Evidence, moment: Moment): Evidence {
	if (gapMs(evidence, moment) > 0) return wakened(evidence, moment, null);
	return {...evidence, looked: momentOf(moment), unreadableSinceMs: evidence.unreadableSinceMs ?? moment.atMs};
}

const momentOf = ({atMs, bootMs}: Moment): Moment => ({atMs, bootMs});

/** Nobody listened: what was sent until now has no answer to wait for. */
export const unheard = (evidence: Evidence, atMs: number): Evidence => ({...evidence, heardAtMs: atMs, unansweredSinceMs: null, unreadableSinceMs: null});

/** What was sent before has no answer to wait for, and what came meanwhile says nothing of now. A handshake aged in its sleep too. */
function wakened({sign, last, looked, handshakeSeenMs}: Evidence, moment: Moment, reading: Reading | null): Evidence {
	const sleptMs = looked === null ? 0 : Math.max(0, moment.bootMs - looked.bootMs - (moment.atMs - looked.atMs));
	const older = handshakeSeenMs === null ? null : handshakeSeenMs - sleptMs;
	const seen = reading !== null && isNewHandshake(last, reading) ? handshakeMoment(reading, false) : older;
	return {...freshEvidence(moment.atMs, sign), last: reading ?? last, looked: momentOf(moment), handshakeSeenMs: seen, wokeAtMs: moment.atMs};
}

/**
 * Its own time is the wall clock's of that moment, which may have been set since: only the first one is believed to be as old
 * as it says, and a later one came since the reading before.
 */
function handshakeMoment({atMs, wallMs, handshakeAtMs}: Reading, first: boolean): number {
	const ageMs = Math.max(0, wallMs - (handshakeAtMs ?? wallMs));
	return first || ageMs < stoodStillMs ? atMs - ageMs : atMs;
}
