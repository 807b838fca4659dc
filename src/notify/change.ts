/** What of a snapshot somebody elsewhere should hear of: that traffic passes or not, and what can be claimed of it. Pure. */
import type {JournalEntry, ProofView, Snapshot} from '../control/schema.ts';
import {fightOpening} from '../fight-words.ts';

export type ChangeKind = 'connected' | 'blocked' | 'lockdown' | 'proof-lost' | 'proof-regained' | 'failed-to-block' | 'fight' | 'leak';

export interface Change {
	readonly kind: ChangeKind;
	readonly atMs: number;
	/** One sentence for a person. */
	readonly text: string;
}

/** What was told last; null before anything was seen. */
export interface Picture {
	readonly state: 'connected' | 'blocked' | 'lockdown' | null;
	readonly proof: ProofView['kind'] | null;
	readonly leakAtMs: number | null;
}

export const nothingSeen: Picture = {state: null, proof: null, leakAtMs: null};

export interface Seen {
	readonly picture: Picture;
	readonly changes: readonly Change[];
}

export function look(before: Picture, snapshot: Snapshot): Seen {
	const picture: Picture = {state: stateIn(snapshot) ?? before.state, proof: proofIn(snapshot) ?? before.proof, leakAtMs: leakIn(snapshot) ?? before.leakAtMs};
	const {atMs, state, proof, lastDrill} = snapshot;
	const changes: Change[] = [];
	if (picture.state !== null && picture.state !== before.state) changes.push({kind: picture.state, atMs, text: stateText(picture.state, state)});
	if (picture.proof !== null && picture.proof !== before.proof) {
		const kind = picture.proof === 'proven' ? 'proof-regained' : picture.proof === 'failed-to-block' ? 'failed-to-block' : 'proof-lost';
		if (kind !== 'proof-regained' || before.proof !== null) changes.push({kind, atMs, text: proofText(proof)});
	}
	if (picture.leakAtMs !== before.leakAtMs) changes.push({kind: 'leak', atMs, text: `A leak test saw its own packets outside the tunnel: ${lastDrill?.detail ?? ''}`});
	return {picture, changes};
}

/** Of the journal only what no snapshot says: that repairs pause because somebody undoes them. */
export const fightIn = ({kind, text, atMs}: JournalEntry): readonly Change[] => (kind === 'tamper' && text.startsWith(fightOpening) ? [{kind: 'fight', atMs, text}] : []);

/** Null while it is on its way from one to another, and while the daemon starts or stops: neither is news. */
function stateIn({state: {kind, cause}}: Snapshot): Picture['state'] {
	switch (kind) {
		case 'connected':
		case 'degraded':
			return 'connected';
		case 'lockdown':
			return 'lockdown';
		case 'blocked':
			return cause === 'starting' || cause === 'stopped' ? null : 'blocked';
		case 'bootstrapping':
		case 'connecting':
		case 'verifying':
		case 'switching':
			return null;
	}
}

/** Null before the first look at the kernel. */
const proofIn = ({proof}: Snapshot): Picture['proof'] => (proof.checkedAtMs === null ? null : proof.kind);

const leakIn = ({lastDrill}: Snapshot): number | null => (lastDrill?.kind === 'failed' ? lastDrill.atMs : null);

function stateText(word: NonNullable<Picture['state']>, {cause, server, detail}: Snapshot['state']): string {
	switch (word) {
		case 'connected':
			return `Connected${server === null ? '' : ` to ${server}`}: applications pass.`;
		case 'blocked':
			return `Blocked${cause === null ? '' : ` (${cause})`}: nothing passes. ${detail}`.trim();
		case 'lockdown':
			return `Lockdown: nothing passes until it is lifted. ${detail}`.trim();
	}
}

function proofText({kind, detail}: ProofView): string {
	const why = detail.length === 0 ? '' : `: ${detail.slice(0, 3).join('; ')}`;
	switch (kind) {
		case 'proven':
			return 'The policy is proven again: what was read back is what was intended.';
		case 'drifted':
			return `The policy drifted${why}`;
		case 'failed-to-block':
			return `FAILED TO BLOCK${why}`;
		case 'unknown':
			return `Whether the policy stands is unknown${why}`;
	}
}
