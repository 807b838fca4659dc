/** `b`: what surrounds the tunnel is looked at each time it is opened, and again while it is open. */
import {countsOf} from '../../audit/finding.ts';
import type {Action} from '../actions.ts';
import type {ViewEvent} from '../events.ts';
import {commandBlockedBy} from '../select/availability.ts';
import type {Step} from '../store.ts';
import type {Dialog, ViewState} from '../view.ts';
import {movedBy} from './move.ts';
import {lastTop} from './scroll.ts';
import {submit} from './orders.ts';
import {effect, say, still} from './step.ts';

type Audit = Extract<Dialog, {kind: 'audit'}>;

export function openAudit(state: ViewState): Step {
	if (state.replay !== null) return still(say(state, 'audit: a replay has no host to look at', 'warn'));
	return effect({...state, audit: null, filterOpen: false, dialog: {kind: 'audit', top: 0}}, {type: 'audit', target: state.target});
}

/** What was seen is the last result of that item on the checklist, where a daemon may be told. */
export function audited(before: ViewState, {target, seen, atMs}: Extract<ViewEvent, {type: 'audited'}>): Step {
	// Whoever looked elsewhere meanwhile must not read one machine's findings as another's.
	if (target?.name !== before.target?.name) return still(before);
	const state: ViewState = {...before, audit: {...seen, atMs}};
	if (seen.kind === 'unseen' || commandBlockedBy('checked', state) !== null) return still(state);
	const {findings} = seen.report;
	return submit(state, {do: 'checked', item: 'audit', result: findings.some(({severity}) => severity === 'high') ? 'failed' : 'passed', detail: countsOf(findings)});
}

export function answerAudit(state: ViewState, dialog: Audit, action: Action): Step {
	switch (action.id) {
		case 'back':
		case 'no':
		case 'accept':
			return still({...state, dialog: null});
		case 'audit':
			return state.audit === null ? still(state) : openAudit(state);
		case 'move':
			return still({...state, dialog: {...dialog, top: movedBy({current: dialog.top, last: lastTop(state, dialog), page: 10, by: action.by})}});
		default:
			return still(state);
	}
}
