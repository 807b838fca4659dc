/**
 * A provider's servers as the daemon has them: from the last answer, or from the file it was kept in. Asks when it has to and
 * not more often; whoever carries the question decides which way it goes.
 */
import type {Problem} from '../problem.ts';
import {ok, type Result} from '../result.ts';
import type {ServerEntry} from '../tunnel/tunnel.ts';
import {serverOf, type Account} from './account.ts';
import {isFresh, parseCache, renderCache, type CachedList} from './catalogue-cache.ts';
import {randomOfTop, ranked, wanted, type Wish} from './choose.ts';
import type {AskApi, Provider} from './provider.ts';
import type {Relay} from './relay.ts';

export interface CatalogueParts {
	readonly provider: Provider;
	/** Known without asking; null where the provider has to be asked for it. */
	readonly account: Account | null;
	readonly wish: Wish;
	readonly cache: CatalogueCache;
	/** One of so many that stand first is put before the others, by chance; 0 and 1 leave the first. */
	readonly randomTop: number;
	readonly random: () => number;
	readonly nowMs: () => number;
}

export interface CatalogueCache {
	/** Null where there is nothing that can be read. */
	readonly read: () => string | null;
	readonly write: (text: string) => Result<void, Problem>;
}

/** `now`: there is nothing to connect to without it. `soon`: what there is has become old. */
export type Need = 'now' | 'soon' | null;

export interface Catalogue {
	entries(): readonly ServerEntry[];
	/** Null while there is nothing to ask, or a refusal was too short ago. */
	need(): Need;
	/** `keep` names a server that stays although the new list has it not: the one that is connected to. */
	refresh(api: AskApi, keep: string | null): Promise<Result<void, Problem>>;
	/** The operator asks for it: a refusal of before is no reason to wait. */
	hurry(): void;
	/** Unix milliseconds before which nobody is asked. */
	notBeforeMs(): number;
	/** Why the last list could not be kept; null where it was. */
	notKept(): Problem | null;
	/** When the list was last read; null before the first. */
	readAtMs(): number | null;
	/** Entries of the last answer that could not be used. */
	skipped(): number;
}

/** A screen and a snapshot hold this many; the wishes narrow it down to the right ones. */
const mostServers = 200;
const firstPauseMs = 10_000;
/** Nobody may be connected at all without it; the API bans who asks often. */
const longestPauseMs = {now: 10 * 60 * 1000, soon: 60 * 60 * 1000} as const;

export function createCatalogue({provider, account: known, wish, cache, randomTop, random, nowMs}: CatalogueParts): Catalogue {
	let account = known;
	let list = usable(parseCache(cache.read() ?? ''), provider);
	let [failures, notBeforeMs, skipped] = [0, 0, 0];
	let notKept: Problem | null = null;

	/** What the provider was asked for by number need not match the words again. */
	const meeting = (relays: readonly Relay[]): readonly Relay[] => ranked(provider.answersWish ? relays : wanted(relays, wish), {latencyMs: new Map()});
	/** Once for each list: whoever looks twice sees the same order. */
	const pick = (): string | null => (randomTop < 2 ? null : (randomOfTop(meeting(list?.relays ?? []), randomTop, random)?.id ?? null));
	let first = pick();
	const missing = (): boolean => account === null || list === null || list.relays.length === 0;

	const failed = (): void => {
		notBeforeMs = nowMs() + Math.min(longestPauseMs[missing() ? 'now' : 'soon'], firstPauseMs * 2 ** failures);
		failures += 1;
	};

	return {
		entries() {
			const relays = meeting(list?.relays ?? []).toSorted((a, b) => Number(b.id === first) - Number(a.id === first)).slice(0, mostServers);
			return relays.flatMap(relay => entryOf(relay, account));
		},
		need() {
			if (nowMs() < notBeforeMs) return null;
			if (missing()) return 'now';
			return list !== null && isFresh(list, nowMs()) ? null : 'soon';
		},
		async refresh(api, keep) {
			const answer = await provider.ask(api);
			if (!answer.ok) {
				// Called off is not refused.
				if (answer.error.code !== 'superseded') failed();
				return answer;
			}
			[failures, notBeforeMs, skipped] = [0, 0, answer.value.skipped.length];
			account = answer.value.account ?? account;
			const {relays} = answer.value;
			const kept = (list?.relays ?? []).filter(({id}) => id === keep && relays.every(relay => relay.id !== id));
			list = {provider: provider.name, question: provider.question, readAtMs: nowMs(), relays: [...relays, ...kept]};
			first = pick();
			// An empty answer is an answer, and is not asked for again at once.
			if (list.relays.length === 0) failed();
			const written = cache.write(renderCache(list));
			notKept = written.ok ? null : written.error;
			return ok(undefined);
		},
		hurry() {
			notBeforeMs = 0;
		},
		notBeforeMs: () => notBeforeMs,
		notKept: () => notKept,
		readAtMs: () => list?.readAtMs ?? null,
		skipped: () => skipped,
	};
}

/** A list kept for another provider or other wishes is none. */
const usable = (list: CachedList | null, {name, question}: Provider): CachedList | null => (list !== null && list.provider === name && list.question === question ? list : null);

function entryOf(relay: Relay, account: Account | null): readonly ServerEntry[] {
	if (account === null) return [{ok: false, id: relay.id, problem: keyUnknown}];
	const server = serverOf(relay, account);
	return server === null ? [] : [{ok: true, server}];
}

const keyUnknown: Problem = {
	code: 'credentials', severity: 'warning', what: 'The key for it is not known yet.', stillBlocking: true,
	next: 'vks asks the provider for it as soon as it can be reached.',
};
