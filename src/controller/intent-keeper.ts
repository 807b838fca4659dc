/** Has the intent kept, beside the queue: what was enforced never waits for a disk, and whoever asked is told what a restart forgets. */
import type {Problem} from '../problem.ts';
import type {Clock} from './clock.ts';
import type {CopyEnds, IntentFile, Saved, Trouble} from './intent.ts';
import type {Wanted} from './intent-text.ts';
import type {Target} from './state.ts';

/** What is to be said of an order that may be forgotten. */
export interface Remark {
	/** What follows after `Locked down, but `. */
	readonly headline: string;
	readonly problem: Problem;
}

export interface IntentKeeper {
	remember(target: Target): void;
	/** Of the last one: null when it is kept. It is not waited for longer than a moment. */
	remark(): Promise<Remark | null>;
	/** At the start: what the state folder would do to an order is known before there is one. */
	inspect(): Promise<void>;
}

/** A healthy disk takes milliseconds. */
const savedWithinMs = 500;
const copiedWithinMs = 250;

export function intentKeeper({file, clock, note}: {
	readonly file: IntentFile;
	readonly clock: Pick<Clock, 'after'>;
	readonly note: (problem: Problem | null) => void;
}): IntentKeeper {
	let latest: Wanted | null = null;
	let remark: Promise<Remark | null> = Promise.resolve(null);

	const within = async <T>(ms: number, work: Promise<T>): Promise<T | null> => {
		let cancel = (): void => undefined;
		const first = await Promise.race([work, new Promise<null>(resolve => void (cancel = clock.after(ms, () => resolve(null))))]);
		cancel();
		return first;
	};

	const keep = async (target: Wanted): Promise<Remark | null> => {
		const tell = (saved: Saved | null, ends: CopyEnds): Remark | null => {
			const found = saved?.kind === 'saved' ? null : remarkOn(file.path, saved, ends);
			if (latest === target) note(found?.problem ?? null);
			// Emptied, it is a lockdown after a restart, too.
			return saved?.kind === 'emptied' ? null : found;
		};
		const saving = file.remember(target);
		const saved = await within(savedWithinMs, saving);
		if (saved !== null && saved.kind !== 'refused') return tell(saved, null);
		const ends = await within(copiedWithinMs, file.standIn(target));
		if (saved === null) void saving.then(late => tell(late, ends));
		return tell(saved, ends);
	};

	return {
		remember(target) {
			if (target.kind === 'none') return;
			latest = target;
			remark = keep(target);
		},
		remark: () => remark,
		async inspect() {
			const trouble = await file.inspect();
			if (trouble !== null && latest === null) note(unwritable(file.path, trouble));
		},
	};
}

function remarkOn(path: string, saved: Exclude<Saved, {kind: 'saved'}> | null, ends: CopyEnds): Remark {
	const copy = ends === null ? '' : ` A copy in the run folder keeps it until the container ${ends === 'anew' ? 'is made anew' : 'or the machine is restarted'}.`;
	if (saved === null) {
		return {
			headline: 'it is not known yet whether a restart remembers it',
			problem: problemOf('warning', `The intent was not saved to ${path} within ${savedWithinMs} ms: its volume does not answer.${copy}`, '`vks status` says when it was saved, or why it was not.'),
		};
	}
	const {why, next} = saved.trouble;
	if (saved.kind === 'emptied') return {headline: 'a restart forgets its reason', problem: problemOf('warning', `The intent could not be saved to ${path}: ${why}; the file was emptied, so a restart is a lockdown all the same, without its reason.`, next)};
	const forgets = ends === null ? 'a restart forgets it' : ends === 'anew' ? 'a container made anew forgets it' : 'a restart of the container forgets it';
	return {headline: forgets, problem: problemOf('error', `The intent could not be saved to ${path}: ${why}; ${forgets}.${copy}`, next)};
}

const unwritable = (path: string, {why, next}: Trouble): Problem => problemOf('error', `The state folder cannot be written to, so neither a lockdown nor the server is remembered in ${path}: ${why}.`, next);

const problemOf = (severity: Problem['severity'], what: string, next: string): Problem => ({code: 'state-folder', severity, what, stillBlocking: true, next});
