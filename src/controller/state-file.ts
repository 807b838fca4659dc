/**
 * The small files kept across restarts: read without being caught by what is no such file, and replaced as a whole. A state
 * folder is written to by others too, be it a mistaken mount: a FIFO must not hang the daemon, nor a device fill its memory.
 */
import {closeSync, constants, fstatSync, fsyncSync, lstatSync, mkdirSync, openSync, renameSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {readSmallFile} from '../small-file.ts';

const usualKib = 64;

/** Null when there is nothing of that name; throws when there is something that cannot be read as a small file. */
export function readStateFile(path: string, mostKib = usualKib): string | null {
	// A link to nothing is not nothing: what it once led to may be what was remembered.
	if (!stands(path)) return null;
	return readSmallFile(path, mostKib);
}

/** Written beside and renamed over, so that a reader finds the old or the new text and never half of one. */
export function writeStateFile(path: string, text: string): void {
	mkdirSync(dirname(path), {recursive: true, mode: 0o700});
	const next = `${path}.next`;
	const file = openForWriting(next);
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

/** Takes no room on a full disk. */
export function emptyStateFile(path: string): void {
	closeSync(openForWriting(path));
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
const openForWriting = (path: string): number => openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NONBLOCK | constants.O_NOFOLLOW, 0o600);

function regular(file: number): void {
	if (!fstatSync(file).isFile()) throw new Error('it is not a regular file');
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
	return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
