/** Which snapshots are worth keeping, and why, in words. Pure. */
import type {JournalEntry, MomentKind, Snapshot} from '../control/schema.ts';

export interface Reason {
	readonly kind: MomentKind;
	readonly why: string;
}

export const intervalMs = 10_000;
const longestWhy = 160;

/** What the journal tells of, most telling first. The others say what the snapshot itself shows, or nothing about it. */
const telling = ['tamper', 'drill', 'command', 'state', 'policy'] as const satisfies ReadonlyArray<JournalEntry['kind'] & MomentKind>;

export function reasonFor(before: Snapshot | null, now: Snapshot, news: readonly JournalEntry[]): Reason | null {
	if (before === null) return {kind: 'start', why: `vks ${now.daemon.version} started`};
	const told = telling.flatMap(kind => news.filter(entry => entry.kind === kind).slice(-1)).map(({kind, text}): Reason => ({kind: kind as Reason['kind'], why: text.slice(0, longestWhy)}))[0];
	if (told !== undefined) return told;
	if (before.state.kind !== now.state.kind || before.state.server !== now.state.server) return {kind: 'state', why: now.state.detail.slice(0, longestWhy)};
	if (before.proof.kind !== now.proof.kind) return {kind: 'proof', why: `Proof: ${now.proof.kind}.`};
	if (before.proof.rulesetHash !== now.proof.rulesetHash) return {kind: 'policy', why: `The ruleset is ${now.proof.rulesetHash ?? 'not known'}.`};
	return null;
}
