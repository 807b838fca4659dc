/** The reducer: (view, event) → next view and the effects it asks for. Total and pure. */
import {act, cancelOld} from './act/act.ts';
import {audited} from './act/audit.ts';
import {withAnswer, withPreview} from './act/allow.ts';
import {replaying} from './act/replay.ts';
import {lookingAt} from './act/targets.ts';
import {still} from './act/step.ts';
import {arrived} from './act/travel.ts';
import {formatDuration} from './format.ts';
import {addToGroups} from './groups.ts';
import {append, newestOf} from './ring.ts';
import type {Step} from './store.ts';
import type {ViewEvent} from './events.ts';
import {nothingYet, type Link, type NumberedDrop, type ViewState} from './view.ts';

export function update(state: ViewState, event: ViewEvent): Step {
	switch (event.type) {
		case 'action':
			return act({...state, nowMs: later(state, event.atMs)}, event.action);
		case 'snapshot':
			// Where readings come every second no tick does: what is over must end with them.
			return still(cancelOld({
				...state,
				live: {...state.live, snapshot: event.snapshot},
				nowMs: later(state, event.atMs),
				quietTicks: 0,
				pending: state.pending.some(pending => pending.settled) ? state.pending.filter(pending => !pending.settled) : state.pending,
			}));
		case 'drops':
			return still(withDrops(state, event.records));
		case 'journal':
			return still(withJournal(state, event.entries));
		case 'outcome':
			return still(withAnswer(withOutcome(state, event), event.ticket, event.outcome));
		case 'explanation':
			if (state.dialog?.kind !== 'details' || state.dialog.key !== event.key) return still(state);
			return still({...state, dialog: {...state.dialog, explanation: event.explanation}});
		case 'preview':
			return still(withPreview(state, event));
		case 'moment':
			return arrived(state, event);
		case 'replay':
		case 'replayed':
			return still(replaying(state, event));
		case 'told':
			return still({
				...state,
				notice: {text: event.text, level: event.ok ? 'good' : 'bad', atMs: event.atMs},
				evidence: event.evidence === true && event.ok ? {text: event.text, atMs: event.atMs} : state.evidence,
			});
		case 'target':
			return still(lookingAt(state, event.name));
		case 'link':
			return still(withLink(state, event.link));
		case 'surroundings':
			return still({...state, surroundings: event.surroundings});
		case 'audited':
			return audited(state, event);
		case 'tick':
			// A recording stands still between its moments.
			if (state.replay !== null) return still(state);
			return still(cancelOld({...state, nowMs: later(state, event.atMs), quietTicks: state.quietTicks + 1}));
		case 'resize':
			return still(event.columns === state.columns && event.rows === state.rows ? state : {...state, columns: event.columns, rows: event.rows});
	}
}

/** Ages never run backwards within a second; a clock set back by more is believed. */
function later(state: ViewState, atMs: number): number {
	if (state.replay !== null) return state.nowMs;
	return atMs < state.nowMs && state.nowMs - atMs < 1000 ? state.nowMs : atMs;
}

function withDrops(state: ViewState, records: Extract<ViewEvent, {type: 'drops'}>['records']): ViewState {
	if (records.length === 0) return state;
	const numbered: readonly NumberedDrop[] = records.map((record, index) => ({key: String(state.dropsSeen + index), record}));
	return {...state, live: {...state.live, drops: append(state.live.drops, numbered), groups: addToGroups(state.live.groups, records)}, dropsSeen: state.dropsSeen + records.length};
}

function withJournal(state: ViewState, entries: Extract<ViewEvent, {type: 'journal'}>['entries']): ViewState {
	// Subscribing again replays recent entries: those already here are not news.
	const newest = newestOf(state.live.journal)?.seq ?? -1;
	const fresh = entries.filter(entry => entry.seq > newest);
	if (fresh.length === 0) return state;
	return {...state, live: {...state.live, journal: append(state.live.journal, fresh)}};
}

function withOutcome(state: ViewState, event: Extract<ViewEvent, {type: 'outcome'}>): ViewState {
	const pending = state.pending.find(each => each.ticket === event.ticket);
	const {outcome} = event;
	// The duration before the sentence: a narrow window cuts the end.
	const what = `${pending === undefined ? '' : `${pending.command.do}, `}${formatDuration(outcome.durationMs)}: `;
	const text = outcome.problem === null ? outcome.message : `${outcome.message} ${outcome.problem.next}`;
	return {
		...state,
		pending: state.pending.flatMap(each => (each.ticket !== event.ticket ? [each] : outcome.ok ? [{...each, settled: true}] : [])),
		notice: {text: `${what}${text}`, level: !outcome.ok ? 'bad' : outcome.problem === null ? 'good' : 'warn', atMs: event.atMs},
	};
}

function withLink(state: ViewState, link: Link): ViewState {
	if (link.kind === 'open') {
		// Another daemon numbers its journal from the start, and sends its recent drops again.
		return {...state, link, quietTicks: 0, stepping: null, frozen: state.frozen?.then === null ? state.frozen : null, live: {...nothingYet(), snapshot: state.live.snapshot}};
	}
	const lost = state.pending.filter(pending => !pending.settled);
	return {
		...state,
		link,
		pending: [],
		stepping: null,
		notice: lost.length === 0 ? state.notice : {text: `${lost.map(pending => pending.command.do).join(', ')}: the connection was lost before the outcome came`, level: 'bad', atMs: state.nowMs},
	};
}
