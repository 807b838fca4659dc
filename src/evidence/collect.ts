/** What is known of now and of two hours before: asked of the daemon, moment by moment, each as what differs from the last. */
import type {DropView, Facts, JournalEntry, KeptMoment, MomentQuery, MomentView, Snapshot} from '../control/schema.ts';
import {applyPatch} from '../history/patch.ts';
import type {Problem} from '../problem.ts';
import type {Result} from '../result.ts';

export interface Evidence {
	readonly snapshot: Snapshot;
	readonly drops: readonly DropView[];
	readonly journal: readonly JournalEntry[];
	/** Oldest first; the newest is now. */
	readonly moments: ReadonlyArray<{readonly moment: MomentView; readonly snapshot: Snapshot}>;
	/** Why there are fewer than were kept; null when all are here. */
	readonly missing: string | null;
	/** What the kernel said beside the rules; or why nobody could be asked. */
	readonly facts: Facts | string;
	/** What came of the lockdown that was asked for after the snapshot; null when none was. */
	readonly lockdown: string | null;
}

/** Null where there is no daemon to ask any more. */
export type AskMoment = (query: MomentQuery) => Promise<Result<KeptMoment | null, Problem> | null>;

/** More than a daemon keeps: one that hands out moments for ever gets no more of our time. */
const most = 2000;

/** `latest` is the picture after everything else was asked, where it is not the first one. */
export interface Asked extends Pick<Evidence, 'snapshot' | 'drops' | 'journal' | 'facts'> {
	readonly lockdown?: string | null;
	readonly latest?: Snapshot;
}

export async function collectEvidence({lockdown = null, latest, ...now}: Asked, ask: AskMoment): Promise<Evidence> {
	const moments: Array<Evidence['moments'][number]> = [];
	let missing: string | null = null;
	let last: KeptMoment['moment'] | null = null;
	for (let turn = 0; turn < most && missing === null; turn++) {
		// From before the oldest, then one after another; what is given up meanwhile is stepped over.
		const answer: Awaited<ReturnType<AskMoment>> = await ask(last === null ? {from: 0, by: 1, changes: false, base: null} : {from: last.id, by: 1, changes: false, base: last.id});
		if (answer === null || !answer.ok) {
			missing = answer === null ? 'the connection was lost' : answer.error.what;
			break;
		}
		if (answer.value === null) break;
		const {moment, base, patch}: KeptMoment = answer.value;
		const snapshot = applyPatch(base === null ? undefined : moments.at(-1)?.snapshot, patch) as Snapshot | undefined;
		if (snapshot === undefined) missing = `moment ${moment.id} could not be read`;
		else moments.push({moment, snapshot});
		last = moment;
	}
	const snapshot = latest ?? now.snapshot;
	const newest: MomentView = {id: (last?.id ?? 0) + 1, atMs: snapshot.atMs, kind: 'interval', why: 'When the evidence was taken.'};
	return {...now, lockdown, moments: [...moments, {moment: newest, snapshot}], missing};
}
