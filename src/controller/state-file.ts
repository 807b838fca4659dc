/**
 * The small files kept across restarts: read without being caught by what is no such file, and replaced as a whole. A state
 * folder is written to by others too, be it a mistaken mount: a FIFO must not hang the daemon, nor a device fill its memory.
 */
import {closeSync, constants, fstatSync, fsyncSync, lstatSync, openSync, renameSync, writeFileSync} from 'node:fs';
import {open, rename} from 'node:fs/promises';
import {dirname} from 'node:path';
import {errorCode} from '../error-code.ts';
import {makeFolder, makeFolderAside} from '../make-folder.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import {readSmallFile} from '../small-file.ts';

const usualKib = 64;

/** What a file holds and how it is told that it cannot be read or written; each takes the path and the reason. */
export interface StateFile<Kept> {
	readonly path: string;
	readonly empty: () => Kept;
	/** Null for what vks did not write. */
	readonly parse: (text: string) => Kept | null;
	readonly unreadable: (path: string, why: string) => Problem;
	readonly notSaved: (path: string, why: string) => Problem;
}

/** What was kept, `empty` where there is no file. */
export function recallState<Kept>({path, empty, parse, unreadable}: StateFile<Kept>): Result<Kept, Problem> {
	try {
		const text = readStateFile(path);
		const kept = text === null ? empty() : parse(text);
		return kept === null ? fail(unreadable(path, 'it is not what vks wrote')) : ok(kept);
	} catch (error) {
		return fail(unreadable(path, error instanceof Error ? error.message : String(error)));
	}
}

export function rememberState({path, notSaved}: Pick<StateFile<unknown>, 'path' | 'notSaved'>, text: string): Result<void, Problem> {
	try {
		writeStateFile(path, text);
		return ok(undefined);
	} catch (error) {
		return fail(notSaved(path, error instanceof Error ? error.message : String(error)));
	}
}

/** Null when there is nothing of that name; throws when there is something that cannot be read as a small file. */
export function readStateFile(path: string, mostKib = usualKib): string | null {
	// A link to nothing is not nothing: what it once led to may be what was remembered.
	if (!stands(path)) return null;
	return readSmallFile(path, mostKib);
}

/** Written beside and renamed over, so that a reader finds the old or the new text and never half of one. */
export function writeStateFile(path: string, text: string): void {
	makeFolder(dirname(path), 0o700);
	const next = `${path}.next`;
	const file = openSync(next, forWriting, 0o600);
	try {
		regular(file);
		// Writes until all is written: a full disk takes the first bytes and refuses the rest.
		writeFileSync(file, text);
		fsyncSync(file);
	} finally {
		closeSync(file);
	}
	renameSync(next, path);
}

/** The same without keeping the event loop: a stalled volume holds up nothing else. */
export async function writeStateFileAside(path: string, text: string): Promise<void> {
	await makeFolderAside(dirname(path), 0o700);
	const next = `${path}.next`;
	const file = await open(next, forWriting, 0o600);
	try {
		if (!(await file.stat()).isFile()) throw noRegularFile();
		await file.writeFile(text);
		await file.sync();
	} finally {
		await file.close();
	}
	await rename(next, path);
}

/** Takes no room on a full disk. */
export async function emptyStateFile(path: string): Promise<void> {
	await (await open(path, forWriting, 0o600)).close();
}

/** Undefined, which no schema takes, for what is no JSON. */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** O_NONBLOCK: to write to a FIFO that nobody reads is refused instead of waited for. */
const forWriting = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NONBLOCK | constants.O_NOFOLLOW;

const noRegularFile = (): Error => new Error('it is not a regular file');

function regular(file: number): void {
	if (!fstatSync(file).isFile()) throw noRegularFile();
}

function stands(path: string): boolean {
	try {
		lstatSync(path);
		return true;
	} catch (error) {
		if (isMissingFile(error)) return false;
		throw error;
	}
}

export function isMissingFile(error: unknown): boolean {
	return errorCode(error) === 'ENOENT';
}
