/** The footer while a dialog is open: what the keys mean there, because what they mean elsewhere would be a wrong promise. */
import {allowWord, isText} from '../allow/form.ts';
import {disabledReason, keyFor, type FooterKey} from '../keymap.ts';
import type {Action} from '../actions.ts';
import {chosenDrop} from '../select/chosen-drop.ts';
import {ruleRows} from '../select/ruleset.ts';
import type {Dialog, ViewState} from '../view.ts';
import {actionName, writtenKey} from './names.ts';

export function dialogKeys(state: ViewState, dialog: Dialog): readonly FooterKey[] {
	const arrows = (...names: readonly string[]): string => names.map(name => writtenKey(name, {asciiOnly: state.looks.asciiOnly})).join(' ');
	const lockdown = bound(state, {id: 'lockdown'}, 'lockdown');
	const leave = [always('Ctrl-C', 'quit')];
	switch (dialog.kind) {
		case 'help':
			return [always('Esc', 'close'), always(arrows('up', 'down'), 'scroll'), ...lockdown, ...leave];
		case 'runbook':
			return [always('Esc', 'close'), ...lockdown, ...bound(state, {id: 'evidence'}, 'evidence'), ...bound(state, {id: 'drill'}, 'drill'), always(arrows('up', 'down'), 'scroll'), ...leave];
		case 'audit':
			return [always('Esc', 'close'), ...bound(state, {id: 'audit'}, 'look again'), always(arrows('up', 'down'), 'scroll'), ...lockdown, ...leave];
		case 'checklist':
			return [always('Esc', 'close'), ...bound(state, {id: 'checklist'}, 'mark'), always(arrows('up', 'down'), 'choose'), ...lockdown, ...leave];
		case 'details':
			return [always('Esc', 'close'), ...onwards(state, dialog), always(arrows('up', 'down'), 'scroll'), ...lockdown, ...leave];
		case 'confirm':
			return [always('y', 'yes', true), always('n', 'no'), always('Esc', 'cancel'), ...lockdown, ...leave];
		case 'typed':
			return [always('Enter', dialog.command.word, true), always('Esc', 'cancel'), ...leave];
		case 'palette':
			return [always('Enter', 'do it'), always(arrows('up', 'down'), 'choose'), always('Tab', 'complete'), always('Esc', 'close'), ...leave];
		case 'allow': {
			const inText = isText(dialog.form.field);
			const word = dialog.form.field === 'word' ? [always('Enter', allowWord, true)] : [];
			return [...word, always('Tab', 'next'), always('Shift-Tab', 'previous'), ...(inText ? [] : [always(arrows('left', 'right'), 'choose')]), always('Esc', 'cancel'), ...(inText ? [] : lockdown), ...leave];
		}
		case 'entry':
			return [always('Esc', 'close'), ...bound(state, {id: 'copy'}, 'copy the line'), ...lockdown, ...leave];
		case 'targets':
			return [always('Enter', 'look at it'), always(arrows('up', 'down'), 'choose'), always('Esc', 'close'), ...bound(state, {id: 'lockdown'}, `lockdown ${state.target?.name ?? ''}`.trim()), ...leave];
		case 'exceptions':
			return dialog.asking === null
				? [always('Esc', 'close'), ...bound(state, {id: 'exceptions'}, 'revoke', true), ...bound(state, {id: 'allow'}, 'allow'), always(arrows('up', 'down'), 'choose'), ...lockdown, ...leave]
				: [always('y', 'yes', true), always('n', 'no'), ...lockdown, ...leave];
	}
}

/** From a refused packet to an exception, from a rule to what it refused. */
function onwards(state: ViewState, {panel, key}: Extract<Dialog, {kind: 'details'}>): readonly FooterKey[] {
	if (panel === 'drops') return bound(state, {id: 'allow'}, chosenDrop(state)?.named === undefined ? 'allow' : 'list it');
	const opened = panel === 'ruleset' ? ruleRows(state).find(row => row.key === key) : undefined;
	const refuses = opened?.kind === 'rule' && (opened.rule.verdict === 'drop' || opened.rule.verdict === 'reject');
	return refuses ? bound(state, {id: 'focus', panel: 'drops'}, 'what it refused') : [];
}

const always = (keys: string, label: string, danger = false): FooterKey => ({keys, label, disabled: null, danger});

/** Nothing where somebody took the key away. */
function bound(state: ViewState, action: Action, label: string, danger = false): readonly FooterKey[] {
	const keys = keyFor(state.keys, actionName(action));
	return keys === '' ? [] : [{keys, label, disabled: disabledReason(action, state), danger: danger || action.id === 'allow'}];
}
