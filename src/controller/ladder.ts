/**
 * What is done about a tunnel that does not carry, rung by rung: a fresh handshake, a new connection, the next server. Pure;
 * times are monotonic. Every rung has its time, and none is taken again sooner than the pauses say.
 */
import type {Level} from './health.ts';

export interface Ladder {
	/** When a fresh handshake was last asked for. */
	readonly rekeyedAtMs: number | null;
	/** Connections made anew because of votes, since it was last well for long; and when the last one was. */
	readonly reconnects: number;
	readonly reconnectedAtMs: number | null;
	readonly wellSinceMs: number | null;
	/** By server: attempts in a row that came to nothing, or to a tunnel that did not last. */
	readonly failures: ReadonlyMap<string, number>;
	/** Those that stood in, since one of all lasted. */
	readonly passed: readonly string[];
}

export const freshLadder: Ladder = {rekeyedAtMs: null, reconnects: 0, reconnectedAtMs: null, wellSinceMs: null, failures: new Map(), passed: []};

export type Rung =
	| {readonly kind: 'none'}
	| {readonly kind: 're-key'}
	| {readonly kind: 'reconnect'}
	/** A connection made anew so soon would not last either. */
	| {readonly kind: 'wait'; readonly untilMs: number};

export interface Sight {
	readonly level: Level;
	readonly server: string;
	readonly canRekey: boolean;
	readonly verifiedAtMs: number;
	readonly nowMs: number;
}

/** A handshake that was lost is tried again by WireGuard itself after five seconds (REKEY_TIMEOUT). */
const rekeyEveryMs = 30_000;
/** Before the next connection made anew because of votes; the last one counts for all that follow. */
const pausesMs = [0, 15_000, 30_000, 60_000, 120_000, 240_000] as const;
/** A tunnel that carried for so long has lasted. */
export const lastsMs = 60_000;
const peaceMs = 300_000;

export function climb(ladder: Ladder, {level, server, canRekey, verifiedAtMs, nowMs}: Sight): {readonly ladder: Ladder; readonly rung: Rung} {
	if (level === 'well' || level === 'suspect') return {ladder: rest(ladder, server, nowMs), rung: {kind: 'none'}};
	const climbing = {...ladder, wellSinceMs: null};
	const rekeyDue = canRekey && (ladder.rekeyedAtMs === null || nowMs - ladder.rekeyedAtMs >= rekeyEveryMs);
	if (level === 'dead') {
		const untilMs = (ladder.reconnectedAtMs ?? -Infinity) + (pausesMs[Math.min(ladder.reconnects, pausesMs.length - 1)] ?? 0);
		if (nowMs >= untilMs) {
			const counted = nowMs - verifiedAtMs < lastsMs ? noteFailure(climbing, server) : climbing;
			return {ladder: {...counted, reconnects: ladder.reconnects + 1, reconnectedAtMs: nowMs}, rung: {kind: 'reconnect'}};
		}
		if (!rekeyDue) return {ladder: climbing, rung: {kind: 'wait', untilMs}};
	}
	return rekeyDue ? {ladder: {...climbing, rekeyedAtMs: nowMs}, rung: {kind: 're-key'}} : {ladder: climbing, rung: {kind: 'none'}};
}

/** Peace forgives: first the server's failures, then the pauses. */
function rest(ladder: Ladder, server: string, nowMs: number): Ladder {
	const wellSinceMs = ladder.wellSinceMs ?? nowMs;
	const wellMs = nowMs - wellSinceMs;
	if (wellMs < lastsMs || (ladder.failures.size === 0 && ladder.reconnects === 0)) return ladder.wellSinceMs === null ? {...ladder, wellSinceMs} : ladder;
	const failures = new Map([...ladder.failures].filter(([id]) => id !== server));
	return {...ladder, failures, passed: [], wellSinceMs, ...(wellMs >= peaceMs ? {reconnects: 0, reconnectedAtMs: null} : {})};
}

export const noteFailure = (ladder: Ladder, server: string): Ladder => ({...ladder, failures: new Map([...ladder.failures, [server, (ladder.failures.get(server) ?? 0) + 1]])});

/** A server that was named by somebody, now, begins anew. */
export const forgive = (ladder: Ladder): Ladder => ({...ladder, failures: new Map(), passed: []});

export interface Choice {
	/** Whom the operator wants. */
	readonly target: string;
	/** Who has just failed. */
	readonly failed: string;
	/** After so many attempts at the target another one stands in; null for never. */
	readonly failover: number | null;
	/** The next server after those that had their turn; null where there is none. */
	readonly next: (passed: readonly string[]) => string | null;
}

/**
 * Who is dialled next: the target until it has failed so often; then others, each once, and the target between any two of
 * them. Our own way out may be what is dead, and then the target is as good as any when it is back.
 */
export function chooseNext(ladder: Ladder, {target, failed, failover, next}: Choice): {readonly ladder: Ladder; readonly standIn: string | null} {
	if (failover === null || failed !== target || (ladder.failures.get(target) ?? 0) < failover) return {ladder, standIn: null};
	const standIn = next(ladder.passed);
	return standIn === null ? {ladder, standIn} : {ladder: {...ladder, passed: ladder.passed.includes(standIn) ? [standIn] : [...ladder.passed, standIn]}, standIn};
}
