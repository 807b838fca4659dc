/** Numbers that look random and follow from a seed and a step, so that one step can be repeated alone. Pure. */

export interface Dice {
	/** At least 0, below 1. */
	next(): number;
	/** A whole number, both ends included. */
	between(least: number, most: number): number;
	chance(share: number): boolean;
	pick<T>(items: readonly T[]): T;
	weighted<T extends {readonly weight: number}>(items: readonly T[]): T;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
	let value = 0x811c9dc5;
	for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
	return value >>> 0;
}

export function diceFor(seed: string, step: number): Dice {
	let state = hash(`${seed}/${step}`);
	/** mulberry32: 32 bits of state are enough for choosing faults. */
	const next = (): number => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
	const at = <T>(items: readonly T[], index: number): T => {
		const item = items[index];
		if (item === undefined) throw new Error('nothing to choose from');
		return item;
	};
	return {
		next,
		between,
		chance: share => next() < share,
		pick: items => at(items, between(0, items.length - 1)),
		weighted: items => {
			let left = next() * items.reduce((sum, {weight}) => sum + weight, 0);
			return at(items, Math.max(0, items.findIndex(({weight}) => (left -= weight) < 0)));
		},
	};
}
