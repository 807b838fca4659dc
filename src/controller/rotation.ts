/**
 * Leaves a server for the next one when it was used for long enough. It only asks for a switch, as an operator would, and never
 * while something else is under way: a lockdown, a drill, a command, or a tunnel that is not well.
 */
import type {Config} from '../config/config.ts';
import type {RotationView} from '../control/rotation-schema.ts';
import type {Command, Outcome} from '../control/schema.ts';
import type {Problem} from '../problem.ts';
import type {Clock} from './clock.ts';
import {formatDuration} from './exception-text.ts';
import type {Journal} from './journal.ts';
import type {TunnelState} from './state.ts';
import type {Turns} from './turns.ts';

export interface RotationDeps {
	readonly config: Pick<Config, 'rotateEveryMs' | 'rotateBy'>;
	readonly clock: Pick<Clock, 'now' | 'monotonic' | 'random'>;
	readonly journal: Journal;
	readonly state: () => TunnelState;
	readonly turns: Pick<Turns, 'next'>;
	/** What else is under way, in a few words; null while nothing is. */
	readonly busyWith: () => string | null;
	readonly submit: (command: Command) => Promise<Outcome>;
	readonly note: (problem: Problem | null) => void;
	/** Why the last attempt to connect to it failed; null where it did not. */
	readonly whyFailed: (id: string) => string | null;
}

export interface Rotation {
	/** Once a second. */
	tick(): void;
	view(): RotationView;
}

/** Doubles with every failure; never longer than the period itself. */
const retryAfterMs = 5 * 60 * 1000;
/** So that what two clocks say of one moment does not make it flicker. */
const steadyMs = 2000;

export function createRotation({config: {rotateEveryMs: everyMs, rotateBy: by}, clock, journal, state, turns, busyWith, submit, note, whyFailed}: RotationDeps): Rotation {
	/** By the monotonic clock: a clock that is set, or a machine that slept, makes nothing due. */
	let dueMs: number | null = null;
	let using: string | null = null;
	let failures = 0;
	let underWay = false;
	let shownAtMs: number | null = null;

	const connectedTo = (): string | null => {
		const now = state();
		return now.kind === 'connected' || now.kind === 'degraded' ? now.server : null;
	};

	const waitsFor = (): string | null => {
		const {kind} = state();
		if (kind === 'lockdown') return 'the end of the lockdown';
		if (kind !== 'connected') return 'a tunnel that is well';
		return busyWith() ?? (turns.next() === null ? 'another server that can be used' : null);
	};

	const rotate = async (period: number, from: string, to: string): Promise<void> => {
		journal.write('tunnel', 'info', `Rotation: from ${from} to ${to}, after ${formatDuration(period)} by ${by}.`);
		const outcome = await submit({do: 'switch', server: to});
		if (outcome.ok) return note(null);
		// Something came first; its time stays come.
		if (outcome.problem?.code === 'superseded') return;
		dueMs = clock.monotonic() + Math.min(period, retryAfterMs * 2 ** failures);
		failures += 1;
		note(failed(to, outcome.problem?.what ?? whyFailed(to) ?? outcome.message));
	};

	return {
		tick() {
			const server = connectedTo();
			if (everyMs === null) return;
			if (server !== null && server !== using) {
				using = server;
				failures = 0;
				// Many clients of one provider must not all move at once.
				dueMs = clock.monotonic() + everyMs * (0.9 + clock.random() / 5);
				note(null);
			}
			if (underWay || dueMs === null || using === null || clock.monotonic() < dueMs || waitsFor() !== null) return;
			const to = turns.next();
			if (to === null) return;
			underWay = true;
			void rotate(everyMs, using, to).finally(() => {
				underWay = false;
			});
		},
		view() {
			const leftMs = dueMs === null ? null : Math.max(0, dueMs - clock.monotonic());
			const atMs = leftMs === null ? null : Math.round(clock.now() + leftMs);
			if (atMs === null || shownAtMs === null || Math.abs(atMs - shownAtMs) > steadyMs) shownAtMs = atMs;
			return {everyMs, by, next: turns.next(), atMs: shownAtMs, waitsFor: leftMs === 0 && !underWay ? waitsFor() : null};
		},
	};
}

const failed = (to: string, why: string): Problem => ({
	code: 'rotation', severity: 'warning', stillBlocking: true,
	what: `The switch to ${to} that was due came to nothing: ${why}`,
	next: 'vks stays where it was and tries another server later; `vks servers` says what is known of each, `vks next` switches now.',
});
