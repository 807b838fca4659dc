/** What a hardening would change, why, how it looks, and what takes it back. */
import type {NotLooked} from '../audit/finding.ts';
import type {Choices} from './choices.ts';
import type {Step} from './step.ts';

export interface Reason {
	/** The audit's finding that it closes. */
	readonly id: string;
	readonly what: string;
}

export interface Change {
	/** `table filter of iptables-nft`, a file's path. */
	readonly where: string;
	readonly closes: readonly Reason[];
	readonly diff: readonly string[];
	readonly apply: Step;
	readonly undo: Step;
	/** What is left to do by hand, or empty. */
	readonly then: string;
}

/** What is found and not changed. */
export interface Left {
	readonly what: string;
	readonly why: string;
}

export interface Plan {
	readonly choices: Choices;
	readonly changes: readonly Change[];
	readonly left: readonly Left[];
	readonly notLooked: readonly NotLooked[];
}
