/** Reads what recording.ts writes, and the one moment that the console writes to a file. Nothing in it is believed. Pure. */
import {z} from 'zod';
import {momentSchema} from '../control/history-schema.ts';
import {dropRecordSchema, journalEntrySchema, snapshotSchema, type DropView, type JournalEntry, type MomentView, type Snapshot} from '../control/schema.ts';
import {fail, ok, type Result} from '../result.ts';
import {snapshotChecker} from './checked.ts';
import {applyPatch} from './patch.ts';
import {patchSchema} from './patch-schema.ts';
import {recordingVersion} from './recording.ts';

export interface SessionFrame {
	readonly moment: MomentView;
	readonly snapshot: Snapshot;
}

/** At least one frame. */
export interface Session {
	readonly by: string;
	readonly frames: readonly SessionFrame[];
	readonly drops: readonly DropView[];
	readonly journal: readonly JournalEntry[];
	/** Where it was cut; null when it is whole. */
	readonly cut: string | null;
	/** Why it may not be what was written; absent where nothing says so. */
	readonly doubt?: string;
}

const headingSchema = z.object({vks: z.literal('recording'), version: z.number(), by: z.string().max(100)});
const oneMomentSchema = z.object({snapshot: snapshotSchema, drops: z.array(dropRecordSchema), journal: z.array(journalEntrySchema)});
const lineSchema = z.union([
	z.object({m: momentSchema, p: patchSchema.nullable()}),
	z.object({d: z.array(dropRecordSchema)}),
	z.object({j: z.array(journalEntrySchema)}),
]);

/** The error is a sentence's end: what is wrong with it. */
export function readRecording(text: string): Result<Session, string> {
	const end = text.indexOf('\n');
	const heading = headingSchema.safeParse(json(end === -1 ? text : text.slice(0, end)));
	if (!heading.success) return oneMoment(text);
	const {version, by} = heading.data;
	if (version !== recordingVersion) return fail(`it is of format ${version}, and this vks reads ${recordingVersion}`);
	return readLines(by, text, end === -1 ? text.length : end + 1);
}

function oneMoment(text: string): Result<Session, string> {
	const value = json(text);
	const parsed = oneMomentSchema.safeParse(value);
	if (value === undefined) return fail('it is not JSON: neither a recording nor a written moment, or cut off in its first line');
	if (!parsed.success) return fail('it is JSON of something else, or of another version of vks');
	const {snapshot, drops, journal} = parsed.data;
	return ok({by: snapshot.daemon.version, frames: [{moment: {id: 1, atMs: snapshot.atMs, kind: 'interval', why: ''}, snapshot}], drops, journal, cut: null});
}

function readLines(by: string, text: string, start: number): Result<Session, string> {
	const check = snapshotChecker();
	const frames: SessionFrame[] = [];
	const drops: DropView[] = [];
	const journal: JournalEntry[] = [];
	let raw: unknown;
	let cut: string | null = null;
	let number = 1;
	for (let from = start; from < text.length && cut === null;) {
		const end = text.indexOf('\n', from);
		const line = lineSchema.safeParse(json(text.slice(from, end === -1 ? text.length : end)));
		number += 1;
		from = end === -1 ? text.length : end + 1;
		if (!line.success) cut = `line ${number} cannot be read${from >= text.length ? ': it was cut off' : ''}`;
		else if ('d' in line.data) drops.push(...line.data.d);
		else if ('j' in line.data) journal.push(...line.data.j);
		else {
			raw = applyPatch(raw, line.data.p);
			const snapshot = check(raw);
			if (snapshot === null) cut = `line ${number} holds no moment`;
			else frames.push({moment: line.data.m, snapshot});
		}
	}
	if (frames.length === 0) return fail(cut === null ? 'it holds no moment' : `it holds no moment: ${cut}`);
	return ok({by, frames, drops, journal, cut});
}

function json(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
