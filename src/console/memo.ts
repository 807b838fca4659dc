/**
 * What selectors made of the same inputs before. A frame and a key ask for the same rows many times over; the inputs are
 * immutable, so that the same ones give the same value. Each view has its own memory; the module has none.
 */

/** Names one selector's place; the type says what is kept there. */
export interface Slot<T> {
	readonly name: string;
	readonly holds?: (value: T) => T;
}

export interface Memo {
	/** Made once and kept until an input is another one. */
	readonly last: <T>(slot: Slot<T>, inputs: readonly unknown[], make: () => T) => T;
	/** The same for each object by itself, for as long as that lives: a chunk, a rule, a record. */
	readonly each: <T>(slot: Slot<T>, of: object, inputs: readonly unknown[], make: () => T) => T;
}

interface Kept {
	readonly inputs: readonly unknown[];
	readonly value: unknown;
}

export function createMemo(): Memo {
	const last = new Map<object, Kept>();
	const each = new Map<object, WeakMap<object, Kept>>();
	const from = <T>(kept: Kept | undefined, inputs: readonly unknown[], keep: (made: Kept) => void, make: () => T): T => {
		// What a slot holds was made by the same slot's selector: its type says so.
		if (kept !== undefined && sameInputs(kept.inputs, inputs)) return kept.value as T;
		const value = make();
		keep({inputs, value});
		return value;
	};
	return {
		last: (slot, inputs, make) => from(last.get(slot), inputs, made => last.set(slot, made), make),
		each(slot, of, inputs, make) {
			const places = each.get(slot) ?? new WeakMap<object, Kept>();
			each.set(slot, places);
			return from(places.get(of), inputs, made => places.set(of, made), make);
		},
	};
}

function sameInputs(a: readonly unknown[], b: readonly unknown[]): boolean {
	return a.length === b.length && a.every((input, index) => Object.is(input, b[index]));
}
