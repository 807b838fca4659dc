/** `a` and `x`: what is opened for a time, from the packet that is looked at or from nothing, and what is open. */
import type {ExceptionAction} from '../actions.ts';
import {emptyForm} from '../allow/form.ts';
import {formFromDrop} from '../allow/from-drop.ts';
import {chosenDrop} from '../select/chosen-drop.ts';
import {isNamed} from '../select/named-drop.ts';
import type {Step} from '../store.ts';
import type {ViewState} from '../view.ts';
import {openAllow} from './allow.ts';
import {openEntry} from './entry.ts';
import {openExceptions} from './exceptions.ts';

export function opening(state: ViewState, id: ExceptionAction): Step {
	if (id === 'exceptions') return openExceptions(state);
	const record = chosenDrop(state);
	if (record === null) return openAllow(state, emptyForm);
	if (isNamed(record)) return openEntry(state, record);
	const form = formFromDrop(record);
	return form.ok ? openAllow(state, form.value) : openAllow(state, emptyForm, `The packet that is selected cannot be opened: ${form.error}.`);
}
