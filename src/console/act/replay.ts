/** A recorded session in the daemon's place: its clock is the recording's, and no order leaves. */
import type {ReplayEvent} from '../connection.ts';
import {groupsOf} from '../groups.ts';
import {append, emptyRing, until, type Ring} from '../ring.ts';
import type {ViewState} from '../view.ts';
import {say} from './step.ts';

export function replaying(state: ViewState, event: ReplayEvent): ViewState {
	if (event.type === 'replayed') return shown(state, event);
	const opened: ViewState = {
		...state,
		link: {kind: 'open', version: event.by, readOnly: true},
		replay: {
			name: event.name, of: event.of, index: 0, playing: false, why: '',
			drops: ringOf(event.drops.map((record, index) => ({key: String(index), record}))),
			journal: ringOf(event.journal),
		},
	};
	if (event.doubt !== undefined) return say(opened, `${event.name}: ${event.doubt}`, 'warn');
	return event.cut === null ? opened : say(opened, `${event.name}: shown up to where it was cut (${event.cut})`, 'warn');
}

function shown(state: ViewState, {frame: {moment, snapshot}, index, playing}: Extract<ReplayEvent, {type: 'replayed'}>): ViewState {
	if (state.replay === null) return state;
	const upTo = ({atMs}: {readonly atMs: number}): boolean => atMs <= snapshot.atMs;
	const {drops: all, journal} = state.replay;
	const drops = until(all, ({record}) => upTo(record));
	return {
		...state,
		nowMs: snapshot.atMs,
		quietTicks: 0,
		live: {snapshot, drops, groups: groupsOf(drops), journal: until(journal, upTo)},
		replay: {...state.replay, index, playing, why: moment.why},
	};
}

const ringOf = <T>(items: readonly T[]): Ring<T> => append(emptyRing<T>(Math.max(1, items.length)), items);
