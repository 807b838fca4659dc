/** What the control socket may ask of the controller. The server knows this interface only. */
import type {Command, DropView, ExplainQuery, Explanation, Facts, JournalEntry, KeptMoment, MomentQuery, MomentView, Outcome, Preview, PreviewWish, Snapshot} from '../control/schema.ts';

export type ControllerEvent =
	| {readonly type: 'snapshot'; readonly snapshot: Snapshot}
	| {readonly type: 'drops'; readonly records: readonly DropView[]; readonly lost: number}
	| {readonly type: 'journal'; readonly entries: readonly JournalEntry[]};

export interface ControllerPort {
	snapshot(): Snapshot;
	/** The most recent drop records, oldest first (bounded). */
	recentDrops(): readonly DropView[];
	/** The most recent journal entries, oldest first (bounded). */
	recentJournal(): readonly JournalEntry[];
	submit(command: Command): Promise<Outcome>;
	explain(query: ExplainQuery): Explanation;
	/** What an exception would open; nothing changes. */
	preview(wish: PreviewWish): Preview;
	/** What the kernel says of this moment. */
	facts(): Promise<Facts>;
	/** Returns the function that ends the subscription. */
	subscribe(listener: (event: ControllerEvent) => void): () => void;
}

/** What was: kept beside the controller, which needs none of it. */
export interface HistoryPort {
	/** Oldest first, without their snapshots. */
	moments(): readonly MomentView[];
	/** Null past the newest, which is now, and where nothing was kept. */
	moment(query: MomentQuery): KeptMoment | null;
}
