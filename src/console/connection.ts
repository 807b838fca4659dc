/** The console's end of the control socket: connects, follows all topics, and connects again when that ends. */
import {lockdownPatience, speakOver, type ControlClient, type Hello, type Update} from '../control/client.ts';
import type {Command, DropView, ExplainQuery, Explanation, Facts, JournalEntry, KeptMoment, MomentQuery, MomentView, Outcome, Preview, PreviewWish, Snapshot} from '../control/schema.ts';
import type {Wire} from '../control/wire.ts';
import type {Problem} from '../problem.ts';
import type {Result} from '../result.ts';
import type {Reach} from './remote/reach.ts';

export type FeedEvent =
	| {readonly type: 'open'; readonly hello: Hello}
	| {readonly type: 'down'; readonly problem: Problem}
	| ReplayEvent
	/** Another target is looked at from now on. */
	| {readonly type: 'target'; readonly name: string}
	| Update;

/** What a recorded session brings instead: what it holds, once, and then where it stands. */
export type ReplayEvent =
	| {readonly type: 'replay'; readonly name: string; readonly by: string; readonly of: number; readonly drops: readonly DropView[]; readonly journal: readonly JournalEntry[]; readonly cut: string | null; readonly doubt?: string}
	| {readonly type: 'replayed'; readonly frame: {readonly moment: MomentView; readonly snapshot: Snapshot}; readonly index: number; readonly playing: boolean};

/** Where the console's data comes from. A recorded session is another one. */
export interface Feed {
	/** One listener; what arrived before it was there is delivered first. */
	readonly listen: (listener: (event: FeedEvent) => void) => void;
	readonly submit: (command: Command) => Promise<Result<Outcome, Problem> | null>;
	readonly explain: (query: ExplainQuery) => Promise<Result<Explanation, Problem> | null>;
	readonly preview: (wish: PreviewWish) => Promise<Result<Preview, Problem> | null>;
	readonly moment: (query: MomentQuery) => Promise<Result<KeptMoment | null, Problem> | null>;
	/** What the kernel says of this moment; null where there is nobody to ask. */
	readonly facts: () => Promise<Result<Facts, Problem> | null>;
	/** Of a recorded session only. */
	readonly replay?: {readonly step: (by: -1 | 1, changes: boolean) => void; readonly play: () => void};
	/** Of several targets only. */
	readonly choose?: (name: string) => void;
	readonly close: () => void;
}

export function connectFeed({dial, helloWithinMs, waitMs}: Reach): Feed {
	let client: ControlClient | null = null;
	let wire: Wire | null = null;
	let closing = false;
	let timer: NodeJS.Timeout | undefined;
	let failed = 0;
	// The first snapshot may be here before the screen's code is loaded.
	const early: FeedEvent[] = [];
	let listener: ((event: FeedEvent) => void) | null = null;
	const emit = (event: FeedEvent): void => {
		if (closing) return;
		if (listener === null) early.push(event);
		else listener(event);
	};

	const retry = (problem: Problem): void => {
		client = null;
		if (closing) return;
		emit({type: 'down', problem});
		failed += 1;
		timer = setTimeout(attempt, waitMs(failed, problem));
	};

	const open = async (): Promise<void> => {
		wire = dial();
		const connected = await speakOver(wire, {deadlineMs: helloWithinMs});
		if (!connected.ok) return retry(connected.error);
		client = connected.value;
		emit({type: 'open', hello: client.hello});
		const subscribed = await client.subscribe(['snapshot', 'drops', 'journal'], emit);
		if (subscribed.ok) failed = 0;
		else client.close();
		retry(await client.closed);
	};

	function attempt(): void {
		void open();
	}

	attempt();
	return {
		listen(next) {
			listener = next;
			for (const event of early.splice(0)) next(event);
		},
		submit: command => (client === null ? Promise.resolve(null) : client.command(command, command.do === 'lockdown' ? lockdownPatience : {})),
		explain: query => (client === null ? Promise.resolve(null) : client.explain(query)),
		moment: query => (client === null ? Promise.resolve(null) : client.moment(query)),
		facts: () => (client === null ? Promise.resolve(null) : client.facts()),
		preview: wish => (client === null ? Promise.resolve(null) : client.preview(wish)),
		close() {
			closing = true;
			clearTimeout(timer);
			wire?.close();
		},
	};
}
