/** Orders to the daemon: at once in the safe direction, with a question or a word before the others. */
import type {Command, ServerView} from '../../control/schema.ts';
import type {OrderAction} from '../actions.ts';
import {keyFor} from '../keymap.ts';
import {serverRows} from '../select/servers.ts';
import {selectedServer} from '../select/selected-server.ts';
import {switchFacts} from '../select/switch-question.ts';
import type {Step} from '../store.ts';
import type {ViewState} from '../view.ts';
import {effect, focusOn, say, still} from './step.ts';

export function order(state: ViewState, id: OrderAction): Step {
	switch (id) {
		case 'reconnect':
			return still(ask(state, {do: 'reconnect'}, 'Reconnect', [
				'The tunnel is closed and dialled again.',
				'Meanwhile nothing passes outside it: the policy stays in the kernel, and traffic waits or is refused.',
			]));
		case 'switch':
			return state.focus === 'servers' ? still(askSwitch(state)) : still(say(focusOn(state, 'servers'), `select a server, then ${keyFor(state.keys, 'switch')} or Enter`, 'info'));
		case 'next':
			return still(askNext(state));
		case 'measure':
			return measure(state);
		case 'favourite':
			return favour(state);
		case 'lockdown':
			return lockdown(state);
		case 'lift':
			return still(askWord(state, {do: 'lift', word: 'lift'}));
		case 'drill':
			return submit(state, {do: 'drill'});
		case 'drill-full':
			return still(askWord(state, {do: 'drill-full', word: 'drill'}));
	}
}

const lockdownCommand: Command = {do: 'lockdown', reason: 'from the console'};

/** At once, unless the operator's own file wants to be asked. */
function lockdown(state: ViewState): Step {
	if (!state.confirmLockdown) return submit({...state, dialog: null, filterOpen: false}, lockdownCommand);
	const asked = state.dialog?.kind === 'confirm' && state.dialog.command.do === 'lockdown';
	return still(asked ? state : ask({...state, filterOpen: false}, lockdownCommand, 'Lockdown', ['All traffic is refused until the lockdown is lifted, but for loopback and the management path.']));
}

export function submit(state: ViewState, command: Command): Step {
	const ticket = state.nextTicket;
	return effect(
		{...state, nextTicket: ticket + 1, notice: null, pending: [...state.pending, {ticket, command, startedAtMs: state.nowMs, settled: false}]},
		{type: 'submit', ticket, command},
	);
}

/** An order is for now, whatever the panels show. */
function aboutNow({frozen}: ViewState, body: readonly string[]): readonly string[] {
	return frozen === null || frozen.then === null ? body : [...body, 'This acts on what is now, not on the moment the panels show.'];
}

function ask(state: ViewState, command: Command, title: string, body: readonly string[]): ViewState {
	return {...state, dialog: {kind: 'confirm', command, title, body: aboutNow(state, body), openedAtMs: state.nowMs}};
}

function askWord(state: ViewState, command: Extract<Command, {readonly word: string}>): ViewState {
	return {...state, dialog: {kind: 'typed', command, text: '', openedAtMs: state.nowMs}};
}

/** The row may be of a moment that has passed; the order is for now. */
export const askSwitch = (state: ViewState): ViewState => askSwitchTo(state, state.live.snapshot?.servers.find(({id}) => id === selectedServer(state)?.id));

/** What is asked about is what is switched to, although another may have its turn by the time of the answer. */
function askNext(state: ViewState): ViewState {
	const {servers = [], rotation} = state.live.snapshot ?? {};
	const server = servers.find(({id}) => id === rotation?.next);
	return server === undefined ? say(state, 'next: there is no other server that can be used', 'warn') : askSwitchTo(state, server);
}

function askSwitchTo(state: ViewState, server: ServerView | undefined): ViewState {
	if (server === undefined) return say(state, 'switch: there is no server to switch to', 'warn');
	if (server.problem !== null) return say(state, `switch: ${server.id} cannot be used: ${server.problem}`, 'warn');
	if (server.current) return say(state, `switch: ${server.id} is the current server; ${keyFor(state.keys, 'reconnect')} reconnects`, 'warn');
	return {...state, dialog: {kind: 'confirm', command: {do: 'switch', server: server.id}, title: 'Switch server', facts: switchFacts(state, server), body: aboutNow(state, []), openedAtMs: state.nowMs}};
}

/** Of the servers that are listed; a filter says which. */
function measure(state: ViewState): Step {
	const filtered = state.panels.servers.filter !== '';
	const servers = filtered ? serverRows(state).map(({key}) => key).slice(0, 256) : [];
	return filtered && servers.length === 0 ? still(say(state, 'measure: no server matches the filter', 'warn')) : submit(state, {do: 'measure', servers});
}

/** A mark: no question, because it changes nothing that passes. */
function favour(state: ViewState): Step {
	if (state.focus !== 'servers') return still(say(focusOn(state, 'servers'), `select a server, then ${keyFor(state.keys, 'favourite')}`, 'info'));
	const server = selectedServer(state);
	return server === undefined ? still(say(state, 'favourite: there is no server to mark', 'warn')) : submit(state, {do: 'favourite', server: server.id, on: !server.favourite});
}
