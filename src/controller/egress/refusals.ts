/** Names that were refused: counted, told in the journal without letting whoever asks fill it, and as records among what was refused. */
import type {EgressView} from '../../control/schema.ts';
import {entryFor} from '../../egress/proposal.ts';
import type {Clock} from '../clock.ts';
import type {Journal} from '../journal.ts';

export interface NameRefusal {
	readonly uid: number | null;
	/** Null is a name that none can be, or a connection that bears none. */
	readonly name: string | null;
	readonly how: 'look-up' | 'connection';
	/** Of a connection. */
	readonly port: number | null;
}

export type NameCounts = Pick<EgressView, 'lookUps' | 'connections' | 'names'>;

export interface Refusals {
	/** Answers with what the setting would have to hold. */
	add(refusal: NameRefusal): string | null;
	view(): NameCounts;
}

/** Whoever makes up names pushes out the oldest. */
const mostKept = 256;
/** A snapshot goes to every client several times a second. */
const mostShown = 20;
const tellEveryMs = 10 * 60_000;
/** Of all names together. */
const mostLinesIn = 20;

export function nameRefusals({clock, journal}: {readonly clock: Pick<Clock, 'now' | 'monotonic'>; readonly journal: Pick<Journal, 'write'>}): Refusals {
	const kept = new Map<string, EgressView['names'][number] & {readonly toldAtMs: number}>();
	const counts = {lookUps: 0, connections: 0};
	let lines: readonly number[] = [];

	return {
		add(refusal) {
			const {uid, name, how, port} = refusal;
			const key = JSON.stringify([uid, name, how, port]);
			const [before, nowMs] = [kept.get(key), clock.monotonic()];
			lines = lines.filter(atMs => nowMs - atMs < tellEveryMs);
			const tells = (before === undefined || nowMs - before.toldAtMs >= tellEveryMs) && lines.length < mostLinesIn;
			if (tells) {
				lines = [...lines, nowMs];
				journal.write('policy', 'warn', textOf(refusal));
			}
			counts[how === 'look-up' ? 'lookUps' : 'connections'] += 1;
			const entry = before === undefined ? entryFor(refusal) : before.entry;
			kept.delete(key);
			kept.set(key, {uid, name, how, port, entry, count: (before?.count ?? 0) + 1, lastAtMs: clock.now(), toldAtMs: tells ? nowMs : (before?.toldAtMs ?? Number.NEGATIVE_INFINITY)});
			const [oldest] = kept.keys();
			if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
			return entry;
		},
		view: () => ({...counts, names: [...kept.values()].slice(-mostShown).reverse().map(({toldAtMs: _told, ...refusal}) => refusal)}),
	};
}

function textOf({uid, name, how, port}: NameRefusal): string {
	const who = uid === null ? '' : ` of uid ${uid}`;
	if (how === 'look-up') return `Refused a look-up${who}: ${name ?? 'what was asked for'} is no name that VKS_EGRESS lists.`;
	return `Refused a connection${who} to port ${port ?? 0}: ${name === null ? 'it bears no name' : `it bears ${name}, which VKS_EGRESS does not list for that port`}.`;
}
