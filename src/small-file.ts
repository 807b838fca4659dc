/**
 * Small text files at paths that an operator or a mount decides: whatever lies there, a FIFO nobody writes to or a device
 * without an end, neither hangs the daemon nor fills its memory.
 */
import {closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writeSync} from 'node:fs';
import {errorCode} from './error-code.ts';

/** Throws as `readFileSync` does, and where there is no regular file of at most that size. */
export function readSmallFile(path: string, mostKib = 1024): string {
	// O_NONBLOCK: a FIFO that nobody writes to would never open.
	const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
	try {
		mustBeRegular(file);
		const mostBytes = mostKib * 1024;
		const bytes = Buffer.alloc(mostBytes + 1);
		let length = 0;
		for (let read = -1; read !== 0 && length < bytes.length; length += read) read = readSync(file, bytes, length, bytes.length - length, null);
		if (length > mostBytes) throw new Error(`it is larger than ${mostKib} KiB`);
		return bytes.toString('utf8', 0, length);
	} finally {
		closeSync(file);
	}
}

/** For what may or may not be told. */
export function smallFileOrNull(path: string): string | null {
	try {
		return readSmallFile(path);
	} catch {
		return null;
	}
}

/** Writes over what stands there instead of replacing the file, because one that is bind-mounted cannot be renamed over. */
export function writeInPlace(path: string, text: string): void {
	const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_NONBLOCK, 0o644);
	try {
		mustBeRegular(file);
		const bytes = Buffer.from(text);
		// Cut last: on a full disk something is left, and nobody ever reads an empty file.
		for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written, bytes.length - written, written);
		ftruncateSync(file, bytes.length);
	} finally {
		closeSync(file);
	}
}

function mustBeRegular(file: number): void {
	const found = fstatSync(file);
	if (found.isFile()) return;
	throw Object.assign(new Error('it is not a regular file'), found.isDirectory() ? {code: 'EISDIR'} : {});
}

/** The kernel's name for what went wrong, else the words for it. */
export function fileTrouble(error: unknown): string {
	return errorCode(error) ?? (error instanceof Error ? error.message : String(error));
}

const inWords: Readonly<Record<string, string>> = {
	ENOSPC: 'the disk is full',
	EDQUOT: 'the quota of this user is used up',
	EROFS: 'the file system is read-only',
	EACCES: 'this user may not write there',
	EPERM: 'this user may not write there',
	ENOENT: 'there is no such folder',
	ENOTDIR: 'a part of the path is no folder',
	EEXIST: 'it is there already',
	EIO: 'the disk failed',
};

/** The same as a sentence's end, for what an operator wanted to be written. */
export function fileTroubleInWords(error: unknown): string {
	const name = fileTrouble(error);
	const words = inWords[name];
	return words === undefined ? name : `${words} (${name})`;
}
