/** What an action does to the view, and which effects it asks for. */
import type {Command} from '../control/schema.ts';
import {answerDialog} from './dialogs.ts';
import {disabledReason} from './keymap.ts';
import {moveSelection} from './move.ts';
import {selectCopied} from './select/copied.ts';
import {dropRows} from './select/drops.ts';
import {shownMoment} from './select/moment.ts';
import {ordersOf, rowsOf, selectedIndex} from './select/rows.ts';
import {placeOf, serverRows} from './select/servers.ts';
import type {Step} from './store.ts';
import {panelIds, type Action, type Effect, type Notice, type PanelId, type PanelView, type PlainAction, type ViewState} from './view.ts';

const still = (state: ViewState): Step => ({state, effects: []});
const effect = (state: ViewState, ...effects: readonly Effect[]): Step => ({state, effects});

/** A question nobody answers goes away: it was asked about a moment that has passed. */
const questionTimeoutMs = 30_000;

export function cancelOld(state: ViewState): ViewState {
	const {dialog, notice} = state;
	const expired = (dialog?.kind === 'confirm' || dialog?.kind === 'typed') && state.nowMs - dialog.openedAtMs > questionTimeoutMs;
	const read = notice !== null && state.nowMs - notice.atMs > (notice.level === 'bad' ? 20_000 : 8000);
	return expired || read ? {...state, dialog: expired ? null : dialog, notice: read ? null : notice} : state;
}

export function act(before: ViewState, action: Action): Step {
	// A hint has been read when the next key comes; an outcome stays its time.
	const state = before.notice?.level === 'info' || before.notice?.level === 'warn' ? {...before, notice: null} : before;
	if (action.id === 'quit' || action.id === 'repaint' || action.id === 'suspend') return effect(state, {type: action.id});
	// A lockdown must not wait for a dialog to be closed.
	if (state.dialog !== null && action.id !== 'lockdown') return answerDialog(state, action, submit);
	const reason = disabledReason(action, state);
	// A held L must not push the outcome of the first one off the screen.
	if (reason !== null) return still(action.id === 'lockdown' && state.notice !== null ? state : say(state, `${action.id}: ${reason}`, 'warn'));
	switch (action.id) {
		case 'focus':
			return still(focus(state, action.panel));
		case 'move':
			return still(moveSelection(state, action.by));
		case 'type':
			return still(state.filterOpen ? setFilter(state, filterOf(state) + action.text) : state);
		default:
			return actPlain(state, action.id);
	}
}

function actPlain(state: ViewState, id: PlainAction): Step {
	switch (id) {
		case 'focus-next':
			return still(focus(state, neighbour(state.focus, 1)));
		case 'focus-previous':
			return still(focus(state, neighbour(state.focus, -1)));
		case 'zoom':
			return still({...state, zoom: !state.zoom});
		case 'freeze':
			return still({...state, frozen: state.frozen === null ? {...state.live, atMs: state.nowMs} : null});
		case 'help':
			return still({...state, dialog: {kind: 'help', top: 0}});
		case 'filter':
			return still(state.focus === 'tunnel' ? state : {...state, filterOpen: true});
		case 'accept':
			return still({...state, filterOpen: false});
		case 'erase':
			return still(setFilter(state, [...filterOf(state)].slice(0, -1).join('')));
		case 'clear':
			return still(setFilter(state, ''));
		case 'sort':
			return still(sortNext(state));
		case 'reverse':
			return still(ordersOf(state.focus).length === 0 ? state : setPanel(state, {reverse: !state.panels[state.focus].reverse}));
		case 'back':
			return still(back(state));
		case 'open':
			return open(state);
		case 'reconnect':
			return still(ask(state, {do: 'reconnect'}, 'Reconnect', [
				'The tunnel is closed and dialled again.',
				'Meanwhile nothing passes outside it: the policy stays in the kernel, and traffic waits or is refused.',
			]));
		case 'switch':
			return state.focus === 'servers' ? still(askSwitch(state)) : still(say(focus(state, 'servers'), 'select a server, then s or Enter', 'info'));
		case 'lockdown':
			return submit({...state, dialog: null, filterOpen: false}, {do: 'lockdown', reason: 'from the console'});
		case 'lift':
			return still({...state, dialog: {kind: 'typed', command: {do: 'lift', word: 'lift'}, text: '', openedAtMs: state.nowMs}});
		case 'drill':
			return submit(state, {do: 'drill'});
		case 'drill-full':
			return still({...state, dialog: {kind: 'typed', command: {do: 'drill-full', word: 'drill'}, text: '', openedAtMs: state.nowMs}});
		case 'copy':
			return copy(state);
		case 'write':
			return effect(state, {type: 'write', moment: shownMoment(state)});
		default:
			return still(state);
	}
}

function copy(state: ViewState): Step {
	const copied = selectCopied(state);
	return copied === null ? still(say(state, 'copy: there is no row to copy', 'warn')) : effect(state, {type: 'copy', ...copied});
}

export function submit(state: ViewState, command: Command): Step {
	const ticket = state.nextTicket;
	return effect(
		{...state, nextTicket: ticket + 1, notice: null, pending: [...state.pending, {ticket, command, startedAtMs: state.nowMs, settled: false}]},
		{type: 'submit', ticket, command},
	);
}

function ask(state: ViewState, command: Command, title: string, body: readonly string[]): ViewState {
	return {...state, dialog: {kind: 'confirm', command, title, body, openedAtMs: state.nowMs}};
}

function askSwitch(state: ViewState): ViewState {
	const rows = serverRows(state);
	const server = rows[selectedIndex(rows, state.panels.servers.selected)]?.server;
	if (server === undefined) return say(state, 'switch: there is no server to switch to', 'warn');
	if (server.problem !== null) return say(state, `switch: ${server.id} cannot be used: ${server.problem}`, 'warn');
	if (server.current) return say(state, `switch: ${server.id} is the current server; r reconnects`, 'warn');
	const from = state.live.snapshot?.servers.find(each => each.current);
	const named = (each: {readonly id: string; readonly city: string | null; readonly country: string | null}): string => [each.id, placeOf(each)].filter(Boolean).join(', ');
	return ask(state, {do: 'switch', server: server.id}, 'Switch server', [
		`From ${from === undefined ? 'no server' : named(from)}`,
		`to ${named(server)}.`,
		'The old tunnel is closed first. Until the new one is verified applications are refused, and nothing passes outside; if it does not verify, vks goes back. TCP connections meet a new exit address and end.',
	]);
}

function open(state: ViewState): Step {
	if (state.focus === 'tunnel') return still(state);
	const server = state.focus === 'servers' ? serverRows(state)[selectedIndex(serverRows(state), state.panels.servers.selected)]?.server : undefined;
	if (server !== undefined && server.problem === null && !server.current) {
		const reason = disabledReason({id: 'switch'}, state);
		return still(reason === null ? askSwitch(state) : say(state, `switch: ${reason}`, 'warn'));
	}
	const rows = rowsOf(state, state.focus);
	const row = rows[selectedIndex(rows, state.panels[state.focus].selected)];
	if (row === undefined) return still(state);
	const opened: ViewState = {...state, dialog: {kind: 'details', panel: state.focus, key: row.key, explanation: null, top: 0}};
	const drop = state.focus === 'drops' ? dropRows(state).find(each => each.key === row.key)?.record : undefined;
	// Only what leaves can be asked about: the question names a destination.
	return drop?.direction === 'out' && state.link.kind === 'open' ? effect(opened, {type: 'explain', key: row.key, drop}) : still(opened);
}

function back(state: ViewState): ViewState {
	if (state.filterOpen || filterOf(state) !== '') return {...setFilter(state, ''), filterOpen: false};
	if (state.zoom) return {...state, zoom: false};
	if (state.frozen !== null) return {...state, frozen: null};
	return state.notice === null ? state : {...state, notice: null};
}

function sortNext(state: ViewState): ViewState {
	const orders = ordersOf(state.focus);
	return orders.length === 0 ? state : setPanel(state, {sort: (state.panels[state.focus].sort + 1) % orders.length});
}

const filterOf = (state: ViewState): string => state.panels[state.focus].filter;

function setFilter(state: ViewState, filter: string): ViewState {
	return setPanel(state, {filter: filter.slice(0, 200), selected: null});
}

function setPanel(state: ViewState, change: Partial<PanelView>): ViewState {
	return {...state, panels: {...state.panels, [state.focus]: {...state.panels[state.focus], ...change}}};
}

function say(state: ViewState, text: string, level: Notice['level']): ViewState {
	return {...state, notice: {text, level, atMs: state.nowMs}};
}

const focus = (state: ViewState, panel: PanelId): ViewState => (state.focus === panel ? state : {...state, focus: panel, filterOpen: false});

function neighbour(panel: PanelId, step: number): PanelId {
	return panelIds[(panelIds.indexOf(panel) + step + panelIds.length) % panelIds.length] ?? panel;
}
