/**
 * What is remembered of servers across restarts: favourites, how the last attempt ended, what was measured. Nothing that may
 * pass depends on it, so what cannot be read begins anew and is told.
 */
import {join} from 'node:path';
import {z} from 'zod';
import {lastTrySchema, latencySchema, type LastTry, type Latency} from '../control/schema.ts';
import type {Problem} from '../problem.ts';
import type {Result} from '../result.ts';
import {parseJson, recallState, rememberState, type StateFile} from './state-file.ts';

export interface ServerRecord {
	readonly id: string;
	readonly favourite: boolean;
	readonly last: LastTry | null;
	readonly latency: Latency | null;
}

export interface ServerRecordsFile {
	recall(): Result<readonly ServerRecord[], Problem>;
	remember(records: readonly ServerRecord[]): Result<void, Problem>;
}

/** Favourites are never left out; of the others the newest fit below what a state file may have (state-file.ts). */
const mostRecords = 1000;
const mostBytes = 60 * 1024;

const recordSchema = z.strictObject({id: z.string().min(1).max(255), favourite: z.boolean(), last: lastTrySchema.strict().nullable(), latency: latencySchema.strict().nullable()});
const fileSchema = z.strictObject({version: z.literal(1), servers: z.array(recordSchema).max(mostRecords)});

export function serverRecordsFile(folder: string): ServerRecordsFile {
	const file: StateFile<readonly ServerRecord[]> = {path: join(folder, 'servers.json'), empty: () => [], parse: parseServerRecords, unreadable, notSaved};
	return {recall: () => recallState(file), remember: records => rememberState(file, renderServerRecords(records))};
}

/** Null for what vks did not write. */
export function parseServerRecords(text: string): readonly ServerRecord[] | null {
	const parsed = fileSchema.safeParse(parseJson(text));
	if (!parsed.success) return null;
	const {servers} = parsed.data;
	return new Set(servers.map(({id}) => id)).size === servers.length ? servers : null;
}

export function renderServerRecords(records: readonly ServerRecord[]): string {
	const ordered = records.toSorted((a, b) => Number(b.favourite) - Number(a.favourite) || newest(b) - newest(a));
	const favourites = ordered.filter(({favourite}) => favourite);
	// Their marks first, whatever else is known of them.
	const marks = favourites.map(({id}) => JSON.stringify({id, favourite: true, last: null, latency: null}));
	let left = mostBytes - marks.reduce((sum, text) => sum + sizeOf(text), 0);
	const kept = ordered.slice(0, mostRecords).flatMap((record, index): readonly string[] => {
		const text = JSON.stringify(record);
		const mark = marks[index];
		left -= sizeOf(text) - (mark === undefined ? 0 : sizeOf(mark));
		// Nothing after the first that has no room: an older result would stand where a newer one is missing.
		return left >= 0 ? [text] : mark === undefined ? [] : [mark];
	});
	return `{"version":1,"servers":[${kept.join(',')}]}\n`;
}

/** Without what is from before that moment; a mark that somebody made stays. */
export function withoutOlder(records: readonly ServerRecord[], beforeMs: number): readonly ServerRecord[] {
	const since = <T extends {readonly atMs: number}>(what: T | null): T | null => (what !== null && what.atMs >= beforeMs ? what : null);
	return records.flatMap(record => {
		const [last, latency] = [since(record.last), since(record.latency)];
		if (last === record.last && latency === record.latency) return [record];
		return last === null && latency === null && !record.favourite ? [] : [{...record, last, latency}];
	});
}

/** With the comma. */
const sizeOf = (text: string): number => Buffer.byteLength(text) + 1;

const newest = ({last, latency}: ServerRecord): number => Math.max(last?.atMs ?? 0, latency?.atMs ?? 0);

const unreadable = (path: string, why: string): Problem => ({
	code: 'state-folder', severity: 'warning', what: `What was remembered of servers in ${path} cannot be read: ${why}. Favourites and last results begin anew.`, stillBlocking: true,
	next: 'Nothing must be done; mark favourites again.',
});
const notSaved = (path: string, why: string): Problem => ({
	code: 'state-folder', severity: 'warning', what: `Favourites and last results could not be saved to ${path}: ${why}; a restart forgets them.`, stillBlocking: true,
	next: 'Make the folder named by VKS_STATE_FOLDER writable, with room on its disk.',
});
