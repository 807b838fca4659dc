/** What `e` does: gathers what is known and writes it beside where the console was started. */
import {isoTime as isoTimeOf} from '../control/status.ts';
import {collectEvidence} from '../evidence/collect.ts';
import {evidenceFiles} from '../evidence/files.ts';
import {evidenceName, writeEvidence} from '../evidence/write.ts';
import type {Feed} from './connection.ts';
import {itemsOf} from './ring.ts';
import type {Saved} from './save.ts';
import type {Moment} from './view.ts';

interface Place {
	readonly folder: string;
	readonly isoTime: string;
	/** The version that writes it. */
	readonly by: string;
}

export async function keepEvidence(feed: Pick<Feed, 'moment' | 'facts'>, {snapshot, drops, journal}: Moment, {folder, isoTime, by}: Place): Promise<Saved> {
	if (snapshot === null) return {ok: false, text: 'evidence: nothing was read yet'};
	const facts = await feed.facts();
	const told = facts?.ok === true ? facts.value : (facts?.error.what ?? 'there is no connection to the daemon.');
	const evidence = await collectEvidence({snapshot, drops: itemsOf(drops).map(({record}) => record), journal: itemsOf(journal), facts: told}, feed.moment);
	const written = await writeEvidence(evidenceFiles(evidence, by, isoTimeOf), folder, evidenceName(isoTime));
	if (!written.ok) return {ok: false, text: `evidence: ${written.error}`};
	return {ok: evidence.missing === null, text: `evidence in ${written.value}${evidence.missing === null ? '' : ` (${evidence.missing}: moments are missing)`}`};
}
