/** One parser under fuzzing: what it is given, and what must hold of whatever it answers. */
import fc from 'fast-check';

export interface Round {
	readonly inputs: number;
	readonly seed: number;
}

export interface FuzzTarget {
	readonly name: string;
	/** How many inputs a short run gives it; slow parsers get fewer. */
	readonly share: number;
	/** Null when all held; else the seed, the shrunk counterexample and what was wrong with it. */
	run(round: Round): string | null;
}

/** `check` throws where something does not hold. */
export function target<Input>(name: string, inputs: fc.Arbitrary<Input>, check: (input: Input) => void, share = 1): FuzzTarget {
	return {
		name,
		share,
		run({inputs: numRuns, seed}) {
			const details = fc.check(fc.property(inputs, check), {numRuns, seed});
			return details.failed ? `${name}, seed ${seed}: ${fc.defaultReportMessage(details)}` : null;
		},
	};
}
