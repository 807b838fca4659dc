import {expect, test} from 'vitest';
import type {Action} from '../../../../src/console/actions.ts';
import type {Effect} from '../../../../src/console/events.ts';
import {actionFor, pasteAction} from '../../../../src/console/input.ts';
import {keymap} from '../../../../src/console/keymap.ts';
import {paletteEntries} from '../../../../src/console/palette/entries.ts';
import {paletteMatches} from '../../../../src/console/palette/matches.ts';
import {update} from '../../../../src/console/update.ts';
import type {ViewState} from '../../../../src/console/view.ts';
import {snapshotOf, viewOf} from '../../../helpers/screen-view.ts';

interface Done {
	readonly state: ViewState;
	readonly effects: readonly Effect[];
}

/** Each chunk as the terminal delivers it; `paste:` is one in brackets. */
function press(start: ViewState, chunks: readonly string[], gapMs = 400): Done {
	let state = start;
	const effects: Effect[] = [];
	for (const [index, chunk] of chunks.entries()) {
		const flags = {return: chunk === '\r', escape: chunk === '\u001B', downArrow: chunk === 'down', upArrow: chunk === 'up'};
		const action: Action | null = chunk.startsWith('paste:') ? pasteAction(state, chunk.slice(6)) : actionFor(state, Object.values(flags).some(Boolean) ? '' : chunk, flags);
		if (action === null) continue;
		const step = update(state, {type: 'action', action, atMs: start.nowMs + index * gapMs});
		state = step.state;
		effects.push(...step.effects);
	}
	return {state, effects};
}

const commands = ({effects}: Done) => effects.flatMap(effect => (effect.type === 'submit' ? [effect.command.do] : []));
const titles = (state: ViewState, text: string) => paletteMatches(state, text).map(({entry}) => entry.title);

test('it offers everything the key table names, with its keys and its help, and no name twice', () => {
	const entries = paletteEntries(viewOf(), '');
	for (const binding of keymap.filter(({action}) => action.id !== 'move' && action.id !== 'palette')) {
		expect(entries).toContainEqual(expect.objectContaining({action: binding.action, help: binding.help}));
	}
	expect(new Set(entries.map(({title}) => title)).size).toBe(entries.length);
});

test('a few letters find the command; the best match is selected, and Enter runs it', () => {
	expect(titles(viewOf(), 'lock')[0]).toBe('lockdown');
	expect(commands(press(viewOf(), [':', 'l', 'o', 'c', '\r']))).toEqual(['lockdown']);
	expect(press(viewOf(), [':', ...'fo dr', '\r']).state.focus).toBe('drops');
});

test('Enter right after opening, or held down, runs nothing', () => {
	for (const chunks of [[':', '\r'], [':', '\r', '\r', '\r'], [':', 'l', '\u007F', '\r']]) expect(press(viewOf(), chunks).effects).toEqual([]);
	// Faster than a person chooses: a paste that arrived letter by letter.
	expect(press(viewOf(), [':', ...'lockdown', '\r'], 20).effects).toEqual([]);
});

test('several characters at once are text and select nothing, with or without a line end', () => {
	for (const chunk of ['lockdown', 'lockdown\r', 'paste:lockdown\n', 'paste:L']) {
		const pasted = press(viewOf(), [':', chunk, '\r']);
		expect(pasted.effects).toEqual([]);
		expect(pasted.state.dialog).toMatchObject({kind: 'palette', selected: null});
	}
	expect(press(viewOf(), [':lockdown\r']).state.dialog).toBeNull();
	// An arrow is a choice.
	expect(commands(press(viewOf(), [':', 'lockdown', 'down', '\r']))).toEqual(['lockdown']);
});

test('a dangerous command still asks for its word, and one that asks y still asks', () => {
	const lift = press(viewOf({in: 'lockdown'}), [':', ...'lift', '\r', '\r', 'y']);
	expect(commands(lift)).toEqual([]);
	expect(lift.state.dialog).toMatchObject({kind: 'typed'});
	const reconnect = press(viewOf(), [':', ...'reconnect', '\r']);
	expect(reconnect.state.dialog).toMatchObject({kind: 'confirm'});
	expect(commands(reconnect)).toEqual([]);
});

test('what cannot be done says why, there and when it is chosen', () => {
	const entry = paletteEntries(viewOf(), '').find(({title}) => title === 'lift');
	expect(entry?.disabled).toBe('not in lockdown');
	expect(press(viewOf(), [':', ...'lift', '\r']).state.notice?.text).toContain('not in lockdown');
	const readOnly = press(viewOf({readOnly: true}), [':', ...'lockdown', '\r']);
	expect(readOnly.effects).toEqual([]);
	expect(readOnly.state.notice?.text).toContain('read-only');
});

test('a server is switched to by its name, through the same question', () => {
	const other = snapshotOf('connected').servers.find(({current, problem}) => !current && problem === null)?.id ?? '';
	const asked = press(viewOf(), ['3', '/', 'x', '\r', ':', ...`switch ${other}`, '\r']);
	expect(asked.state.dialog).toMatchObject({kind: 'confirm', command: {do: 'switch', server: other}});
	expect(commands(press(viewOf(), [':', ...`switch ${other}`, '\r', 'y']))).toEqual(['switch']);
});

test('theme, symbols and filters take their word', () => {
	expect(press(viewOf(), [':', ...'theme high', '\r']).state.looks.theme).toBe('high-contrast');
	expect(press(viewOf(), [':', ...'symbols', '\r']).state.looks.asciiOnly).toBe(true);
	const filtered = press(viewOf(), [':', ...'filter drops dport:53', '\r']).state;
	expect({focus: filtered.focus, filter: filtered.panels.drops.filter}).toEqual({focus: 'drops', filter: 'dport:53'});
	expect(press(viewOf(), ['5', ':', ...'filter state', '\r']).state.panels.journal.filter).toBe('state');
	expect(paletteEntries({...viewOf(), looks: {theme: 'mono', asciiOnly: false, color: false, linear: false}}, '').find(({title}) => title === 'theme auto')?.disabled).toBe('no colour was asked for');
});

test('allow takes its target to the form, which still asks for everything', () => {
	const form = press(viewOf(), [':', ...'allow tcp 192.168.1.20:5432', '\r', '\r']);
	expect(form.state.dialog).toMatchObject({kind: 'allow', form: {target: 'tcp 192.168.1.20:5432', reason: '', word: ''}});
	expect(commands(form)).toEqual([]);
	expect(press(viewOf({readOnly: true}), [':', ...'allow tcp 192.168.1.20:5432', '\r']).state.dialog).toBeNull();
});

test('letters in the palette are text; Escape and Ctrl-C leave', () => {
	const typed = press(viewOf(), [':', 'L', 'q', 'U']);
	expect(typed.effects).toEqual([]);
	expect(typed.state.dialog).toMatchObject({text: 'LqU'});
	expect(press(viewOf(), [':', 'x', '\u001B']).state.dialog).toBeNull();
	expect(actionFor(typed.state, 'c', {ctrl: true})).toEqual({id: 'quit'});
});

test('two hundred servers are matched well below a key\'s 50 ms', () => {
	const snapshot = snapshotOf('connected');
	const [first] = snapshot.servers;
	if (first === undefined) throw new Error('no server');
	const many = viewOf({snapshot: {...snapshot, servers: Array.from({length: 200}, (_, index) => ({...first, id: `se-sto-wg-${index}`, current: false}))}});
	paletteMatches(many, 'sw');
	const took = Array.from({length: 10}, () => {
		const from = performance.now();
		paletteMatches(many, 'switch se sto 1');
		return performance.now() - from;
	});
	// The best of ten: what takes long takes long every time, a busy machine does not.
	expect(Math.min(...took)).toBeLessThan(50);
});

test('a start that waits for it is confirmed by name; where nothing waits the name is not there', () => {
	const snapshot = {...snapshotOf('connected'), unconfirmed: {sinceMs: 0, endsAtMs: 1}};
	expect(commands(press(viewOf({snapshot}), [':', ...'confirm', '\r']))).toEqual(['confirm']);
	expect(titles(viewOf(), 'confirm start')).toEqual([]);
});
