/** The brake of one kind of repair, and what the journal is told when it pauses. */
import {afterRepair, describePause, isHeld, releasedBrake} from './brake.ts';
import type {Clock} from './clock.ts';
import type {Journal} from './journal.ts';

export interface FightDeps {
	readonly clock: Pick<Clock, 'now'>;
	readonly journal: Pick<Journal, 'write'>;
}

export interface Fight {
	isPausing(): boolean;
	/** A repair was made; `culprit` is who made it necessary, null when nobody tells. */
	repaired(culprit: string | null): void;
	/** How many repairs there were. */
	total(): number;
}

/** `free` is how many repairs within the brake's window bring no pause. */
export function fightFor(what: string, {clock, journal}: FightDeps, free?: number): Fight {
	let brake = releasedBrake;
	return {
		isPausing: () => isHeld(brake, clock.now()),
		repaired(culprit) {
			const after = afterRepair(brake, clock.now(), free);
			brake = after.brake;
			if (after.pauseMs !== null) journal.write('tamper', 'warn', describePause(what, culprit, after.pauseMs));
		},
		total: () => brake.total,
	};
}
