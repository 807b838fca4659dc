/** Which faults a step consists of, and what pauses during it: a function of seed, step and table. Pure. */
import {diceFor, type Dice} from './dice.ts';
import type {Fault, Unstopped} from './fault.ts';

export interface Step {
	readonly number: number;
	readonly faults: readonly Fault[];
	/** What nobody could stop during it. */
	readonly pauses: Unstopped | null;
	/** For what is chosen while the step is carried out. */
	readonly dice: Dice;
}

/** How often two faults come at once. */
const pairShare = 0.3;

export function stepOf(seed: string, number: number, table: readonly Fault[], owned = true): Step {
	const dice = diceFor(seed, number);
	const first = dice.weighted(table);
	const others = table.filter(other => mayMeet(first, other, owned));
	const paired = dice.chance(pairShare) && others.length > 0;
	const faults = paired ? [first, dice.weighted(others)] : [first];
	// Tables whose owner was killed are nobody's.
	const stillOwned = owned && !faults.some(({endsOwner}) => endsOwner);
	return {number, faults, pauses: pausesOf(faults, stillOwned), dice};
}

/** Two gaps may be one in another layer each. */
function pausesOf(faults: readonly Fault[], owned: boolean): Unstopped | null {
	const gaps = faults.flatMap(fault => gapOf(fault, owned) ?? []);
	return gaps.length > 1 || gaps.includes('bound') ? 'bound' : (gaps[0] ?? null);
}

const gapOf = ({pauses, pausesUnowned}: Fault, owned: boolean): Unstopped | null => pauses ?? (owned ? null : (pausesUnowned ?? null));

function mayMeet(first: Fault, other: Fault, owned: boolean): boolean {
	if (first.touches === other.touches) return false;
	const pair = [first, other];
	const inGap = pair.map(fault => gapOf(fault, owned));
	// A drill in a gap sees a leak that is one.
	if (pair.some(({touches}) => touches === 'drill') && inGap.some(gap => gap !== null)) return false;
	// Without the tables only the routing is left, as the known issues say; with both edited, nothing is.
	return !(inGap.some(gap => gap !== null) && pair.some(({touches}) => touches === 'routing'));
}
