/** Which keys vks has had, and since when: a mark of each by a salt that is made once, never a key. */
import {randomBytes} from 'node:crypto';
import {join} from 'node:path';
import {z} from 'zod';
import type {Problem} from '../problem.ts';
import type {Result} from '../result.ts';
import {parseJson, recallState, rememberState, type StateFile} from './state-file.ts';

export interface KeyRecord {
	/** Of `tunnel/key-mark.ts`. */
	readonly mark: string;
	readonly firstSeenAtMs: number;
}

export interface KeyRecords {
	/** Hexadecimal. */
	readonly salt: string;
	readonly keys: readonly KeyRecord[];
}

export interface KeyRingFile {
	/** Begins anew where there is none; a failure where what is there cannot be read. */
	recall(): Result<KeyRecords, Problem>;
	remember(records: KeyRecords): Result<void, Problem>;
}

/** The newest stay: a key that is in use is among them, or has a file that is as old. */
const mostKeys = 700;

const fileSchema = z.strictObject({
	version: z.literal(1),
	salt: z.string().regex(/^[0-9a-f]{64}$/),
	keys: z.array(z.strictObject({mark: z.string().regex(/^[0-9a-f]{32}$/), firstSeenAtMs: z.number().nonnegative()})).max(mostKeys),
});

export const newKeyRecords = (): KeyRecords => ({salt: randomBytes(32).toString('hex'), keys: []});

export function keyRingFile(folder: string): KeyRingFile {
	const file: StateFile<KeyRecords> = {path: join(folder, 'keys.json'), empty: newKeyRecords, parse: parseKeyRecords, unreadable, notSaved};
	return {recall: () => recallState(file), remember: records => rememberState(file, renderKeyRecords(records))};
}

/** Null for what vks did not write. */
export function parseKeyRecords(text: string): KeyRecords | null {
	const parsed = fileSchema.safeParse(parseJson(text));
	return parsed.success ? {salt: parsed.data.salt, keys: parsed.data.keys} : null;
}

export function renderKeyRecords({salt, keys}: KeyRecords): string {
	const kept = keys.toSorted((a, b) => b.firstSeenAtMs - a.firstSeenAtMs).slice(0, mostKeys);
	return `${JSON.stringify({version: 1, salt, keys: kept})}\n`;
}

const unreadable = (path: string, why: string): Problem => ({
	code: 'state-folder', severity: 'warning', what: `When keys were first seen cannot be read from ${path}: ${why}. Their age begins anew.`, stillBlocking: true,
	next: 'Nothing must be done; ages count from today, or from the day a file was last changed.',
});
const notSaved = (path: string, why: string): Problem => ({
	code: 'state-folder', severity: 'warning', what: `When keys were first seen could not be saved to ${path}: ${why}; a restart forgets it.`, stillBlocking: true,
	next: 'Make the folder named by VKS_STATE_FOLDER writable, with room on its disk.',
});
