/** The dialog that opens something for a time. It asks the daemon what would come of it with each change of the target. */
import type {ExceptionText, Outcome, Preview} from '../../control/schema.ts';
import type {Action} from '../actions.ts';
import {choose, completed, eraseFrom, previewKey, stepField, typeInto, wishOf, type AllowForm} from '../allow/form.ts';
import {commandBlockedBy} from '../select/availability.ts';
import type {Effect} from '../events.ts';
import type {Step} from '../store.ts';
import type {AllowDialog, ViewState} from '../view.ts';
import {deafForMs} from './deaf.ts';
import {submit} from './orders.ts';
import {effect, still} from './step.ts';

/** `note` says what the form could not be filled from. */
export function openAllow(state: ViewState, form: AllowForm, note: string | null = null): Step {
	const dialog: AllowDialog = {kind: 'allow', form, note, asked: null, preview: null, refusal: null, ticket: null, openedAtMs: state.nowMs, touchedAtMs: state.nowMs};
	return withForm({...state, filterOpen: false}, dialog, form);
}

export function answerAllow(state: ViewState, dialog: AllowDialog, action: Action): Step {
	const {form} = dialog;
	if (action.id === 'back' || action.id === 'no') return still({...state, dialog: null});
	// While an answer is on its way, and while the key that opened it may still be down.
	if (dialog.ticket !== null || state.nowMs - dialog.openedAtMs < deafForMs) return still(state);
	switch (action.id) {
		case 'type':
			return withForm(state, dialog, typeInto(form, action.text));
		case 'erase':
			return withForm(state, dialog, eraseFrom(form, 'last'));
		case 'clear':
			return withForm(state, dialog, eraseFrom(form, 'all'));
		case 'choose-next':
			return withForm(state, dialog, choose(form, 1));
		case 'choose-previous':
			return withForm(state, dialog, choose(form, -1));
		case 'focus-next':
			return withForm(state, dialog, stepField(form, 1));
		case 'focus-previous':
			return withForm(state, dialog, stepField(form, -1));
		case 'move':
			return action.by === 'up' || action.by === 'down' ? withForm(state, dialog, stepField(form, action.by === 'up' ? -1 : 1)) : still(state);
		case 'accept':
			return form.field === 'word' ? ask(state, dialog) : withForm(state, dialog, stepField(form, 1));
		default:
			return still(state);
	}
}

/** Enter behind the word: what is missing is gone to, and nothing is asked before all is there. */
function ask(state: ViewState, dialog: AllowDialog): Step {
	const wanted = completed(dialog.form, state.operator);
	if (!wanted.ok) return withForm(state, dialog, {...dialog.form, field: wanted.error.field});
	const blocked = commandBlockedBy('allow', state);
	if (blocked !== null) return still({...state, dialog: {...dialog, refusal: `Not asked for: ${blocked}.`}});
	return order(state, dialog, wanted.value);
}

function order(state: ViewState, dialog: AllowDialog, text: ExceptionText): Step {
	return submit({...state, dialog: {...dialog, ticket: state.nextTicket, refusal: null}}, {do: 'allow', ...text});
}

function withForm(state: ViewState, dialog: AllowDialog, form: AllowForm): Step {
	const changed = form !== dialog.form;
	const next: AllowDialog = {...dialog, form, touchedAtMs: state.nowMs, refusal: changed ? null : dialog.refusal};
	const wish = wishOf(form);
	if (!wish.ok) return still({...state, dialog: {...next, asked: null, preview: null}});
	const key = previewKey(wish.value);
	if (key === dialog.asked) return still({...state, dialog: next});
	const question: Effect = {type: 'preview', key, wish: wish.value};
	return effect({...state, dialog: {...next, asked: key, preview: null}}, question);
}

/** An answer about a target that was changed meanwhile is of no use. */
export function withPreview(state: ViewState, {key, preview}: {readonly key: string; readonly preview: Preview | null}): ViewState {
	const {dialog} = state;
	return dialog?.kind === 'allow' && dialog.asked === key ? {...state, dialog: {...dialog, preview: preview ?? 'unanswered'}} : state;
}

/** Granted, the dialog goes; refused, it stays with the reason, and wants its word again. */
export function withAnswer(state: ViewState, ticket: number, outcome: Outcome): ViewState {
	const {dialog} = state;
	if (dialog?.kind !== 'allow' || dialog.ticket !== ticket) return state;
	if (outcome.ok) return {...state, dialog: null};
	const next = outcome.problem?.next ?? '';
	return {...state, dialog: {...dialog, ticket: null, refusal: `${outcome.message} ${next}`.trim(), form: {...dialog.form, word: ''}, touchedAtMs: state.nowMs}};
}
