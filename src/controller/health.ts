/** Is the tunnel alive? Pure: readings in; what was seen, and what follows from it, out. */
import {answersVote, handshakeVote, type Evidence, type Reading, type Vote} from './votes.ts';

export interface Health extends Evidence {
	readonly degradedSinceMs: number | null;
}

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
	// OpenVPN's bytes are those inside the tunnel: a server with nothing to answer is heard by its keepalive alone.
	const heard = last !== null && (reading.rxBytes > last.rxBytes || (reading.handshakeAtMs ?? 0) > (last.handshakeAtMs ?? 0));
	const sent = last !== null && reading.txBytes > last.txBytes + keepaliveBytes;
	const next: Health = {
		...health,
		last: reading,
		heardAtMs: heard ? reading.atMs : health.heardAtMs,
		unansweredSinceMs: heard ? null : (health.unansweredSinceMs ?? (sent ? reading.atMs : null)),
	};
	return {...next, degradedSinceMs: complaintsOf(next, reading.atMs).length === 0 ? null : (health.degradedSinceMs ?? reading.atMs)};
}

/** The votes that decide. What else votes is shown and decides nothing. */
export const decidingVotes = (health: Health, nowMs: number): readonly Vote[] => [answersVote(health, nowMs), handshakeVote(health, nowMs)];

/** What is wrong, in sentences; nothing where nothing seems wrong. */
export const complaintsOf = (health: Health, nowMs: number): readonly string[] => decidingVotes(health, nowMs).flatMap(({verdict, detail}) => (verdict === 'bad' ? [detail] : []));

export const isDead = ({degradedSinceMs}: Health, nowMs: number): boolean => degradedSinceMs !== null && nowMs - degradedSinceMs > graceMs;
