/** Is the tunnel alive? Pure: readings in, votes out. A vote says what is wrong; no vote means nothing seems wrong. */

export interface Reading {
	readonly atMs: number;
	readonly handshakeAtMs: number | null;
	readonly rxBytes: number;
	readonly txBytes: number;
}

export interface Health {
	readonly last: Reading | null;
	/** When bytes last came in, or the tunnel was verified. */
	readonly heardAtMs: number;
	/** When we first sent something that nothing has answered yet; null while nothing waits. */
	readonly unansweredSinceMs: number | null;
	readonly degradedSinceMs: number | null;
}

/** REJECT_AFTER_TIME and REKEY_AFTER_TIME (WireGuard paper, section 6): past the first, the session is dead. */
const rejectAfterMs = 180_000;
/** Sent and not answered for so long: suspicious. WireGuard itself answers data within KEEPALIVE_TIMEOUT, 10 s. */
const silentAfterMs = 13_000;
/** An empty data message: 16 of header, 16 of tag (WireGuard paper, section 5.4.6). Nobody answers a keepalive. */
const keepaliveBytes = 32;
/** How long a suspicion may last before the tunnel is dialled again. */
export const graceMs = 6000;

export const freshHealth = (nowMs: number): Health => ({last: null, heardAtMs: nowMs, unansweredSinceMs: null, degradedSinceMs: null});

/** Nothing that was noted before the clock was set back can be compared with what comes after. */
const sinceSetBack = (health: Health, {atMs}: Reading): Health => (health.last !== null && atMs < health.last.atMs ? {...freshHealth(atMs), last: health.last} : health);

export function observe(earlier: Health, reading: Reading): Health {
	const health = sinceSetBack(earlier, reading);
	const {last} = health;
	const heard = last !== null && reading.rxBytes > last.rxBytes;
	const sent = last !== null && reading.txBytes > last.txBytes + keepaliveBytes;
	const next: Health = {
		...health,
		last: reading,
		heardAtMs: heard ? reading.atMs : health.heardAtMs,
		unansweredSinceMs: heard ? null : (health.unansweredSinceMs ?? (sent ? reading.atMs : null)),
	};
	return {...next, degradedSinceMs: votesOf(next, reading.atMs).length === 0 ? null : (health.degradedSinceMs ?? reading.atMs)};
}

export function votesOf({last, unansweredSinceMs}: Health, nowMs: number): readonly string[] {
	if (last === null) return [];
	const silentMs = unansweredSinceMs === null ? 0 : nowMs - unansweredSinceMs;
	const ageMs = last.handshakeAtMs === null ? 0 : nowMs - last.handshakeAtMs;
	return [
		...(silentMs > silentAfterMs ? [`nothing was heard for ${Math.round(silentMs / 1000)} s although we sent`] : []),
		// Without traffic no handshake is due, so age alone says nothing.
		...(ageMs > rejectAfterMs + 10_000 && unansweredSinceMs !== null ? [`the last handshake is ${Math.round(ageMs / 1000)} s old`] : []),
	];
}

export const isDead = ({degradedSinceMs}: Health, nowMs: number): boolean => degradedSinceMs !== null && nowMs - degradedSinceMs > graceMs;
