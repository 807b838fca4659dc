/** What happens to the view, and what the view asks of the world. */
import type {Command, DropView, ExplainQuery, Explanation, JournalEntry, KeptMoment, MomentQuery, Outcome, Preview, PreviewWish, Snapshot} from '../control/schema.ts';
import type {Action} from './actions.ts';
import type {ReplayEvent} from './connection.ts';
import type {Surroundings} from './surroundings.ts';
import type {AuditSeen, Link, Moment, TargetView} from './view.ts';

export type ViewEvent =
	| {readonly type: 'link'; readonly link: Link}
	| {readonly type: 'snapshot'; readonly snapshot: Snapshot; readonly atMs: number}
	| {readonly type: 'drops'; readonly records: readonly DropView[]}
	| {readonly type: 'journal'; readonly entries: readonly JournalEntry[]}
	| {readonly type: 'outcome'; readonly ticket: number; readonly outcome: Outcome; readonly atMs: number}
	| {readonly type: 'explanation'; readonly key: string; readonly explanation: Explanation}
	/** Null when the daemon did not say. */
	| {readonly type: 'preview'; readonly key: string; readonly preview: Preview | null}
	| MomentArrival
	| ReplayEvent
	| {readonly type: 'target'; readonly name: string}
	/** What became of something the console did by itself. */
	| {readonly type: 'told'; readonly text: string; readonly ok: boolean; readonly atMs: number; readonly evidence?: true}
	| {readonly type: 'surroundings'; readonly surroundings: Surroundings}
	| {readonly type: 'audited'; readonly target: TargetView | null; readonly seen: AuditSeen; readonly atMs: number}
	| {readonly type: 'tick'; readonly atMs: number}
	| {readonly type: 'resize'; readonly columns: number; readonly rows: number}
	| {readonly type: 'action'; readonly action: Action; readonly atMs: number};

export interface MomentArrival {
	readonly type: 'moment';
	/** Null where there is none that way. */
	readonly kept: KeptMoment | null;
	/** Which way was asked for. */
	readonly by: number;
	/** Why there is no answer. */
	readonly problem: string | null;
}

/** What the world must do after an event; the reducer decides, others act. */
export type Effect =
	| {readonly type: 'submit'; readonly ticket: number; readonly command: Command}
	| {readonly type: 'explain'; readonly key: string; readonly query: ExplainQuery}
	| {readonly type: 'preview'; readonly key: string; readonly wish: PreviewWish}
	| {readonly type: 'moment'; readonly query: MomentQuery}
	| {readonly type: 'replay-step'; readonly by: -1 | 1; readonly changes: boolean}
	| {readonly type: 'replay-play'}
	| {readonly type: 'choose'; readonly name: string}
	| {readonly type: 'copy'; readonly name: string; readonly text: string}
	| {readonly type: 'write'; readonly moment: Moment}
	| {readonly type: 'evidence'; readonly now: Moment}
	| {readonly type: 'audit'; readonly target: TargetView | null}
	| {readonly type: 'quit'}
	| {readonly type: 'repaint'}
	| {readonly type: 'suspend'};
