/** What is told for a second, where nothing new was said meanwhile: who asks often costs the daemon no more than who asks once. Pure. */
import type {Snapshot} from '../control/schema.ts';
import type {Moment} from './answer.ts';
import {exposition} from './exposition.ts';
import {familiesOf, type Counted} from './families.ts';

const lastsMs = 1000;

export interface RecentMoments {
	moment(): Moment;
	/** Something new was said. */
	forget(): void;
}

export interface RecentInput {
	readonly snapshot: () => Snapshot;
	readonly counted: () => Counted;
	readonly now: () => number;
}

export function recentMoments({snapshot, counted, now}: RecentInput): RecentMoments {
	let kept: Moment | null = null;
	const take = (nowMs: number): Moment => {
		const [taken, told] = [snapshot(), counted()];
		let text: Promise<string> | null = null;
		return {snapshot: taken, nowMs, text: () => (text ??= exposition(familiesOf(taken, nowMs, told)))};
	};
	return {
		moment() {
			const nowMs = now();
			const ageMs = kept === null ? lastsMs : nowMs - kept.nowMs;
			// A clock that was set back makes nothing younger.
			if (kept === null || ageMs < 0 || ageMs >= lastsMs) kept = take(nowMs);
			return {...kept, nowMs};
		},
		forget() {
			kept = null;
		},
	};
}
