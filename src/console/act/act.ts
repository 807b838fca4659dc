/** What an action does to the view, and which effects it asks for. */
import {exceptionActions, lookActions, orderActions, type Action, type ConsoleAction, type ExceptionAction, type FieldAction, type LookAction, type OrderAction, type PlainAction} from '../actions.ts';
import {disabledReason} from '../keymap.ts';
import {selectCopied} from '../select/copied.ts';
import {shownMoment} from '../select/moment.ts';
import type {Step} from '../store.ts';
import type {ViewState} from '../view.ts';
import {openAudit} from './audit.ts';
import {openChecklist} from './checklist.ts';
import {answerDialog} from './dialogs.ts';
import {answerField} from './field.ts';
import {look} from './look.ts';
import {moveSelection} from './move.ts';
import {named} from './named.ts';
import {opening} from './openings.ts';
import {order, submit} from './orders.ts';
import {answerPalette} from './palette.ts';
import {answerRunbook} from './runbook.ts';
import {openTargets} from './targets.ts';
import {effect, focusOn, say, still} from './step.ts';

/** A question nobody answers goes away: it was asked about a moment that has passed. */
const questionTimeoutMs = 30_000;
/** A reason takes its time; from the last key on. */
const formTimeoutMs = 300_000;

export function cancelOld(state: ViewState): ViewState {
	const {dialog, notice} = state;
	// From a clock that was set back since, no age can be told: what may be old is.
	const isOlder = (atMs: number, ms: number): boolean => state.nowMs - atMs > ms || state.nowMs < atMs - 1000;
	const asked = (dialog?.kind === 'confirm' || dialog?.kind === 'typed') && isOlder(dialog.openedAtMs, questionTimeoutMs);
	const expired = asked || (dialog?.kind === 'allow' && isOlder(dialog.touchedAtMs, formTimeoutMs));
	const read = notice !== null && isOlder(notice.atMs, notice.level === 'bad' ? 20_000 : 8000);
	return expired || read ? {...state, dialog: expired ? null : dialog, notice: read ? null : notice} : state;
}

export function act(before: ViewState, action: Action): Step {
	const state = isRead(before) ? {...before, notice: null} : before;
	if (action.id === 'quit' || action.id === 'repaint' || action.id === 'suspend') return effect(state, {type: action.id});
	// A lockdown must not wait for a dialog to be closed.
	if (state.dialog?.kind === 'palette' && action.id !== 'lockdown') return answerPalette(state, state.dialog, action, act);
	if (state.dialog?.kind === 'runbook') return answerRunbook(state, state.dialog, action, act);
	if (state.dialog !== null && action.id !== 'lockdown') return answerDialog(state, action, submit);
	const reason = disabledReason(action, state);
	// A held L must not push the outcome of the first one off the screen.
	if (reason !== null) return still(action.id === 'lockdown' && state.notice !== null ? state : say(state, `${action.id}: ${reason}`, 'warn'));
	const typed = state.filterOpen ? answerField(state, action) : null;
	if (typed !== null) return still(typed);
	switch (action.id) {
		case 'type':
			return still(state);
		case 'focus':
			return still(focusOn(state, action.panel));
		case 'move':
			return still(moveSelection(state, action.by));
		case 'switch-to':
		case 'filter-by':
		case 'allow-target':
		case 'theme':
		case 'symbols':
		case 'target':
		case 'confirm-start':
			return named(state, action);
		default:
			return actPlain(state, action.id);
	}
}

/** A hint has been read when the next key comes; an outcome stays its time, which a recording's clock does not tell. */
const isRead = ({notice, replay}: ViewState): boolean => notice !== null && (replay !== null || notice.level === 'info' || notice.level === 'warn');

const isOrder = (id: PlainAction): id is OrderAction => orderActions.some(each => each === id);
const isOpening = (id: PlainAction): id is ExceptionAction => exceptionActions.some(each => each === id);
const isLook = (id: PlainAction): id is LookAction => lookActions.some(each => each === id);

function actPlain(state: ViewState, id: PlainAction): Step {
	if (isOrder(id)) return order(state, id);
	if (isOpening(id)) return opening(state, id);
	return isLook(id) ? look(state, id) : actHere(state, id);
}

function actHere(state: ViewState, id: ConsoleAction | FieldAction): Step {
	switch (id) {
		case 'help':
			return still({...state, dialog: {kind: 'help', top: 0}});
		case 'runbook':
			return still({...state, filterOpen: false, dialog: {kind: 'runbook', top: 0}});
		case 'audit':
			return openAudit(state);
		case 'checklist':
			return openChecklist(state);
		case 'targets':
			return openTargets(state);
		case 'palette':
			return still({...state, filterOpen: false, dialog: {kind: 'palette', text: '', selected: null, openedAtMs: state.nowMs}});
		case 'copy':
			return copy(state);
		case 'write':
			return effect(state, {type: 'write', moment: shownMoment(state)});
		case 'evidence':
			return gather(state);
		default:
			return still(state);
	}
}

/** Of now and of what was kept, whatever the panels show: who steps back must not lose what is. */
function gather(state: ViewState): Step {
	if (state.live.snapshot === null || state.replay !== null) return still(say(state, `evidence: ${state.replay === null ? 'nothing was read yet' : 'a replay is evidence already'}`, 'warn'));
	return effect(say(state, 'gathering evidence …', 'info'), {type: 'evidence', now: state.live});
}

function copy(state: ViewState): Step {
	const copied = selectCopied(state);
	return copied === null ? still(say(state, 'copy: there is no row to copy', 'warn')) : effect(state, {type: 'copy', ...copied});
}
