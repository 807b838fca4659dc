/** The one table of keys: the handler, the footer, the help overlay and the README all read it. */
import {commandBlockedBy} from './select/availability.ts';
import type {Action} from './actions.ts';
import {actionName, writtenKey} from './keys/names.ts';
import type {PanelId, ViewState} from './view.ts';

export type Where = 'everywhere' | 'lists' | PanelId | 'dialog';
export type Group = 'act' | 'look' | 'move' | 'console';

export interface Binding {
	/** Names as `keyName` gives them. */
	readonly keys: readonly string[];
	readonly action: Action;
	readonly where: Where;
	readonly group: Group;
	/** For the footer: one word or two. */
	readonly label: string;
	/** For help and README: a sentence without full stop. */
	readonly help: string;
	/** Less safe direction: asks for another gesture. */
	readonly danger?: true;
	/** Bindings of one set stand in one row of the help, under the set's own words. */
	readonly set?: keyof typeof sets;
	/** Place in the footer; absent keeps it out. */
	readonly footer?: number;
	/** Only while this panel has the focus. */
	readonly footerIn?: PanelId;
}

const sets = {
	panels: 'a panel by its number; next, previous',
	time: 'hold still; step back, forward; by changes',
	keep: 'copy row (OSC 52); write file; evidence',
	dial: 'dial, switch, next (ask `y`); favourite; ping',
	openings: 'open for a time, by a word; list, revoke',
	drills: 'leak test; the full one asks for a word',
	find: 'help; commands; daemon; incident, audit, list',
	screen: 'draw the screen again; suspend, `fg` returns',
	order: 'order, reverse; fold chains; group drops',
	step: 'one row up, one row down',
	page: 'one page up, one page down',
	ends: 'first row (follows again), last row',
} as const;

const panel = (key: string, id: PanelId): Binding => ({keys: [key], action: {id: 'focus', panel: id}, where: 'everywhere', group: 'look', set: 'panels', label: id, help: `focus the ${id} panel`});

export const keymap: readonly Binding[] = [
	{keys: ['L'], action: {id: 'lockdown'}, where: 'everywhere', group: 'act', label: 'lockdown', help: 'refuse all traffic, at once and unasked', footer: 3},
	{keys: ['U'], action: {id: 'lift'}, where: 'everywhere', group: 'act', label: 'lift', help: 'end a lockdown; asks for the word `lift`', danger: true, footer: 4},
	{keys: ['r'], action: {id: 'reconnect'}, where: 'everywhere', group: 'act', set: 'dial', label: 'reconnect', help: 'dial the server again; asks `y`', footer: 5},
	{keys: ['s'], action: {id: 'switch'}, where: 'everywhere', group: 'act', set: 'dial', label: 'switch', help: 'switch to the selected server; asks `y`', footer: 6},
	{keys: ['S'], action: {id: 'next'}, where: 'everywhere', group: 'act', set: 'dial', label: 'next', help: 'switch to the server whose turn it is, the best that had none yet; asks `y`', footer: 8.4, footerIn: 'servers'},
	{keys: ['a'], action: {id: 'allow'}, where: 'everywhere', group: 'act', set: 'openings', label: 'allow', help: 'open one target outside the tunnel for a time, filled in from the selected drop; asks for a reason and the word `allow`. On a refused name: the line of `VKS_EGRESS` that would list it', danger: true, footer: 8, footerIn: 'drops'},
	{keys: ['x'], action: {id: 'exceptions'}, where: 'everywhere', group: 'act', set: 'openings', label: 'exceptions', help: 'what is open for a time; `x` again revokes the selected one, `y` confirms'},
	{keys: ['f'], action: {id: 'favourite'}, where: 'everywhere', group: 'act', set: 'dial', label: 'favourite', help: 'mark the selected server as a favourite, or no more', footer: 8.5, footerIn: 'servers'},
	{keys: ['p'], action: {id: 'measure'}, where: 'everywhere', group: 'act', set: 'dial', label: 'ping', help: 'ping the listed servers outside the tunnel, where VKS_LATENCY allows it', footer: 8.6, footerIn: 'servers'},
	{keys: ['d'], action: {id: 'drill'}, where: 'everywhere', group: 'act', set: 'drills', label: 'drill', help: 'test for leaks: sends what should not pass; disturbs nobody', footer: 12},
	{keys: ['D'], action: {id: 'drill-full'}, where: 'everywhere', group: 'act', set: 'drills', label: 'full drill', help: 'test for leaks with the tunnel taken down; asks for the word `drill`', danger: true},
	panel('1', 'tunnel'),
	panel('2', 'ruleset'),
	panel('3', 'servers'),
	panel('4', 'drops'),
	panel('5', 'journal'),
	{keys: ['tab'], action: {id: 'focus-next'}, where: 'everywhere', group: 'look', set: 'panels', label: 'next', help: 'next panel', footer: 9},
	{keys: ['shift-tab'], action: {id: 'focus-previous'}, where: 'everywhere', group: 'look', set: 'panels', label: 'previous', help: 'previous panel'},
	{keys: ['enter'], action: {id: 'open'}, where: 'everywhere', group: 'look', label: 'details', help: 'open the row or the tunnel; a server: switch', footer: 8},
	{keys: ['escape'], action: {id: 'back'}, where: 'everywhere', group: 'look', label: 'back', help: 'close; clear filter; unzoom; back to now'},
	{keys: ['/'], action: {id: 'filter'}, where: 'lists', group: 'look', label: 'filter', help: 'filter: words, dport:53, -not; Tab completes', footer: 7},
	{keys: ['o'], action: {id: 'sort'}, where: 'lists', group: 'look', set: 'order', label: 'sort', help: 'next sort order; in the journal: one kind'},
	{keys: ['O'], action: {id: 'reverse'}, where: 'lists', group: 'look', set: 'order', label: 'reverse', help: 'reverse the order'},
	{keys: ['c'], action: {id: 'fold'}, where: 'ruleset', group: 'look', set: 'order', label: 'fold', help: 'fold the chain of the selected rule into one row with its sums, or open it', footer: 9, footerIn: 'ruleset'},
	{keys: ['C'], action: {id: 'fold-all'}, where: 'ruleset', group: 'look', set: 'order', label: 'fold all', help: 'fold every chain, or open all'},
	{keys: ['v'], action: {id: 'group'}, where: 'drops', group: 'look', set: 'order', label: 'group', help: 'refused packets in groups, or one by one', footer: 8.2, footerIn: 'drops'},
	{keys: ['z'], action: {id: 'zoom'}, where: 'everywhere', group: 'look', label: 'zoom', help: 'the focused panel alone, and back', footer: 11},
	{keys: ['space'], action: {id: 'freeze'}, where: 'everywhere', group: 'look', set: 'time', label: 'freeze', help: 'hold the panels still; the header stays live', footer: 10},
	{keys: ['['], action: {id: 'step-back'}, where: 'everywhere', group: 'look', set: 'time', label: 'then', help: 'step back: the panels show what was allowed and dropped then; the header stays live', footer: 14},
	{keys: [']'], action: {id: 'step-forward'}, where: 'everywhere', group: 'look', set: 'time', label: 'later', help: 'step forward; past the newest moment is now, as Esc'},
	{keys: ['{'], action: {id: 'change-back'}, where: 'everywhere', group: 'look', set: 'time', label: 'change before', help: 'step back to what something changed: a state, a policy, a command, a drill'},
	{keys: ['}'], action: {id: 'change-forward'}, where: 'everywhere', group: 'look', set: 'time', label: 'change after', help: 'step forward to the next change'},
	{keys: ['y'], action: {id: 'copy'}, where: 'everywhere', group: 'look', set: 'keep', label: 'copy', help: 'copy the selected row (OSC 52: the terminal decides; tmux needs `set -s set-clipboard on`)'},
	{keys: ['w'], action: {id: 'write'}, where: 'everywhere', group: 'look', set: 'keep', label: 'write', help: 'write snapshot, drops and journal to a file in this folder'},
	{keys: ['e'], action: {id: 'evidence'}, where: 'everywhere', group: 'look', set: 'keep', label: 'evidence', help: 'write state, rules, routes, connections, drops, journal and the moments of two hours into a folder here; --replay opens it'},
	{keys: ['up', 'k'], action: {id: 'move', by: 'up'}, where: 'lists', group: 'move', set: 'step', label: 'up', help: 'one row up'},
	{keys: ['down', 'j'], action: {id: 'move', by: 'down'}, where: 'lists', group: 'move', set: 'step', label: 'down', help: 'one row down'},
	{keys: ['pageup', 'ctrl-u'], action: {id: 'move', by: 'page-up'}, where: 'lists', group: 'move', set: 'page', label: 'page up', help: 'one page up'},
	{keys: ['pagedown', 'ctrl-d'], action: {id: 'move', by: 'page-down'}, where: 'lists', group: 'move', set: 'page', label: 'page down', help: 'one page down'},
	{keys: ['home', 'g'], action: {id: 'move', by: 'first'}, where: 'lists', group: 'move', set: 'ends', label: 'first', help: 'first row; drops and journal follow the newest again'},
	{keys: ['end', 'G'], action: {id: 'move', by: 'last'}, where: 'lists', group: 'move', set: 'ends', label: 'last', help: 'last row'},
	{keys: ['?'], action: {id: 'help'}, where: 'everywhere', group: 'console', label: 'help', help: 'this help', set: 'find', footer: 1},
	{keys: [':'], action: {id: 'palette'}, where: 'everywhere', group: 'console', label: 'commands', help: 'find a command by some letters of its name', set: 'find', footer: 13},
	{keys: ['T'], action: {id: 'targets'}, where: 'everywhere', group: 'console', label: 'targets', help: 'look at another daemon, of those that --target or the file name', set: 'find', footer: 2.5},
	{keys: ['i'], action: {id: 'runbook'}, where: 'everywhere', group: 'console', set: 'find', label: 'incident', help: 'when something is wrong: the steps in their order, each with its proof'},
	{keys: ['b'], action: {id: 'audit'}, where: 'everywhere', group: 'console', set: 'find', label: 'host audit', help: 'what is open around the tunnel on this machine: ports, rules, containers, each with proof and fix'},
	{keys: ['m'], action: {id: 'checklist'}, where: 'everywhere', group: 'console', set: 'find', label: 'checklist', help: 'what is to be looked at each day, week, month and quarter, and when it was; `m` again marks the selected one'},
	{keys: ['q', 'ctrl-c'], action: {id: 'quit'}, where: 'everywhere', group: 'console', label: 'quit', help: 'leave; daemon and policy stay', footer: 2},
	{keys: ['ctrl-l'], action: {id: 'repaint'}, where: 'everywhere', group: 'console', set: 'screen', label: 'repaint', help: 'draw the whole screen again'},
	{keys: ['ctrl-z'], action: {id: 'suspend'}, where: 'everywhere', group: 'console', set: 'screen', label: 'suspend', help: 'stop the console; `fg` brings it back'},
];

/** How the keys of a binding are written. */
export function keysOf(binding: Binding): string {
	return binding.keys.map(key => writtenKey(key)).join(' ');
}

/** The first key of an action as it is written; empty when somebody took all of them away. */
export function keyFor(keys: readonly Binding[], name: string): string {
	const [key] = keys.find(({action}) => actionName(action) === name)?.keys ?? [];
	return key === undefined ? '' : writtenKey(key);
}

/** Why the action cannot be taken now, in a word or two; null when it can. */
export function disabledReason(action: Action, state: ViewState): string | null {
	switch (action.id) {
		case 'lockdown':
		case 'lift':
		case 'reconnect':
		case 'switch':
		case 'next':
		case 'drill':
		case 'drill-full':
		case 'allow':
		case 'favourite':
		case 'measure':
			return commandBlockedBy(action.id, state);
		case 'targets':
			return state.targets.length > 1 ? null : 'only one is named: --target NAME=ssh://HOST/CONTAINER';
		case 'fold':
		case 'fold-all':
			return state.focus === 'ruleset' ? null : 'only in the ruleset';
		default:
			return null;
	}
}

export interface FooterKey {
	readonly keys: string;
	readonly label: string;
	readonly disabled: string | null;
	readonly danger: boolean;
}

/** Keys worth a place in the footer now, most important first. */
export function footerKeys(state: ViewState): readonly FooterKey[] {
	const locked = state.live.snapshot?.state.kind === 'lockdown';
	return state.keys
		.filter(binding => binding.footer !== undefined && binding.keys.length > 0 && (binding.footerIn ?? state.focus) === state.focus)
		// Lifting is only ever of use in a lockdown, and only then does it deserve the room.
		.filter(binding => binding.action.id !== (locked ? 'lockdown' : 'lift'))
		// With one target there is nothing to choose.
		.filter(binding => binding.action.id !== 'targets' || state.targets.length > 1)
		.filter(binding => !(binding.where === 'lists' && state.focus === 'tunnel'))
		.toSorted((a, b) => (a.footer ?? 0) - (b.footer ?? 0))
		.map(binding => ({keys: writtenKey(binding.keys[0] ?? ''), label: binding.label, disabled: disabledReason(binding.action, state), danger: binding.danger ?? false}));
}

const groupTitles: Readonly<Record<Group, string>> = {act: 'Act', look: 'Look', move: 'Move', console: 'Console'};

export interface HelpEntry {
	readonly group: string;
	readonly keys: string;
	readonly help: string;
	readonly danger: boolean;
}

export function helpEntries(table: readonly Binding[] = keymap): readonly HelpEntry[] {
	const bindings = table.filter(({keys}) => keys.length > 0);
	return bindings.flatMap((binding, index) => {
		const {set} = binding;
		const inSet = set === undefined ? [binding] : bindings.filter(each => each.set === set);
		if (set !== undefined && bindings.findIndex(each => each.set === set) !== index) return [];
		return [{group: groupTitles[binding.group], keys: inSet.map(keysOf).join(' '), help: set === undefined ? binding.help : sets[set], danger: binding.danger ?? false}];
	});
}

/** The README's key table; a test compares it with the file. */
export function renderKeyTable(): string {
	const cell = (text: string): string => text.replaceAll('|', '\\|');
	const rows = keymap.map(({keys, action, help, where}) => `| ${keys.map(name => `\`${writtenKey(name)}\``).join(' ')} | \`${actionName(action)}\` | ${cell(help)} | ${where} |`);
	return ['| key | name | does | where |', '|---|---|---|---|', ...rows].join('\n');
}
