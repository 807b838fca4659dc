/** The newest drop records, whose they were, and how many the kernel could not hand over. */
import type {DropView} from '../control/schema.ts';
import type {KernelEvent, Owners} from '../kernel/kernel.ts';
import type {Clock} from './clock.ts';
import type {Drills} from './drills.ts';
import {dropOwners} from './drop-owners.ts';
import {perSecond, type Sample} from './rates.ts';

const usuallyKept = 1000;
/** Snapshots come more often than once a second; a rate of a few milliseconds would jump. */
const rateEveryMs = 900;

export interface DropKeeper {
	/** Answers with the records as clients are told them. */
	take(event: Extract<KernelEvent, {kind: 'drops'}>): readonly DropView[];
	/** The same for what was refused by name, which no kernel says. */
	takeNamed(records: readonly DropView[]): readonly DropView[];
	/** Oldest first. */
	recent(): readonly DropView[];
	lost(): number;
	/** How many were from before that moment, and are gone. */
	forget(beforeMs: number): number;
	/** How many records a second came: each refusing rule logs so many and counts them all, so that under a flood these are a sample. */
	recordedPerSecond(): number;
}

export function dropKeeper({owners, clock, mark, keep = usuallyKept}: {readonly keep?: number; readonly owners: Owners; readonly clock: Pick<Clock, 'monotonic'>; readonly mark: Drills['mark']}): DropKeeper {
	const drops: DropView[] = [];
	const owned = dropOwners(owners, clock);
	let lostRecords = 0;
	let received = 0;
	let rate = 0;
	let sample: Sample = {atMs: clock.monotonic(), value: 0};
	const takeOwned = (records: readonly DropView[]): readonly DropView[] => {
		const told = owned(records);
		drops.push(...told);
		if (drops.length > keep) drops.splice(0, drops.length - keep);
		return told;
	};
	return {
		take({records, lost}) {
			lostRecords += lost;
			received += records.length;
			return takeOwned(mark(records));
		},
		takeNamed: takeOwned,
		recent: () => drops,
		lost: () => lostRecords,
		forget(beforeMs) {
			const stays = drops.filter(({atMs}) => atMs >= beforeMs);
			const gone = drops.length - stays.length;
			drops.splice(0, drops.length, ...stays);
			return gone;
		},
		recordedPerSecond() {
			const now: Sample = {atMs: clock.monotonic(), value: received};
			if (now.atMs - sample.atMs < rateEveryMs) return rate;
			rate = perSecond(sample, now);
			sample = now;
			return rate;
		},
	};
}
