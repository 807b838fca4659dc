/** Which relays an operator's wishes leave, and in which order they are worth trying. Pure; chance is an argument. */
import type {Relay} from './relay.ts';
import {sameName} from './same-name.ts';

export interface Wish {
	/** Codes or names; empty: any. */
	readonly countries: readonly string[];
	readonly cities: readonly string[];
	readonly groups: readonly string[];
}

const meetsOne = (names: readonly string[], words: readonly string[]): boolean => words.length === 0 || words.some(word => names.some(name => sameName(name, word)));

export function wanted(relays: readonly Relay[], {countries, cities, groups}: Wish): readonly Relay[] {
	return relays.filter(relay =>
		meetsOne([relay.countryCode, relay.country], countries)
		&& meetsOne(relay.city === null ? [] : [relay.city], cities)
		&& meetsOne(relay.groups, groups));
}

export interface Rank {
	/** Milliseconds by relay id, where measured. */
	readonly latencyMs: ReadonlyMap<string, number>;
}

/** A known latency before an unknown one, then the lower; then the lower load; then the provider's own order. */
export function ranked(relays: readonly Relay[], {latencyMs}: Rank): readonly Relay[] {
	const latency = ({id}: Relay): number => latencyMs.get(id) ?? Number.POSITIVE_INFINITY;
	const load = (relay: Relay): number => relay.load ?? 50;
	return relays
		.map((relay, place) => ({relay, place}))
		.toSorted((a, b) => compare(latency(a.relay), latency(b.relay)) || compare(load(a.relay), load(b.relay)) || a.place - b.place)
		.map(({relay}) => relay);
}

/** One of the first so many, so that not everybody with the same wishes meets on one server. */
export function randomOfTop(relays: readonly Relay[], top: number, random: () => number): Relay | null {
	const some = relays.slice(0, Math.max(1, top));
	return some[Math.min(some.length - 1, Math.floor(random() * some.length))] ?? null;
}

const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);
