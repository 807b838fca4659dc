/**
 * A recorded session as text, one JSON object a line: a heading, then moments (each what differs from the one before it),
 * refused packets and journal entries, as they came. What is cut off at the end can be read up to there.
 */
import type {DropView, JournalEntry, MomentView, Snapshot} from '../control/schema.ts';
import {patchBetween} from './patch.ts';

export const recordingVersion = 1;
/** What is written at the most, and opened: more would be text of more than a console's memory. */
export const mostRecordedMib = 64;

/** What is recorded, and by which version of vks. */
export const headingLine = (by: string, atMs: number): string => `${JSON.stringify({vks: 'recording', version: recordingVersion, by, atMs})}\n`;
export const dropsLine = (records: readonly DropView[]): string => `${JSON.stringify({d: records})}\n`;
export const journalLine = (entries: readonly JournalEntry[]): string => `${JSON.stringify({j: entries})}\n`;

/** Writes moments, each as what differs from the one before. */
export function momentWriter(): (moment: MomentView, snapshot: Snapshot) => string {
	let before: Snapshot | undefined;
	return (moment, snapshot) => {
		const patch = patchBetween(before, snapshot);
		before = snapshot;
		return `${JSON.stringify({m: moment, p: patch})}\n`;
	};
}
