/** The newest drop records, whose they were, and how many the kernel could not hand over. */
import type {DropView} from '../control/schema.ts';
import type {KernelEvent, Owners} from '../kernel/kernel.ts';
import type {Clock} from './clock.ts';
import type {Drills} from './drills.ts';
import {dropOwners} from './drop-owners.ts';

const keptDrops = 1000;

export interface DropKeeper {
	/** Answers with the records as clients are told them. */
	take(event: Extract<KernelEvent, {kind: 'drops'}>): readonly DropView[];
	/** Oldest first. */
	recent(): readonly DropView[];
	lost(): number;
}

export function dropKeeper({owners, clock, mark}: {readonly owners: Owners; readonly clock: Pick<Clock, 'monotonic'>; readonly mark: Drills['mark']}): DropKeeper {
	const drops: DropView[] = [];
	const owned = dropOwners(owners, clock);
	let lostRecords = 0;
	return {
		take({records, lost}) {
			lostRecords += lost;
			const told = owned(mark(records));
			drops.push(...told);
			if (drops.length > keptDrops) drops.splice(0, drops.length - keptDrops);
			return told;
		},
		recent: () => drops,
		lost: () => lostRecords,
	};
}
