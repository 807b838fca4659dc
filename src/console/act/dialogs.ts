/** Keys while a dialog is open. A question is answered by its own key only: never by Enter, a repeat, or a paste. */
import type {Command} from '../../control/schema.ts';
import {movedBy} from './move.ts';
import type {Step} from '../store.ts';
import type {Action} from '../actions.ts';
import {ruleRows} from '../select/ruleset.ts';
import type {Dialog, PanelId, ViewState} from '../view.ts';
import {answerAllow} from './allow.ts';
import {answerAudit} from './audit.ts';
import {answerChecklist} from './checklist.ts';
import {deafForMs} from './deaf.ts';
import {answerEntry} from './entry.ts';
import {answerExceptions} from './exceptions.ts';
import {opening} from './openings.ts';
import {disabledReason, helpEntries} from '../keymap.ts';
import {lastTop} from './scroll.ts';
import {answerTargets} from './targets.ts';
import {focusOn, say, setPanel, still} from './step.ts';

const closed = (state: ViewState): Step => still({...state, dialog: null});

export function answerDialog(state: ViewState, action: Action, submit: (state: ViewState, command: Command) => Step): Step {
	const {dialog} = state;
	if (dialog === null || dialog.kind === 'palette' || dialog.kind === 'runbook') return still(state);
	if (dialog.kind === 'allow') return answerAllow(state, dialog, action);
	if (dialog.kind === 'entry') return answerEntry(state, dialog, action);
	if (dialog.kind === 'exceptions') return answerExceptions(state, dialog, action);
	if (dialog.kind === 'audit') return answerAudit(state, dialog, action);
	if (dialog.kind === 'checklist') return answerChecklist(state, dialog, action);
	if (dialog.kind === 'targets') return answerTargets(state, dialog.selected, action);
	if (dialog.kind === 'help' || dialog.kind === 'details') {
		if (action.id === 'allow' && dialog.kind === 'details' && dialog.panel === 'drops') {
			const reason = disabledReason(action, state);
			return reason === null ? opening(state, 'allow') : still(say(state, `allow: ${reason}`, 'warn'));
		}
		if (action.id === 'focus') return still(dialog.kind === 'details' ? hitsOfRule(state, dialog, action.panel) : state);
		if (action.id === 'back' || action.id === 'help' || action.id === 'no' || action.id === 'accept') return closed(state);
		if (action.id !== 'move') return still(state);
		const last = dialog.kind === 'help' ? helpEntries(state.keys).length : lastTop(state, dialog);
		return still({...state, dialog: {...dialog, top: movedBy({current: dialog.top, last, page: 10, by: action.by})}});
	}
	if (action.id === 'back' || action.id === 'no') return closed(state);
	if (state.nowMs - dialog.openedAtMs < deafForMs) return still(state);
	if (dialog.kind === 'confirm') {
		return action.id === 'yes' ? submit({...state, dialog: null}, dialog.command) : still(state);
	}
	switch (action.id) {
		case 'type':
			return still({...state, dialog: {...dialog, text: (dialog.text + action.text).slice(0, 20)}});
		case 'erase':
			return still({...state, dialog: {...dialog, text: dialog.text.slice(0, -1)}});
		case 'clear':
			return still({...state, dialog: {...dialog, text: ''}});
		case 'accept':
			return dialog.text === dialog.command.word ? submit({...state, dialog: null}, dialog.command) : still(state);
		default:
			return still(state);
	}
}

/** From a rule to what it refused: the panel of the drops, narrowed to it. */
function hitsOfRule(state: ViewState, {panel, key}: Extract<Dialog, {kind: 'details'}>, wanted: PanelId): ViewState {
	const row = panel === 'ruleset' && wanted === 'drops' ? ruleRows(state).find(each => each.key === key) : undefined;
	if (row?.kind !== 'rule') return state;
	return setPanel(focusOn({...state, dialog: null}, 'drops'), {filter: `rule:${row.rule.id}`, selected: null});
}
