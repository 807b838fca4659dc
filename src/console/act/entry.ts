/** The entry of VKS_EGRESS that would list a refused name: shown as the whole line, and copied. It opens nothing. */
import {withoutControls} from '../../controls.ts';
import type {Action} from '../actions.ts';
import {proposedLine, whyNamed, type NamedDrop} from '../select/named-drop.ts';
import type {Step} from '../store.ts';
import type {Dialog, ViewState} from '../view.ts';
import {effect, say, still} from './step.ts';

export function openEntry(state: ViewState, record: NamedDrop): Step {
	const line = proposedLine(record, state);
	return still(line === null ? say(state, `no entry: ${whyNamed(record)}`, 'warn') : {...state, filterOpen: false, dialog: {kind: 'entry', record, line}});
}

export function answerEntry(state: ViewState, {line}: Extract<Dialog, {kind: 'entry'}>, action: Action): Step {
	if (action.id === 'back' || action.id === 'no') return still({...state, dialog: null});
	return action.id === 'copy' ? effect({...state, dialog: null}, {type: 'copy', name: 'the line of VKS_EGRESS', text: withoutControls(line)}) : still(state);
}
