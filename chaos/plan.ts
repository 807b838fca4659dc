/** Which faults a step consists of: a function of seed, step and table. Pure. */
import {diceFor, type Dice} from './dice.ts';
import type {Fault} from './fault.ts';

export interface Step {
	readonly number: number;
	readonly faults: readonly Fault[];
	/** For what is chosen while the step is carried out. */
	readonly dice: Dice;
}

/** How often two faults come at once. */
const pairShare = 0.3;

export function stepOf(seed: string, number: number, table: readonly Fault[]): Step {
	const dice = diceFor(seed, number);
	const first = dice.weighted(table);
	const others = table.filter(({touches}) => touches !== first.touches);
	const paired = dice.chance(pairShare) && others.length > 0;
	return {number, faults: paired ? [first, dice.weighted(others)] : [first], dice};
}
