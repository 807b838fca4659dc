/** Puts evidence into a folder of its own, for its owner only. */
import {lstat, mkdir, open, rename, rm} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {errorCode} from '../error-code.ts';
import {fail, ok, type Result} from '../result.ts';
import {fileTroubleInWords} from '../small-file.ts';
import type {EvidenceFile} from './files.ts';

/** `2026-11-21T13:17:20.182Z` becomes a name that sorts and needs no quotes. */
export const nameByTime = (start: string, isoTime: string): string => `${start}-${isoTime.slice(0, 19).replaceAll(':', '-')}`;
export const evidenceName = (isoTime: string): string => nameByTime('vks-evidence', isoTime);

/** What a folder is called until it is whole. */
export const partialName = (name: string): string => `${name}.partial`;

export type WriteFile = (path: string, text: string) => Promise<void>;

/**
 * The folder; or one line that says why there is none. It bears its name only once everything in it is on the disk: what was
 * cut short, by a full disk or the end of the machine, is called `.partial`, or is gone.
 */
export async function writeEvidence(files: readonly EvidenceFile[], within: string, name: string, write: WriteFile = writeThrough): Promise<Result<string, string>> {
	const folder = resolve(within, name);
	const partial = resolve(within, partialName(name));
	let begun = false;
	try {
		// What is there stays, and nobody can have put something of his own into a folder that is new.
		if (await isThere(folder)) throw Object.assign(new Error(), {code: 'EEXIST'});
		await mkdir(partial, {mode: 0o700});
		begun = true;
		for (const file of files) await write(join(partial, file.name), file.text);
		await rename(partial, folder);
		return ok(folder);
	} catch (error) {
		if (begun) await rm(partial, {recursive: true, force: true}).catch(() => undefined);
		return fail(!begun && errorCode(error) === 'ENOENT' ? `there is no folder ${resolve(within)}` : `${folder} could not be written: ${fileTroubleInWords(error)}`);
	}
}

const isThere = (path: string): Promise<boolean> => lstat(path).then(() => true, () => false);

async function writeThrough(path: string, text: string): Promise<void> {
	const file = await open(path, 'wx', 0o600);
	try {
		await file.writeFile(text);
		// A disk that is full, or gone, may say so only here.
		await file.sync();
	} finally {
		await file.close();
	}
}
