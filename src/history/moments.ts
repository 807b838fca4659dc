/**
 * What was allowed in the last two hours: a bounded row of snapshots, oldest first, each sharing with the one before it
 * what did not change. Those that time alone brought become rarer as they age; those that something brought stay. Pure.
 */
import type {MomentKind, MomentQuery, MomentView, Snapshot} from '../control/schema.ts';
import {shareWith, sizeBeyond} from './share.ts';

export interface Kept {
	readonly moment: MomentView;
	readonly snapshot: Snapshot;
	/** On the monotonic clock: a wall clock that is set must not make the past too old to keep. */
	readonly tickMs: number;
	/** What it holds beyond the one before it, about. */
	readonly bytes: number;
}

export type Moments = readonly Kept[];

export interface Bounds {
	readonly entries: number;
	readonly bytes: number;
	readonly ageMs: number;
}

export const defaultBounds: Bounds = {entries: 1000, bytes: 6 * 1024 * 1024, ageMs: 2 * 3600 * 1000};

export interface Fresh {
	readonly id: number;
	readonly kind: MomentKind;
	readonly why: string;
	readonly snapshot: Snapshot;
	readonly tickMs: number;
}

export const sizeOf = (moments: Moments): number => moments.reduce((sum, {bytes}) => sum + bytes, 0);

export function withMoment(moments: Moments, {id, kind, why, snapshot, tickMs}: Fresh, bounds: Bounds = defaultBounds): Moments {
	const before = moments.at(-1)?.snapshot;
	const shared = shareWith(before, snapshot);
	const added: Kept = {moment: {id, atMs: snapshot.atMs, kind, why}, snapshot: shared, tickMs, bytes: sizeBeyond(before, shared)};
	return bounded(thinned(outlived([...moments, added], tickMs - bounds.ageMs), tickMs), bounds);
}

/** The newest stays however old: there is always one. */
function outlived(moments: Moments, sinceMs: number): Moments {
	const first = moments.findIndex(({tickMs}) => tickMs >= sinceMs);
	return first <= 0 ? moments : remeasured(moments.slice(first), 0);
}

/** Without those that were taken before, by the wall clock. */
export const takenSince = (moments: Moments, sinceMs: number): Moments => {
	const stays = moments.filter(({moment}) => moment.atMs >= sinceMs);
	// What went may have been between two that stay.
	return stays.length === moments.length ? moments : stays.map((kept, index) => ({...kept, bytes: sizeBeyond(stays[index - 1]?.snapshot, kept.snapshot)}));
};

const minutesMs = 60_000;
/** So far apart are those that time alone brought, once they are this old. */
const spacing = [{olderThanMs: 30 * minutesMs, apartMs: minutesMs}, {olderThanMs: 10 * minutesMs, apartMs: minutesMs / 2}] as const;
/** Ten seconds are never exactly ten. */
const slackMs = 1000;

/** One at most each time: one comes at a time, and everything before it was thinned when its time came. */
function thinned(moments: Moments, nowMs: number): Moments {
	const excess = moments.findIndex(({moment, tickMs}, index) => {
		const before = moments[index - 1];
		if (moment.kind !== 'interval' || before === undefined) return false;
		const apartMs = spacing.find(({olderThanMs}) => nowMs - tickMs > olderThanMs)?.apartMs ?? 0;
		return tickMs - before.tickMs < apartMs - slackMs;
	});
	return excess === -1 ? moments : thinned(without(moments, excess), nowMs);
}

/** The oldest that time brought go first; then the oldest. */
function bounded(moments: Moments, {entries, bytes}: Bounds): Moments {
	let kept = moments;
	while (kept.length > 1 && (kept.length > entries || sizeOf(kept) > bytes)) {
		const idle = kept.findIndex(({moment}, index) => moment.kind === 'interval' && index < kept.length - 1);
		kept = without(kept, Math.max(0, idle));
	}
	return kept;
}

const without = (moments: Moments, index: number): Moments => remeasured(moments.toSpliced(index, 1), index);

/** What was shared with the one that went is now its own. */
function remeasured(moments: Moments, index: number): Moments {
	const moved = moments[index];
	return moved === undefined ? moments : moments.with(index, {...moved, bytes: sizeBeyond(moments[index - 1]?.snapshot, moved.snapshot)});
}

export interface Found {
	readonly kept: Kept;
	readonly index: number;
}

/** The oldest where there are not so many; null past the newest, which is now. */
export function stepFrom(moments: Moments, {from, by, changes}: Pick<MomentQuery, 'from' | 'by' | 'changes'>): Found | null {
	const steps = moments.flatMap((kept, index): readonly Found[] => (changes && kept.moment.kind === 'interval' && kept.moment.id !== from ? [] : [{kept, index}]));
	if (steps.length === 0) return null;
	// It may have been given up meanwhile: then its place is where it stood.
	const standing = from === null ? steps.length : steps.findIndex(({kept}) => kept.moment.id >= from);
	const place = standing === -1 ? steps.length : standing;
	const isThere = steps[place]?.kept.moment.id === from;
	return steps[Math.max(0, place + (by > 0 && !isThere ? by - 1 : by))] ?? null;
}
