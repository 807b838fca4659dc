/** One thing that can go wrong, as the runner sees it. */
import type {JournalEntry} from '../src/control/schema.ts';
import type {Dice} from './dice.ts';
import type {Stage} from './stage.ts';

/** What a fault is done to; two faults of one step never share it, so that the undoing of one is not lost in the other. */
export type Touches = 'firewall' | 'tunnel' | 'uplink' | 'network' | 'routing' | 'sysctl' | 'daemon' | 'engine' | 'socket' | 'files' | 'weather' | 'openings' | 'drill';

export type Unstopped =
	/** Raw frames: the backstop has a gap. */
	| 'raw'
	/** Also IPv4 sockets bound to a link, which no route refuses: the firewall has one too, and only the routing is left. */
	| 'bound';

export type Effect =
	/** Something is otherwise now. */
	| 'changed'
	/** Somebody, the kernel as a rule, said no: invisible to the daemon. */
	| 'refused'
	/** Nothing was there to be changed. */
	| 'nothing';

export interface Applied {
	readonly effect: Effect;
	/** Held for a while, then undone: for what no daemon can put right, such as a cable that is out. */
	readonly undo?: () => Promise<unknown>;
	/** What was chosen, for the report of a failure. */
	readonly detail?: string;
}

export interface Fault {
	readonly name: string;
	readonly weight: number;
	readonly touches: Touches;
	/** Whether it edits what the kernel holds, and so must be found in the journal when it was not refused. */
	readonly changesKernel: boolean;
	/** The kinds of which an entry must be in the journal afterwards; none expected when empty. */
	readonly expectJournal: readonly JournalEntry['kind'][];
	/** What nobody can stop meanwhile, as the known issues say: it pauses for the step. */
	readonly pauses?: Unstopped;
	/** The same where the tables are nobody's, so that the fault is not refused. */
	readonly pausesUnowned?: Unstopped;
	/** Set where the daemon is killed: its tables are nobody's from then on. */
	readonly endsOwner?: true;
	apply(stage: Stage, dice: Dice): Promise<Applied>;
}

/** From the exit code of the command that did it. */
export const byExit = ({exitCode}: {readonly exitCode: number}): Effect => (exitCode === 0 ? 'changed' : 'refused');
