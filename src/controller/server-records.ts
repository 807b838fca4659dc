/** Favourites, last results and latencies of servers, for every console alike. */
import type {Latency, Outcome} from '../control/schema.ts';
import type {Problem} from '../problem.ts';
import type {ServerEntry} from '../tunnel/tunnel.ts';
import type {Clock} from './clock.ts';
import {withoutOlder, type ServerRecord, type ServerRecordsFile} from './server-records-file.ts';

export interface ServerRecordsDeps {
	readonly clock: Pick<Clock, 'now'>;
	readonly file: ServerRecordsFile;
	readonly servers: () => readonly ServerEntry[];
	readonly note: (problem: Problem | null) => void;
}

export interface ServerRecords {
	/** Reads what an earlier daemon remembered. */
	recall(): void;
	of(id: string): ServerRecord;
	favour(wish: {readonly server: string; readonly on: boolean}): Outcome;
	connected(id: string): void;
	failed(id: string, problem: Problem): void;
	/** Through the tunnel, every few seconds: what stands where no ping was answered of late. */
	timed(id: string, ms: number): void;
	measured(latencies: ReadonlyMap<string, Latency>): void;
	/** Of how many something was from before that moment, and is gone, from the file too. */
	forget(beforeMs: number): number;
}

/** Whoever marks more than he could look through has a catalogue, not favourites. */
const mostFavourites = 200;
/** A ping says more of the way than what goes through the tunnel, until it is of another time of day. */
const echoStandsMs = 3_600_000;
/** Numbers that come every few seconds are worth no write each. */
const saveEveryMs = 600_000;

export const idOf = (entry: ServerEntry): string => (entry.ok ? entry.server.id : entry.id);

export function serverRecords({clock, file, servers, note}: ServerRecordsDeps): ServerRecords {
	const records = new Map<string, ServerRecord>();
	const of = (id: string): ServerRecord => records.get(id) ?? {id, favourite: false, last: null, latency: null};
	const put = (record: ServerRecord): void => void records.set(record.id, record);
	let savedAtMs = 0;
	const save = (): void => {
		savedAtMs = clock.now();
		const saved = file.remember([...records.values()]);
		note(saved.ok ? null : saved.error);
	};
	const answer = (done: boolean, message: string, problem: Problem | null = null): Outcome => ({ok: done, message, durationMs: 0, problem});

	return {
		of,
		recall() {
			const recalled = file.recall();
			note(recalled.ok ? null : recalled.error);
			if (recalled.ok) recalled.value.forEach(put);
		},
		favour({server, on}) {
			const record = of(server);
			// One that is gone from the folder can still be let go.
			if (on && !servers().some(entry => idOf(entry) === server)) return answer(false, `There is no server ${server}.`, refused(`There is no server ${server}.`, 'List them with `vks servers`.'));
			if (on && [...records.values()].filter(({favourite}) => favourite).length >= mostFavourites) return answer(false, `There are ${mostFavourites} favourites already.`, refused(`There are ${mostFavourites} favourites already.`, 'Let one go first.'));
			if (record.favourite !== on) {
				put({...record, favourite: on});
				save();
			}
			return answer(true, `${server} is ${on ? 'a' : 'no'} favourite.`);
		},
		connected(id) {
			put({...of(id), last: {outcome: 'connected', atMs: clock.now(), code: null, what: null}});
			save();
		},
		failed(server, {code, what}) {
			put({...of(server), last: {outcome: 'failed', atMs: clock.now(), code: code.slice(0, 40), what: what.slice(0, 300)}});
			save();
		},
		timed(id, ms) {
			const {latency} = of(id);
			const atMs = clock.now();
			if (latency?.how === 'echo' && latency.ms !== null && atMs - latency.atMs < echoStandsMs) return;
			put({...of(id), latency: {ms, atMs, how: 'tunnel'}});
			if (Math.abs(atMs - savedAtMs) > saveEveryMs) save();
		},
		forget(beforeMs) {
			const before = [...records.values()];
			const stays = withoutOlder(before, beforeMs);
			const gone = before.filter(record => !stays.includes(record)).length;
			if (gone === 0) return 0;
			records.clear();
			stays.forEach(put);
			save();
			return gone;
		},
		measured(latencies) {
			for (const [id, latency] of latencies) put({...of(id), latency});
			save();
		},
	};
}

const refused = (what: string, next: string): Problem => ({code: 'no-server', severity: 'error', what, stillBlocking: true, next});
