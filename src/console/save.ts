/** Writes one moment to a file in the current folder: what the daemon said, as it said it. */
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {nameByTime} from '../evidence/write.ts';
import {fileTrouble} from '../small-file.ts';
import {itemsOf} from './ring.ts';
import type {Moment} from './view.ts';

export interface Saved {
	readonly ok: boolean;
	readonly text: string;
}

export async function saveMoment({snapshot, drops, journal}: Moment, {folder, isoTime}: {readonly folder: string; readonly isoTime: string}): Promise<Saved> {
	const path = join(folder, `${nameByTime('vks', isoTime)}.json`);
	const text = `${JSON.stringify({snapshot, drops: itemsOf(drops).map(({record}) => record), journal: itemsOf(journal)}, null, '\t')}\n`;
	try {
		// What is there stays: two in one second would be the same moment twice. Addresses and uids are for the owner only.
		await writeFile(path, text, {flag: 'wx', mode: 0o600});
		return {ok: true, text: `written to ${path}`};
	} catch (error) {
		return {ok: false, text: `${path} could not be written (${fileTrouble(error)}): start the console in a folder that can be`};
	}
}
