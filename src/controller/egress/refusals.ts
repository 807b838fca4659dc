/** Names that were refused, counted, and told in the journal without letting whoever asks fill it. */
import type {Clock} from '../clock.ts';
import type {Journal} from '../journal.ts';

export type How = 'look-up' | 'connection';

export interface NameRefusal {
	readonly scope: string;
	/** Null is a name that none can be, or a connection that bears none. */
	readonly name: string | null;
	readonly how: How;
	/** Of a connection. */
	readonly port: number | null;
}

export interface CountedRefusal extends NameRefusal {
	readonly count: number;
	readonly lastAtMs: number;
}

export interface Refusals {
	add(refusal: NameRefusal): void;
	/** The latest first. */
	recent(): readonly CountedRefusal[];
}

/** Whoever makes up names pushes out the oldest. */
const mostKept = 256;
const tellEveryMs = 10 * 60_000;
/** Of all names together. */
const mostLinesIn = 20;

export function nameRefusals({clock, journal}: {readonly clock: Pick<Clock, 'now' | 'monotonic'>; readonly journal: Pick<Journal, 'write'>}): Refusals {
	const kept = new Map<string, CountedRefusal & {readonly toldAtMs: number}>();
	let lines: readonly number[] = [];

	return {
		add(refusal) {
			const {scope, name, how, port} = refusal;
			const key = JSON.stringify([scope, name, how, port]);
			const [before, nowMs] = [kept.get(key), clock.monotonic()];
			lines = lines.filter(atMs => nowMs - atMs < tellEveryMs);
			const tells = (before === undefined || nowMs - before.toldAtMs >= tellEveryMs) && lines.length < mostLinesIn;
			if (tells) {
				lines = [...lines, nowMs];
				journal.write('policy', 'warn', textOf(refusal));
			}
			kept.delete(key);
			kept.set(key, {...refusal, count: (before?.count ?? 0) + 1, lastAtMs: clock.now(), toldAtMs: tells ? nowMs : (before?.toldAtMs ?? Number.NEGATIVE_INFINITY)});
			const [oldest] = kept.keys();
			if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
		},
		recent: () => [...kept.values()].reverse().map(({toldAtMs: _told, ...refusal}) => refusal),
	};
}

function textOf({scope, name, how, port}: NameRefusal): string {
	const who = scope === 'all' ? '' : ` of uid ${scope}`;
	if (how === 'look-up') return `Refused a look-up${who}: ${name ?? 'what was asked for'} is no name that VKS_EGRESS lists.`;
	return `Refused a connection${who} to port ${port ?? 0}: ${name === null ? 'it bears no name' : `it bears ${name}, which VKS_EGRESS does not list for that port`}.`;
}
