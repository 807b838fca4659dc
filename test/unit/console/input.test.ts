import {expect, test} from 'vitest';
import {actionFor, keyName, pasteAction} from '../../../src/console/input.ts';
import {keymap} from '../../../src/console/keymap.ts';
import type {Effect} from '../../../src/console/events.ts';
import type {ViewState} from '../../../src/console/view.ts';
import {update} from '../../../src/console/update.ts';
import {viewOf} from '../../helpers/screen-view.ts';

interface Pressed {
	readonly state: ViewState;
	readonly effects: readonly Effect[];
}

/** Presses chunks one after the other, `gapMs` apart, as the terminal would deliver them. */
function press(start: ViewState, chunks: readonly string[], gapMs = 1000): Pressed {
	const effects: Effect[] = [];
	let state = start;
	for (const [index, chunk] of chunks.entries()) {
		const action = actionFor(state, chunk === '\r' || chunk === '\u001B' ? '' : chunk, {return: chunk === '\r', escape: chunk === '\u001B'});
		if (action === null) continue;
		const step = update(state, {type: 'action', action, atMs: start.nowMs + index * gapMs});
		state = step.state;
		effects.push(...step.effects);
	}
	return {state, effects};
}

const commands = ({effects}: Pressed) => effects.flatMap(effect => (effect.type === 'submit' ? [effect.command.do] : []));
const locked = viewOf({in: 'lockdown'});

test('a paste of LyUlift and a line end, as one chunk, sends nothing and opens nothing', () => {
	for (const state of [viewOf(), locked]) {
		const after = press(state, ['LyUlift\n']);
		expect(after.effects).toEqual([]);
		expect(after.state.dialog).toBeNull();
		expect(pasteAction(state, 'L')).toBeNull();
	}
});

test('L locks down at once, with one key', () => {
	expect(commands(press(viewOf(), ['L']))).toEqual(['lockdown']);
});

test('L held down asks for one lockdown and lifts nothing', () => {
	expect(commands(press(viewOf(), Array.from({length: 60}, () => 'L'), 33))).toEqual(['lockdown']);
});

test('L overtakes an open question, and an order on its way', () => {
	expect(commands(press(viewOf(), ['r', 'L']))).toEqual(['lockdown']);
	expect(commands(press(viewOf(), ['r', 'y', 'L']))).toEqual(['reconnect', 'lockdown']);
});

test('a reconnect needs r and then y; Enter, r again and Y are no answers', () => {
	expect(commands(press(viewOf(), ['r', 'y']))).toEqual(['reconnect']);
	for (const answer of ['\r', 'r', 'Y', ' ', 'yy', '1']) {
		const after = press(viewOf(), ['r', answer]);
		expect(commands(after)).toEqual([]);
		expect(after.state.dialog?.kind).toBe('confirm');
	}
	for (const answer of ['n', 'N', '\u001B', 'q']) expect(press(viewOf(), ['r', answer]).state.dialog).toBeNull();
});

test('an answer within 300 ms of the question is not heard', () => {
	const burst = press(viewOf(), ['r', 'y'], 100);
	expect(commands(burst)).toEqual([]);
	expect(burst.state.dialog?.kind).toBe('confirm');
});

test('a lockdown is lifted by the typed word and Enter alone', () => {
	expect(commands(press(locked, ['U', 'l', 'i', 'f', 't', '\r']))).toEqual(['lift']);
	expect(commands(press(locked, ['U', 'y', '\r']))).toEqual([]);
	expect(commands(press(locked, ['U', 'l', 'i', 'f', '\r']))).toEqual([]);
	expect(commands(press(locked, ['U', 'lift\r']))).toEqual([]);
});

test('d runs a leak test at once; the full one needs its word, and a tunnel to take down', () => {
	expect(commands(press(viewOf(), ['d']))).toEqual(['drill']);
	expect(commands(press(viewOf(), ['D', 'd', 'r', 'i', 'l', 'l', '\r']))).toEqual(['drill-full']);
	expect(commands(press(viewOf(), ['D', 'l', 'i', 'f', 't', '\r']))).toEqual([]);
	expect(commands(press(locked, ['D', 'd', 'r', 'i', 'l', 'l', '\r']))).toEqual(['drill']);
});

test('with Caps Lock on, LIFT does not lift', () => {
	expect(commands(press(locked, ['U', 'L', 'I', 'F', 'T', '\r']))).toEqual([]);
});

test('U held down lifts nothing', () => {
	expect(commands(press(locked, [...Array.from({length: 60}, () => 'U'), '\r'], 33))).toEqual([]);
});

test('letters typed into a filter are text', () => {
	const typed = press(viewOf(), ['4', '/', 'L', 'q', 'r', 'U']);
	expect(typed.effects).toEqual([]);
	expect(typed.state.panels.drops.filter).toBe('LqrU');
	expect(press(viewOf(), ['4', '/', 'L', '\u001B']).state.panels.drops.filter).toBe('');
	expect(press(viewOf(), ['4', '/', 'x', '\r', '1']).state.focus).toBe('tunnel');
});

test('a paste into a filter is text without its line ends', () => {
	const open = press(viewOf(), ['4', '/']).state;
	expect(pasteAction(open, 'dns\nq')).toEqual({id: 'type', text: 'dnsq', pasted: true});
});

test('a read-only console sends no command, whatever is pressed', () => {
	const all = keymap.flatMap(binding => binding.keys).filter(key => key.length === 1 && key !== 'q');
	expect(commands(press(viewOf({readOnly: true}), ['3', 's', '\r', 'y', ...all.flatMap(key => [key, 'y', '\u001B'])]))).toEqual([]);
});

test('Alt-L, Ctrl-L and a function key are not L', () => {
	expect(keyName('L', {meta: true})).toBeNull();
	expect(actionFor(viewOf(), 'l', {ctrl: true})).toEqual({id: 'repaint'});
	expect(actionFor(viewOf(), '', {})).toBeNull();
});

test('Ctrl-C leaves from anywhere', () => {
	for (const state of [viewOf(), press(viewOf(), ['r']).state, press(locked, ['U']).state, press(viewOf(), ['4', '/']).state, press(viewOf(), ['?']).state]) {
		expect(actionFor(state, 'c', {ctrl: true})).toEqual({id: 'quit'});
	}
});

test('a held j that arrives as jjj moves; jL does nothing', () => {
	expect(actionFor(viewOf(), 'jjj', {})).toEqual({id: 'move', by: 'down'});
	expect(actionFor(viewOf(), 'jL', {})).toBeNull();
});

test('with confirmLockdown, L asks and y locks down; L again and Enter are no answers', () => {
	const careful: ViewState = {...viewOf(), confirmLockdown: true};
	expect(commands(press(careful, ['L']))).toEqual([]);
	expect(commands(press(careful, ['L', 'L', 'L', '\r']))).toEqual([]);
	expect(commands(press(careful, ['L', 'y']))).toEqual(['lockdown']);
});
