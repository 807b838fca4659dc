/** What a check says: what is wrong, by what it is known, and what exactly mends it. */
import type {Facts} from './facts.ts';

export interface Finding {
	readonly id: string;
	/** `high`: vks cannot do its work, or something is open. `medium`: part of it is missing. `low`: good to know. */
	readonly severity: 'high' | 'medium' | 'low';
	readonly what: string;
	/** What was read, and where. */
	readonly proof: string;
	/** A command, or a line for the compose file. */
	readonly fix: string;
}

/** Found something or nothing; or could not look, and why. */
export type Verdict = {readonly kind: 'looked'; readonly findings: readonly Finding[]} | {readonly kind: 'not-looked'; readonly why: string};

export interface Check {
	readonly id: string;
	readonly title: string;
	/** Pure. */
	readonly look: (facts: Facts) => Verdict;
}

export const looked = (...findings: readonly (Finding | null)[]): Verdict => ({kind: 'looked', findings: findings.filter(finding => finding !== null)});
export const notLooked = (why: string): Verdict => ({kind: 'not-looked', why});
