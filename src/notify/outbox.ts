/**
 * Changes on their way out: those of a few seconds go together, one message in half a minute at most, and what cannot go yet
 * waits, bounded, with the time it happened. Pure; times are monotonic but for those within changes.
 */
import type {Change} from './change.ts';

export interface Message {
	/** Oldest first. */
	readonly changes: readonly Change[];
	/** Older ones that there was no room for. */
	readonly skipped: number;
}

export interface Outbox {
	readonly gathering: {readonly message: Message; readonly sinceMs: number} | null;
	/** Oldest first. */
	readonly ready: readonly Message[];
	/** When the last one was closed; null when none was. */
	readonly closedAtMs: number | null;
}

export const emptyOutbox: Outbox = {gathering: null, ready: [], closedAtMs: null};

export const gatherForMs = 3000;
export const pauseMs = 30_000;
export const mostChanges = 20;
export const mostMessages = 50;

export function put(outbox: Outbox, changes: readonly Change[], nowMs: number): Outbox {
	if (changes.length === 0) return outbox;
	const {message, sinceMs} = outbox.gathering ?? {message: {changes: [], skipped: 0}, sinceMs: nowMs};
	return {...outbox, gathering: {message: joined(message, {changes, skipped: 0}), sinceMs}};
}

/** Closes what was gathered, once it is time. */
export function settle(outbox: Outbox, nowMs: number): Outbox {
	const {gathering, ready, closedAtMs} = outbox;
	if (gathering === null || nowMs - gathering.sinceMs < gatherForMs || (closedAtMs !== null && nowMs - closedAtMs < pauseMs)) return outbox;
	return {gathering: null, ready: bounded([...ready, gathering.message]), closedAtMs: nowMs};
}

/** The oldest one went. */
export const sent = (outbox: Outbox): Outbox => ({...outbox, ready: outbox.ready.slice(1)});

function joined(before: Message, after: Message): Message {
	const changes = [...before.changes, ...after.changes];
	const over = Math.max(0, changes.length - mostChanges);
	return {changes: changes.slice(over), skipped: before.skipped + after.skipped + over};
}

/** The two oldest become one: what is known longest ago loses its details first. */
function bounded(messages: readonly Message[]): readonly Message[] {
	const [first, second, ...rest] = messages;
	return messages.length <= mostMessages || first === undefined || second === undefined ? messages : [joined(first, second), ...rest];
}
