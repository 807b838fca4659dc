/** Whose turn is next: for `next`, for rotation, and for whoever has to leave a server. Remembers who had a turn. */
import type {Config} from '../config/config.ts';
import type {ServerEntry} from '../tunnel/tunnel.ts';
import {nextServer, rank, withTurn, type Candidate} from '../servers/rank.ts';
import type {Clock} from './clock.ts';
import {idOf} from './server-records.ts';
import {serverView, type ServerViewParts} from './server-views.ts';

export interface TurnDeps {
	readonly config: Pick<Config, 'provider' | 'rotateBy'>;
	readonly clock: Pick<Clock, 'now' | 'random'>;
	readonly servers: () => readonly ServerEntry[];
	/** A provider's own; null where servers are files alone. */
	readonly provided: () => readonly ServerEntry[] | null;
	readonly recordOf: ServerViewParts['recordOf'];
	/** The server that is wanted. */
	readonly current: () => string | null;
}

export interface Turns {
	/** The same answer until something is known anew, chance included; null where no other server can be used. */
	next(): string | null;
	/** It was verified: this was its turn. */
	had(id: string): void;
	/** 1 is the best; without those that cannot be used. */
	ranks(): ReadonlyMap<string, number>;
}

export function createTurns({config, clock, servers, provided, recordOf, current}: TurnDeps): Turns {
	let passed: readonly string[] = [];
	let chance = clock.random();
	const {countries, randomTop} = config.provider;
	const candidates = (entries: readonly ServerEntry[]): readonly Candidate[] => entries.map(entry => serverView(entry, {current: null, recordOf}));

	return {
		next() {
			const ofProvider = provided()?.map(idOf) ?? null;
			// Whoever wished for a provider's servers is not sent to a file of the folder: nobody said where that leads.
			const entries = ofProvider === null ? servers() : servers().filter(entry => ofProvider.includes(idOf(entry)));
			return nextServer(candidates(entries), {after: current(), passed, by: config.rotateBy, top: randomTop, random: () => chance, countries, nowMs: clock.now()});
		},
		had(id) {
			passed = withTurn(passed, id);
			chance = clock.random();
		},
		ranks() {
			const usable = rank(candidates(servers()), {countries, nowMs: clock.now()}).filter(({problem}) => problem === null);
			return new Map(usable.map(({id}, index) => [id, index + 1]));
		},
	};
}
