/** Reads the files of a folder without being caught by a FIFO, a device or an endless file. */
import {constants} from 'node:fs';
import {open, readdir, type FileHandle} from 'node:fs/promises';
import {isRefusal, refusalAt, type Refusal} from '../access.ts';

export type FileRead =
	| {readonly kind: 'text'; readonly text: string; /** Permission bits. */ readonly mode: number; /** Whose it is. */ readonly uid: number; readonly changedAtMs: number}
	| {readonly kind: 'too-large'}
	| {readonly kind: 'not-a-file'}
	| {readonly kind: 'unreadable'; /** `EACCES`, `ENOENT` (a dangling link), ... */ readonly code: string; readonly refused?: Refusal | null};

export interface FolderFiles {
	/** Names in the folder; throws what `readdir` throws. */
	list(folder: string): Promise<readonly string[]>;
	read(path: string, mostBytes: number): Promise<FileRead>;
	/** Who vks runs as. */
	readonly uid: () => number;
}

export const realFiles: FolderFiles = {list: async folder => readdir(folder), read: readBounded, uid: () => process.geteuid?.() ?? 0};

async function readBounded(path: string, mostBytes: number): Promise<FileRead> {
	try {
		// Symbolic links are followed: a Kubernetes secret is one. O_NONBLOCK because a FIFO without a writer never opens.
		const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
		return await readOpen(file, mostBytes).finally(() => file.close());
	} catch (error) {
		return {kind: 'unreadable', code: errorCode(error), ...(isRefusal(error) ? {refused: refusalAt(path, 'read')} : {})};
	}
}

async function readOpen(file: FileHandle, mostBytes: number): Promise<FileRead> {
	const stat = await file.stat();
	if (!stat.isFile()) return {kind: 'not-a-file'};
	if (stat.size > mostBytes) return {kind: 'too-large'};
	// One more than it holds, and so much where it does not say (files of /proc), because it may have grown meanwhile.
	const buffer = Buffer.alloc((stat.size === 0 ? mostBytes : stat.size) + 1);
	const {bytesRead} = await file.read(buffer, 0, buffer.length, 0);
	if (bytesRead > mostBytes) return {kind: 'too-large'};
	return {kind: 'text', text: buffer.toString('utf8', 0, bytesRead), mode: stat.mode & 0o777, uid: stat.uid, changedAtMs: Math.max(0, Math.round(stat.mtimeMs))};
}

export const errorCode = (error: unknown): string =>
	error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';
