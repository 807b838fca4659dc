/** Keeps moments of what the controller publishes, and hands them out. It follows the controller as any client does. */
import type {JournalEntry, KeptMoment, MomentQuery, MomentView, Snapshot} from '../control/schema.ts';
import {stepFrom, takenSince, withMoment, type Bounds, type Kept, type Moments} from '../history/moments.ts';
import {patchBetween} from '../history/patch.ts';
import {intervalMs, reasonFor} from '../history/worth-keeping.ts';
import type {Clock} from './clock.ts';
import type {ControllerPort, HistoryPort} from './port.ts';
import type {Kept as Forgetting} from './retention.ts';

/** What was the case right before a change is worth a moment where the last one is older than this. */
const beforehandMs = 2000;

export function keepHistory(controller: Pick<ControllerPort, 'subscribe'>, clock: Pick<Clock, 'monotonic'>, bounds?: Bounds): HistoryPort & Forgetting {
	let moments: Moments = [];
	let last: {readonly snapshot: Snapshot; readonly tickMs: number} | null = null;
	let news: JournalEntry[] = [];
	let nextId = 1;

	const keep = (fresh: Pick<Kept, 'snapshot' | 'tickMs'>, reason: Pick<MomentView, 'kind' | 'why'>): void => {
		moments = withMoment(moments, {id: nextId++, ...fresh, ...reason}, bounds);
	};

	const consider = (snapshot: Snapshot): void => {
		const tickMs = clock.monotonic();
		const newest = moments.at(-1)?.tickMs ?? Number.NEGATIVE_INFINITY;
		const reason = reasonFor(last?.snapshot ?? null, snapshot, news);
		news = [];
		if (reason === null) {
			if (tickMs - newest >= intervalMs) keep({snapshot, tickMs}, {kind: 'interval', why: ''});
		} else {
			if (last !== null && last.tickMs - newest > beforehandMs) keep(last, {kind: 'interval', why: ''});
			keep({snapshot, tickMs}, reason);
		}
		last = {snapshot, tickMs};
	};

	controller.subscribe(event => {
		if (event.type === 'journal') news.push(...event.entries.slice(-100));
		else if (event.type === 'snapshot') consider(event.snapshot);
		if (news.length > 200) news = news.slice(-100);
	});

	return {
		moments: () => moments.map(({moment}) => moment),
		moment: query => answer(moments, query),
		forget(beforeMs) {
			const before = moments.length;
			moments = takenSince(moments, beforeMs);
			return before - moments.length;
		},
	};
}

function answer(moments: Moments, query: MomentQuery): KeptMoment | null {
	const found = stepFrom(moments, query);
	if (found === null) return null;
	const {kept: {moment, snapshot}, index} = found;
	const base = query.base === null ? undefined : moments.find(each => each.moment.id === query.base);
	return {moment, index, of: moments.length, base: base?.moment.id ?? null, patch: base === undefined ? {s: snapshot} : patchBetween(base.snapshot, snapshot)};
}
