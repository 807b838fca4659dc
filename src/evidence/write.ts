/** Puts evidence into a folder of its own, for its owner only. */
import {mkdir, writeFile} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {fail, ok, type Result} from '../result.ts';
import {fileTrouble} from '../small-file.ts';
import type {EvidenceFile} from './files.ts';

/** `2026-11-21T13:17:20.182Z` becomes a name that sorts and needs no quotes. */
export const nameByTime = (start: string, isoTime: string): string => `${start}-${isoTime.slice(0, 19).replaceAll(':', '-')}`;
export const evidenceName = (isoTime: string): string => nameByTime('vks-evidence', isoTime);

/** The folder; or one line that says why there is none. */
export async function writeEvidence(files: readonly EvidenceFile[], within: string, name: string): Promise<Result<string, string>> {
	const folder = resolve(within, name);
	try {
		// What is there stays, and nobody can have put something of his own into a folder that is new.
		await mkdir(folder, {mode: 0o700});
		for (const file of files) await writeFile(join(folder, file.name), file.text, {flag: 'wx', mode: 0o600});
		return ok(folder);
	} catch (error) {
		return fail(`${folder} could not be written (${fileTrouble(error)}): choose a folder that can be`);
	}
}
