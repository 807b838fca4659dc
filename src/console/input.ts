/**
 * From what the terminal sent to what it means. A command letter counts only when it came alone: several characters in one
 * chunk are a paste, and a paste never acts.
 */
import type {Binding} from './keymap.ts';
import {isText, type AllowField} from './allow/form.ts';
import type {Action} from './actions.ts';
import type {ViewState} from './view.ts';

/** The part of Ink's key record that is read here. */
export interface KeyFlags {
	readonly upArrow?: boolean;
	readonly downArrow?: boolean;
	readonly leftArrow?: boolean;
	readonly rightArrow?: boolean;
	readonly pageUp?: boolean;
	readonly pageDown?: boolean;
	readonly home?: boolean;
	readonly end?: boolean;
	readonly return?: boolean;
	readonly escape?: boolean;
	readonly tab?: boolean;
	readonly backspace?: boolean;
	readonly delete?: boolean;
	readonly ctrl?: boolean;
	readonly shift?: boolean;
	readonly meta?: boolean;
}

/** One name for one key press: `L`, `ctrl-l`, `shift-tab`, `space`; null for a chunk that is not a single key. */
export function keyName(input: string, key: KeyFlags): string | null {
	if (key.upArrow) return 'up';
	if (key.downArrow) return 'down';
	if (key.leftArrow) return 'left';
	if (key.rightArrow) return 'right';
	if (key.pageUp) return 'pageup';
	if (key.pageDown) return 'pagedown';
	if (key.home) return 'home';
	if (key.end) return 'end';
	if (key.escape) return 'escape';
	if (key.return) return 'enter';
	if (key.tab) return key.shift ? 'shift-tab' : 'tab';
	if (key.backspace || key.delete) return 'backspace';
	if (key.ctrl) return input.length === 1 ? `ctrl-${input.toLowerCase()}` : null;
	// Alt-L is not L: terminals send Escape and a letter for it, and so does a burst after Escape.
	if (key.meta || [...input].length !== 1) return null;
	return input === ' ' ? 'space' : input === '\r' || input === '\n' ? 'enter' : input;
}

/** Leaving, repainting and suspending on a control key mean the same whatever is open. */
function alwaysMeant(keys: readonly Binding[], name: string | null): Action | null {
	const action = name?.startsWith('ctrl-') === true ? bound(keys, name) : null;
	return action?.id === 'quit' || action?.id === 'repaint' || action?.id === 'suspend' ? action : null;
}

export function actionFor(state: Pick<ViewState, 'dialog' | 'filterOpen' | 'focus' | 'keys'>, input: string, key: KeyFlags): Action | null {
	const name = keyName(input, key);
	const {dialog, keys} = state;
	const always = alwaysMeant(keys, name);
	if (always !== null) return always;
	if (dialog?.kind === 'typed' || dialog?.kind === 'palette' || (dialog === null && state.filterOpen)) return fieldAction(name, input, key);
	if (dialog?.kind === 'allow') return formAction(keys, dialog.form.field, name, input, key);
	if (dialog?.kind === 'targets') return pickerAction(keys, name);
	if (dialog?.kind === 'exceptions') return listAction(keys, dialog.asking !== null, name);
	if (dialog?.kind === 'confirm') {
		if (name === 'y') return {id: 'yes'};
		if (name === 'n' || name === 'N' || name === 'q' || name === 'escape') return {id: 'no'};
		return lockdownOnly(keys, name);
	}
	if (dialog !== null) {
		if (name === 'enter' || name === 'q' || name === 'escape') return {id: 'no'};
		const action = name === null ? null : bound(keys, name);
		// The runbook is a list of keys: each does in it what it does elsewhere.
		if (dialog.kind === 'runbook') return action;
		if (dialog.kind === 'entry') return action?.id === 'copy' || action?.id === 'lockdown' ? action : null;
		if (dialog.kind === action?.id && (dialog.kind === 'audit' || dialog.kind === 'checklist')) return action;
		return action?.id === 'move' || action?.id === 'help' || action?.id === 'lockdown' || action?.id === 'allow' || action?.id === 'focus' ? action : null;
	}
	if (name !== null) return bound(keys, name);
	return repeatedMove(keys, input, key);
}

function bound(keys: readonly Binding[], name: string): Action | null {
	return keys.find(binding => binding.keys.includes(name))?.action ?? null;
}

/** Where every other key belongs to a dialog. */
function lockdownOnly(keys: readonly Binding[], name: string | null): Action | null {
	const action = name === null ? null : bound(keys, name);
	return action?.id === 'lockdown' ? action : null;
}

/** A held `j` arrives as `jjj` on a slow line: moving is harmless, and all it does is move once. */
function repeatedMove(keys: readonly Binding[], input: string, key: KeyFlags): Action | null {
	const first = input.slice(0, 1);
	if (key.ctrl || key.meta || [...input].some(character => character !== first)) return null;
	const action = bound(keys, first);
	return action?.id === 'move' && (action.by === 'up' || action.by === 'down') ? action : null;
}

function fieldAction(name: string | null, input: string, key: KeyFlags): Action | null {
	switch (name) {
		case 'enter':
			return {id: 'accept'};
		case 'escape':
			return {id: 'back'};
		case 'backspace':
			return {id: 'erase'};
		case 'ctrl-u':
			return {id: 'clear'};
		case 'up':
			return {id: 'move', by: 'up'};
		case 'down':
			return {id: 'move', by: 'down'};
		case 'pageup':
			return {id: 'move', by: 'page-up'};
		case 'pagedown':
			return {id: 'move', by: 'page-down'};
		case 'tab':
			return {id: 'complete'};
		case 'shift-tab':
			return {id: 'complete-back'};
		default:
			return key.ctrl || key.meta || key.tab ? null : typed(input);
	}
}

/** The form of an exception: text where its field takes text; elsewhere keys that choose, and the lockdown. */
function formAction(keys: readonly Binding[], field: AllowField, name: string | null, input: string, key: KeyFlags): Action | null {
	switch (name) {
		case 'tab':
			return {id: 'focus-next'};
		case 'shift-tab':
			return {id: 'focus-previous'};
		case 'left':
			return {id: 'choose-previous'};
		case 'right':
			return {id: 'choose-next'};
		default:
			if (isText(field)) return fieldAction(name, input, key);
			if (name === 'space') return {id: 'choose-next'};
			if (name === 'enter' || name === 'escape' || name === 'up' || name === 'down') return fieldAction(name, input, key);
			return lockdownOnly(keys, name);
	}
}

function listAction(keys: readonly Binding[], asking: boolean, name: string | null): Action | null {
	if (name === 'escape' || name === 'q' || (asking && (name === 'n' || name === 'N'))) return {id: 'no'};
	if (name === 'y') return asking ? {id: 'yes'} : null;
	const action = name === null ? null : bound(keys, name);
	return action?.id === 'move' || action?.id === 'exceptions' || action?.id === 'allow' || action?.id === 'lockdown' ? action : null;
}

function pickerAction(keys: readonly Binding[], name: string | null): Action | null {
	if (name === 'enter') return {id: 'accept'};
	if (name === 'escape' || name === 'q') return {id: 'no'};
	const action = name === null ? null : bound(keys, name);
	return action?.id === 'move' || action?.id === 'targets' || action?.id === 'lockdown' ? action : null;
}

/** Text for a field: a paste's line ends are not Enter. */
function typed(input: string): Action | null {
	const text = input.replaceAll(/[\u0000-\u001F\u007F]/g, '');
	return text === '' ? null : {id: 'type', text};
}

/** What a bracketed paste means: text in a field, nothing elsewhere. */
export function pasteAction(state: Pick<ViewState, 'dialog' | 'filterOpen'>, text: string): Action | null {
	// The word is to be typed, not pasted.
	if (state.dialog?.kind === 'allow') return isText(state.dialog.form.field) && state.dialog.form.field !== 'word' ? typed(text) : null;
	if (state.dialog?.kind !== 'palette' && (state.dialog !== null || !state.filterOpen)) return null;
	const action = typed(text);
	return action?.id === 'type' ? {...action, pasted: true} : action;
}
