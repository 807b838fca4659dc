/** What the palette offers: everything the key table names, and what takes a word more. */
import type {Action} from '../actions.ts';
import {disabledReason, keysOf, type Binding} from '../keymap.ts';
import {actionName} from '../keys/names.ts';
import {commandBlockedBy} from '../select/availability.ts';
import {placeOf} from '../select/servers.ts';
import {themeNames} from '../theme.ts';
import {panelIds, type PanelId, type ViewState} from '../view.ts';

export interface PaletteEntry {
	/** What is typed and shown; no two are the same. */
	readonly title: string;
	readonly keys: string;
	readonly help: string;
	/** Why it cannot be done now. */
	readonly disabled: string | null;
	readonly danger: boolean;
	readonly action: Action;
}

/** Moving about by name is of no use, and the palette is open already. */
const leftOut: ReadonlySet<string> = new Set(['move', 'palette']);

export function paletteEntries(state: ViewState, text: string): readonly PaletteEntry[] {
	return [
		...filterEntries(state, text),
		...allowEntries(state, text),
		...state.keys.filter(({action}) => !leftOut.has(action.id)).map(binding => fromBinding(binding, state)),
		...confirmEntries(state),
		...serverEntries(state),
		...targetEntries(state),
		...themeNames.map((theme): PaletteEntry => ({
			title: `theme ${theme}`, keys: '', help: theme === state.looks.theme ? 'in use now' : 'other colours for all of the console', danger: false,
			disabled: state.looks.color || theme === 'mono' ? null : 'no colour was asked for', action: {id: 'theme', theme},
		})),
		{title: `symbols ${state.looks.asciiOnly ? 'unicode' : 'ascii'}`, keys: '', help: state.looks.asciiOnly ? 'lines and symbols again' : 'nothing outside ASCII', disabled: null, danger: false, action: {id: 'symbols', asciiOnly: !state.looks.asciiOnly}},
	];
}

function fromBinding(binding: Binding, state: ViewState): PaletteEntry {
	return {
		title: actionName(binding.action).replaceAll('-', ' '), keys: keysOf(binding), help: binding.help,
		disabled: disabledReason(binding.action, state), danger: binding.danger ?? false, action: binding.action,
	};
}

/** Only while there is something to confirm, which is for minutes after a start. */
function confirmEntries(state: ViewState): readonly PaletteEntry[] {
	if (!state.live.snapshot?.unconfirmed) return [];
	return [{title: 'confirm start', keys: '', help: 'you still get in: what this start changed stays', disabled: commandBlockedBy('confirm', state), danger: false, action: {id: 'confirm-start'}}];
}

function serverEntries(state: ViewState): readonly PaletteEntry[] {
	const reason = disabledReason({id: 'switch'}, state);
	return (state.live.snapshot?.servers ?? []).map((server): PaletteEntry => ({
		title: `switch ${server.id}`, keys: '', help: [placeOf(server), 'asks `y`'].filter(Boolean).join('; '), danger: false,
		disabled: reason ?? (server.problem === null ? (server.current ? 'in use' : null) : server.problem), action: {id: 'switch-to', server: server.id},
	}));
}

function targetEntries(state: ViewState): readonly PaletteEntry[] {
	return state.targets.map(({name, way}): PaletteEntry => ({
		title: `target ${name}`, keys: '', help: way, danger: false, disabled: name === state.target?.name && state.link.kind === 'open' ? 'looked at now' : null, action: {id: 'target', name},
	}));
}

/** `allow tcp 192.168.1.20:5432` fills in the form; what it then takes to open anything is the form's. */
function allowEntries(state: ViewState, text: string): readonly PaletteEntry[] {
	const [, target = ''] = /^allow\s+(\S.*)$/.exec(text) ?? [];
	if (target === '') return [];
	return [{title: `allow ${target}`, keys: '', help: 'fill in the form; asks for a reason and the word `allow`', danger: true, disabled: disabledReason({id: 'allow'}, state), action: {id: 'allow-target', target}}];
}

/** `filter dport:53` is for the focused panel, `filter drops dport:53` for the named one. */
function filterEntries(state: ViewState, text: string): readonly PaletteEntry[] {
	const [, first = '', rest = ''] = /^filter\s+(\S+)\s*(.*)$/.exec(text) ?? [];
	if (first === '') return [];
	const named = panelIds.find(panel => panel === first);
	const entry = (panel: PanelId, filter: string): PaletteEntry => ({
		title: `filter ${panel === named ? `${panel} ` : ''}${filter}`, keys: '', help: `show only these rows of ${panel}`, danger: false,
		disabled: panel === 'tunnel' ? 'the tunnel has no rows' : null, action: {id: 'filter-by', panel, text: filter},
	});
	return named === undefined || rest === '' ? [entry(state.focus, `${first} ${rest}`.trim())] : [entry(named, rest)];
}
