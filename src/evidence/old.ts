/** Finds and removes what earlier evidence left in a folder, by the names that vks gives: nothing else is touched. */
import {lstat, readdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {fail, ok, type Result} from '../result.ts';
import {fileTroubleInWords} from '../small-file.ts';

/** A folder of evidence, whole or not, or a moment that the console wrote; the time is in UTC. */
const ours = /^vks(?:-evidence)?-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)(\.partial|\.json)?$/;

/** Null for what bears another name. */
export function writtenAtMs(name: string): number | null {
	const [, day, hours, minutes, seconds, end] = ours.exec(name) ?? [];
	if (day === undefined || name.startsWith('vks-evidence-') === (end === '.json')) return null;
	const atMs = Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`);
	return Number.isNaN(atMs) ? null : atMs;
}

/** How many are gone; or one line that says why there are still some. */
export async function removeOldEvidence(folder: string, beforeMs: number): Promise<Result<number, string>> {
	let removed = 0;
	try {
		for (const name of await readdir(folder)) {
			const atMs = writtenAtMs(name);
			if (atMs === null || atMs >= beforeMs) continue;
			const path = join(folder, name);
			const found = await lstat(path);
			// A link leads to somebody else's place.
			if (name.endsWith('.json') ? !found.isFile() : !found.isDirectory()) continue;
			await rm(path, {recursive: true});
			removed += 1;
		}
		return ok(removed);
	} catch (error) {
		return fail(`${folder}: ${fileTroubleInWords(error)}; ${removed} were removed before that`);
	}
}
