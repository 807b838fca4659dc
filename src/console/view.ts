/** What the console knows and shows: one immutable value. Everything on the screen is a function of it. */
import type {Command, DropView, Explanation, JournalEntry, MomentView, Preview, Snapshot} from '../control/schema.ts';
import type {Report} from '../audit/finding.ts';
import type {Problem} from '../problem.ts';
import type {AllowForm} from './allow/form.ts';
import {noGroups, type DropGroups} from './groups.ts';
import {createMemo, type Memo} from './memo.ts';
import {emptyRing, type Ring} from './ring.ts';
import {keymap, type Binding} from './keymap.ts';
import type {Fact} from './select/fields.ts';
import type {NamedDrop} from './select/named-drop.ts';
import type {Surroundings} from './surroundings.ts';
import type {ThemeName} from './theme.ts';

export const panelIds = ['tunnel', 'ruleset', 'servers', 'drops', 'journal'] as const;
export type PanelId = (typeof panelIds)[number];

export type Link =
	| {readonly kind: 'connecting'}
	| {readonly kind: 'open'; readonly version: string; readonly readOnly: boolean}
	| {readonly kind: 'down'; readonly problem: Pick<Problem, 'code' | 'what' | 'next'>};

/** A daemon that may be looked at. */
export interface TargetView {
	readonly name: string;
	readonly way: string;
	/** Not by a socket of this machine, so that nothing here says anything about it. */
	readonly far: boolean;
}

/** A drop record with a number of its own, so that a selection stays on it while newer ones arrive. */
export interface NumberedDrop {
	readonly key: string;
	readonly record: DropView;
}

/** What panels draw from. Live, or one kept moment: frozen now, stepped back to or replayed later. */
export interface Moment {
	readonly snapshot: Snapshot | null;
	readonly drops: Ring<NumberedDrop>;
	/** The same in groups, and also what has left the ring. */
	readonly groups: DropGroups;
	readonly journal: Ring<JournalEntry>;
}

/** What panels hold still at: what was live then, or a moment that the daemon kept. */
export interface Frozen extends Moment {
	readonly atMs: number;
	readonly then: {readonly moment: MomentView; readonly index: number; readonly of: number} | null;
}

export interface Replay {
	readonly name: string;
	readonly of: number;
	readonly index: number;
	readonly playing: boolean;
	/** Why this moment was kept. */
	readonly why: string;
	/** All that was recorded; the panels see what came up to the moment. */
	readonly drops: Ring<NumberedDrop>;
	readonly journal: Ring<JournalEntry>;
}

export interface PanelView {
	/** The selected row's key; null follows the first row. */
	readonly selected: string | null;
	readonly filter: string;
	/** Which of the panel's orders is in use; 0 is its natural one. */
	readonly sort: number;
	readonly reverse: boolean;
}

export type Dialog =
	| {readonly kind: 'help'; readonly top: number}
	| {readonly kind: 'runbook'; readonly top: number}
	| {readonly kind: 'audit'; readonly top: number}
	/** The selected item. */
	| {readonly kind: 'checklist'; readonly selected: string; readonly openedAtMs: number}
	| {readonly kind: 'confirm'; readonly command: Command; readonly title: string; readonly facts?: readonly Fact[]; readonly body: readonly string[]; readonly openedAtMs: number}
	| {readonly kind: 'typed'; readonly command: Extract<Command, {readonly word: string}>; readonly text: string; readonly openedAtMs: number}
	| {readonly kind: 'palette'; readonly text: string; readonly selected: string | null; readonly openedAtMs: number}
	| {readonly kind: 'details'; readonly panel: PanelId; readonly key: string; readonly explanation: Explanation | null; readonly top: number}
	| AllowDialog
	| ExceptionsDialog
	/** What would list a name that was refused. */
	| {readonly kind: 'entry'; readonly record: NamedDrop; readonly line: string}
	/** The selected one's name. */
	| {readonly kind: 'targets'; readonly selected: string};

export interface AllowDialog {
	readonly kind: 'allow';
	readonly form: AllowForm;
	/** Why it was not filled from the packet that is selected. */
	readonly note: string | null;
	/** The target that the daemon was asked about last; null while there is none. */
	readonly asked: string | null;
	/** Its answer to that; null while it is on its way. */
	readonly preview: Preview | 'unanswered' | null;
	/** What was answered to the order itself. */
	readonly refusal: string | null;
	/** Of the order that is on its way. */
	readonly ticket: number | null;
	readonly openedAtMs: number;
	readonly touchedAtMs: number;
}

export interface ExceptionsDialog {
	readonly kind: 'exceptions';
	/** The number of the selected one; null follows the first. */
	readonly selected: number | null;
	/** The number of the one that `y` closes. */
	readonly asking: number | null;
}

/** `next` is what to run instead. */
export type AuditSeen = {readonly kind: 'seen'; readonly report: Report} | {readonly kind: 'unseen'; readonly why: string; readonly next: string};
export type AuditView = AuditSeen & {readonly atMs: number};

/** What helps while a filter is typed. */
export interface FilterLine {
	readonly hint: string | null;
	/** What Tab would put behind `stem`, one after the other. */
	readonly words: readonly string[];
	readonly stem: string;
	/** Which of them stands in the field; null when it was typed. */
	readonly chosen: number | null;
	/** Which kept filter was called back, and what was typed before; null when none was. */
	readonly recalled: {readonly index: number; readonly typed: string} | null;
}

export const quietLine: FilterLine = {hint: null, words: [], stem: '', chosen: null, recalled: null};

export interface Pending {
	readonly ticket: number;
	readonly command: Command;
	readonly startedAtMs: number;
	/** The outcome is here, the snapshot that shows it is not: the same order again would be a repeat. */
	readonly settled: boolean;
}

export interface Notice {
	readonly text: string;
	readonly level: 'info' | 'good' | 'warn' | 'bad';
	readonly atMs: number;
}

export interface ViewState {
	readonly link: Link;
	readonly live: Moment;
	readonly frozen: Frozen | null;
	/** A recorded session takes the daemon's place; null when there is a daemon to ask. */
	readonly replay: Replay | null;
	/** A moment is on its way; steps asked for meanwhile are taken after it. */
	readonly stepping: {readonly by: number; readonly changes: boolean} | null;
	/** Ticks since the last snapshot: a count, so that no clock step can make an old reading look new. */
	readonly quietTicks: number;
	readonly nowMs: number;
	/** Minutes east of UTC, for clock times. */
	readonly offsetMinutes: number;
	readonly columns: number;
	readonly rows: number;
	readonly focus: PanelId;
	readonly zoom: boolean;
	readonly panels: Readonly<Record<PanelId, PanelView>>;
	/** Chains of the ruleset that are one row each. */
	readonly folded: readonly string[];
	readonly filterOpen: boolean;
	readonly filterLine: FilterLine;
	/** Filters that were kept, newest first. */
	readonly filterHistory: Readonly<Record<PanelId, readonly string[]>>;
	readonly dropsGrouped: boolean;
	readonly dialog: Dialog | null;
	readonly pending: readonly Pending[];
	readonly notice: Notice | null;
	/** What this console wrote last; null before. */
	readonly evidence: {readonly text: string; readonly atMs: number} | null;
	/** Drop records received since the start; numbers them. */
	readonly dropsSeen: number;
	/** Asked for with --read-only. */
	readonly readOnly: boolean;
	readonly socketPath: string;
	/** In whose name something is opened. */
	readonly operator: string;
	/** The key table in use: the built-in one, or with the operator's own keys. */
	readonly keys: readonly Binding[];
	/** A lockdown asks for `y` first. */
	readonly confirmLockdown: boolean;
	readonly looks: Looks;
	/** Looked at while no daemon answers. */
	readonly surroundings: Surroundings | null;
	/** What was found around the tunnel; null before, and while it is looked at. */
	readonly audit: AuditView | null;
	/** All that may be chosen; empty where nobody named one. */
	readonly targets: readonly TargetView[];
	/** The one that everything else here is about; null where nobody named it. */
	readonly target: TargetView | null;
	readonly nextTicket: number;
	/** What selectors remember; the one part that is no value. */
	readonly memo: Memo;
}

/** Drops of a busy hour, and a journal of more than two hours with an entry a second. */
export const ringSize = {drops: 10_000, journal: 10_000} as const;

/** How everything is drawn. */
export interface Looks {
	readonly theme: ThemeName;
	readonly asciiOnly: boolean;
	readonly color: boolean;
	/** For a screen reader: see `select/linear.ts`. */
	readonly linear: boolean;
}

export interface Start {
	readonly nowMs: number;
	readonly offsetMinutes: number;
	readonly columns: number;
	readonly rows: number;
	readonly readOnly: boolean;
	readonly socketPath: string;
	readonly operator: string;
	readonly keys?: readonly Binding[];
	readonly confirmLockdown?: boolean;
	readonly looks?: Looks;
	readonly targets?: readonly TargetView[];
	readonly target?: TargetView | null;
}

export const nothingYet = (): Moment => ({snapshot: null, drops: emptyRing(ringSize.drops), groups: noGroups, journal: emptyRing(ringSize.journal)});

const untouched: PanelView = {selected: null, filter: '', sort: 0, reverse: false};

export function initialView(start: Start): ViewState {
	return {
		keys: keymap,
		confirmLockdown: false,
		looks: {theme: 'auto', asciiOnly: false, color: true, linear: false},
		targets: [],
		target: null,
		...start,
		link: {kind: 'connecting'},
		live: nothingYet(),
		frozen: null,
		replay: null,
		stepping: null,
		quietTicks: 0,
		focus: 'tunnel',
		zoom: false,
		panels: {tunnel: untouched, ruleset: untouched, servers: untouched, drops: untouched, journal: untouched},
		folded: [],
		filterOpen: false,
		filterLine: quietLine,
		filterHistory: {tunnel: [], ruleset: [], servers: [], drops: [], journal: []},
		// At three in the morning "what is refused, and how often" is the question; ten thousand lines are no answer to it.
		dropsGrouped: true,
		dialog: null,
		pending: [],
		surroundings: null,
		audit: null,
		notice: null,
		evidence: null,
		dropsSeen: 0,
		nextTicket: 1,
		memo: createMemo(),
	};
}
