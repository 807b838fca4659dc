/** Writes one moment to a file in the current folder: what the daemon said, as it said it. */
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {itemsOf} from './ring.ts';
import type {Moment} from './view.ts';

export interface Saved {
	readonly ok: boolean;
	readonly text: string;
}

/** `2026-11-21T13:17:20.182Z` becomes part of a name that sorts and needs no quotes. */
export const fileNameFor = (isoTime: string): string => `vks-${isoTime.slice(0, 19).replaceAll(':', '-')}.json`;

export async function saveMoment({snapshot, drops, journal}: Moment, {folder, isoTime}: {readonly folder: string; readonly isoTime: string}): Promise<Saved> {
	const path = join(folder, fileNameFor(isoTime));
	const text = `${JSON.stringify({snapshot, drops: itemsOf(drops).map(({record}) => record), journal: itemsOf(journal)}, null, '\t')}\n`;
	try {
		// What is there stays: two in one second would be the same moment twice. Addresses and uids are for the owner only.
		await writeFile(path, text, {flag: 'wx', mode: 0o600});
		return {ok: true, text: `written to ${path}`};
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
		return {ok: false, text: `${path} could not be written (${code}): start the console in a folder that can be`};
	}
}
