/** Through the moments that the daemon kept. What is on its way is waited for; a key held down adds to it. */
import type {MomentArrival} from '../events.ts';
import {applyPatch} from '../../history/patch.ts';
import type {KeptMoment, Snapshot} from '../../control/schema.ts';
import type {Step} from '../store.ts';
import {groupsOf} from '../groups.ts';
import {until} from '../ring.ts';
import type {ViewState} from '../view.ts';
import {effect, say, still} from './step.ts';

const furthest = 10_000;

export function travel(state: ViewState, by: -1 | 1, changes: boolean): Step {
	if (state.replay !== null) return effect(state, {type: 'replay-step', by, changes});
	if (state.link.kind !== 'open') return still(say(state, 'moments: no daemon to ask', 'warn'));
	if (state.stepping !== null) return still({...state, stepping: {by: Math.max(-furthest, Math.min(furthest, state.stepping.by + by)), changes}});
	const from = state.frozen?.then?.moment.id ?? null;
	if (by > 0 && from === null) return still(state.frozen === null ? say(state, 'this is now', 'info') : {...state, frozen: null});
	return ask(state, by, changes);
}

function ask(state: ViewState, by: number, changes: boolean): Step {
	const from = state.frozen?.then?.moment.id ?? null;
	return effect({...state, stepping: {by: 0, changes}}, {type: 'moment', query: {from, by, changes, base: null}});
}

export function arrived(before: ViewState, {kept, by, problem}: MomentArrival): Step {
	const {stepping} = before;
	const state: ViewState = {...before, stepping: null};
	// Esc has gone back to now meanwhile.
	if (stepping === null) return still(state);
	if (problem !== null) return still(say(state, `moments: ${problem}`, 'bad'));
	if (kept === null) return still(by > 0 ? {...state, frozen: null} : say(state, 'no earlier moment is kept', 'info'));
	if (kept.moment.id === state.frozen?.then?.moment.id) return still(say(state, 'the oldest moment that is kept', 'info'));
	const snapshot = snapshotOf(kept);
	if (snapshot === null) return still(say(state, 'moments: the daemon sent one that cannot be read', 'bad'));
	const upTo = ({atMs}: {readonly atMs: number}): boolean => atMs <= snapshot.atMs;
	const {drops: now, journal} = state.live;
	const drops = until(now, ({record}) => upTo(record));
	const there: ViewState = {
		...state,
		frozen: {snapshot, drops, groups: groupsOf(drops), journal: until(journal, upTo), atMs: snapshot.atMs, then: {moment: kept.moment, index: kept.index, of: kept.of}},
	};
	return stepping.by === 0 ? still(there) : ask(there, stepping.by, stepping.changes);
}

/** The daemon is trusted with what a snapshot holds, as when it sends one unasked. */
function snapshotOf({base, patch}: KeptMoment): Snapshot | null {
	const value = base === null ? applyPatch(undefined, patch) : undefined;
	return typeof value === 'object' && value !== null && 'state' in value && 'proof' in value && 'rules' in value ? (value as Snapshot) : null;
}
