/**
 * A provider's servers as the daemon has them: from the last answer, or from the file it was kept in. Asks when it has to and
 * not more often; whoever carries the question decides which way it goes.
 */
import type {Problem} from '../problem.ts';
import {ok, type Result} from '../result.ts';
import type {ServerEntry} from '../tunnel/tunnel.ts';
import {serverOf, type Account} from './account.ts';
import {isFresh, parseCache, renderCache, type CachedList} from './catalogue-cache.ts';
import {ranked, wanted, type Wish} from './choose.ts';
import type {AskApi, Provider} from './provider.ts';
import type {Relay} from './relay.ts';

export interface CatalogueParts {
	readonly provider: Provider;
	/** Known without asking; null where the provider has to be asked for it. */
	readonly account: Account | null;
	readonly wish: Wish;
	readonly cache: {readonly read: () => string | null; readonly write: (text: string) => void};
	readonly nowMs: () => number;
}

/** `now`: there is nothing to connect to without it. `soon`: what there is has become old. */
export type Need = 'now' | 'soon' | null;

export interface Catalogue {
	entries(): readonly ServerEntry[];
	/** Null while there is nothing to ask, or a refusal was too short ago. */
	need(): Need;
	refresh(api: AskApi): Promise<Result<void, Problem>>;
	/** When the list was last read; null before the first. */
	readAtMs(): number | null;
	/** Entries of the last answer that could not be used. */
	skipped(): number;
}

/** A screen and a snapshot hold this many; the wishes narrow it down to the right ones. */
const mostServers = 200;
const firstPauseMs = 30_000;
const longestPauseMs = 60 * 60 * 1000;

export function createCatalogue({provider, account: known, wish, cache, nowMs}: CatalogueParts): Catalogue {
	let account = known;
	let list = usable(parseCache(cache.read() ?? ''), provider);
	let [failures, notBeforeMs, skipped] = [0, 0, 0];

	const failed = (): void => {
		notBeforeMs = nowMs() + Math.min(longestPauseMs, firstPauseMs * 2 ** failures);
		failures += 1;
	};

	return {
		entries() {
			const relays = ranked(wanted(list?.relays ?? [], wish), {latencyMs: new Map()}).slice(0, mostServers);
			return relays.flatMap(relay => entryOf(relay, account));
		},
		need() {
			if (nowMs() < notBeforeMs) return null;
			if (account === null || list === null || list.relays.length === 0) return 'now';
			return isFresh(list, nowMs()) ? null : 'soon';
		},
		async refresh(api) {
			const answer = await provider.ask(api);
			if (!answer.ok) {
				failed();
				return answer;
			}
			[failures, notBeforeMs, skipped] = [0, 0, answer.value.skipped.length];
			account = answer.value.account ?? account;
			list = {provider: provider.name, question: provider.question, readAtMs: nowMs(), relays: answer.value.relays};
			// An empty answer is an answer, and is not asked for again at once.
			if (list.relays.length === 0) failed();
			cache.write(renderCache(list));
			return ok(undefined);
		},
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
