/** In which order servers are worth trying, and which one comes after this. Pure; time and chance are arguments. */
import {placeAmong} from './country-names.ts';

/** What a server is judged by; a `ServerView` is one. Times are Unix milliseconds. */
export interface Candidate {
	readonly id: string;
	/** Why it cannot be used; null when it can. */
	readonly problem: string | null;
	/** As its file or its provider says: a code, or a name. */
	readonly country: string | null;
	/** Per cent. */
	readonly load: number | null;
	readonly latency: {readonly ms: number | null} | null;
	readonly favourite: boolean;
	readonly last: {readonly outcome: 'connected' | 'failed'; readonly atMs: number} | null;
}

export interface RankWish {
	/** Codes or names, the dearest first; empty: any. */
	readonly countries: readonly string[];
	readonly nowMs: number;
}

/** Longer than a provider takes to restart a server, shorter than an operator takes to wonder why it is never tried again. */
export const failureCountsMs = 30 * 60 * 1000;

/**
 * What cannot be used comes last, and before it what failed lately, the failure of longest ago first. The others: by the
 * operator's countries, then favourites, then the time an answer takes on a server that busy, then the given order.
 */
export function rank<C extends Candidate>(candidates: readonly C[], {countries, nowMs}: RankWish): readonly C[] {
	const wished = placeAmong(countries);
	return candidates
		.map((candidate, place) => ({candidate, keys: keysOf(candidate, {wished: wished(candidate.country) ?? countries.length, nowMs}), place}))
		.toSorted((a, b) => firstDifference(a.keys, b.keys) || a.place - b.place)
		.map(({candidate}) => candidate);
}

export interface Turns extends RankWish {
	/** The one that is left; it is never the answer. Null where there is none. */
	readonly after: string | null;
	/** Those that had their turn (`withTurn`): ranks change with every connection, and yet each one shall have its own. */
	readonly passed: readonly string[];
	/** `random` takes one of the first `top`, or of all where `top` is below 2. */
	readonly by: 'rank' | 'random';
	readonly top: number;
	readonly random: () => number;
}

/**
 * The best that had no turn yet; when all had theirs, the best of all. One that failed lately is taken only where nothing else
 * is left. With countries wished for, and a server known to be in one of them, no other country is gone to. Null where there is
 * no other that can be used.
 */
export function nextServer(candidates: readonly Candidate[], {after, passed, by, top, random, ...wish}: Turns): string | null {
	const others = rank(withinWish(candidates, wish.countries), wish).filter(({id, problem}) => problem === null && id !== after);
	const healthy = others.filter(each => !failedLately(each, wish.nowMs));
	const waiting = healthy.filter(({id}) => !passed.includes(id));
	const pool = waiting.length > 0 ? waiting : healthy.length > 0 ? healthy : others;
	return (by === 'random' ? oneOf(top < 2 ? pool : pool.slice(0, top), random) : pool[0])?.id ?? null;
}

/** Who had a turn, after this one has: whoever comes again begins a new round. The newest last. */
export function withTurn(passed: readonly string[], id: string): readonly string[] {
	if (passed.at(-1) === id) return passed;
	return passed.includes(id) ? [id] : [...passed, id];
}

/** A clock that was set back makes a failure lie in the future: one that far off says nothing. */
export const failedLately = ({last}: Pick<Candidate, 'last'>, nowMs: number): boolean =>
	last?.outcome === 'failed' && Math.abs(nowMs - last.atMs) < failureCountsMs;

function keysOf(candidate: Candidate, {wished, nowMs}: {readonly wished: number; readonly nowMs: number}): readonly number[] {
	const {problem, favourite, last} = candidate;
	return [
		problem === null ? 0 : 1,
		failedLately(candidate, nowMs) ? (last?.atMs ?? 0) : 0,
		wished,
		favourite ? 0 : 1,
		...costOf(candidate),
	];
}

/** A known latency before an unknown one, as in every list of vks. Full, a server is taken to answer in twice its time. */
function costOf({latency, load}: Candidate): readonly [known: number, cost: number] {
	const busy = 1 + (load ?? 50) / 100;
	return latency === null || latency.ms === null ? [1, busy] : [0, latency.ms * busy];
}

/** A provider's country may be wished for by a number, too, which nothing here knows: then all are as good. */
function withinWish(candidates: readonly Candidate[], countries: readonly string[]): readonly Candidate[] {
	const wished = placeAmong(countries);
	const within = candidates.filter(({country}) => wished(country) !== null);
	return within.length > 0 ? within : candidates;
}

const oneOf = <T>(pool: readonly T[], random: () => number): T | undefined => pool[Math.min(pool.length - 1, Math.max(0, Math.floor(random() * pool.length)))];

function firstDifference(a: readonly number[], b: readonly number[]): number {
	const at = a.findIndex((value, index) => value !== b[index]);
	return at === -1 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
