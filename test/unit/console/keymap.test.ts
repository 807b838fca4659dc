import {expect, test} from 'vitest';
import type {Action} from '../../../src/console/actions.ts';
import {actionFor} from '../../../src/console/input.ts';
import {footerKeys, helpEntries, keymap, renderKeyTable} from '../../../src/console/keymap.ts';
import {dialogKeys} from '../../../src/console/keys/dialog-keys.ts';
import {update} from '../../../src/console/update.ts';
import type {ViewState} from '../../../src/console/view.ts';
import {viewOf} from '../../helpers/screen-view.ts';

test('no key means two things', () => {
	const keys = keymap.flatMap(binding => binding.keys);
	expect(new Set(keys).size).toBe(keys.length);
});

test('no binding is a function key, which terminals do not tell apart', () => {
	expect(keymap.flatMap(binding => binding.keys).filter(key => /^f\d/i.test(key))).toEqual([]);
});

test('help and the key table name every key', () => {
	const help = helpEntries().map(entry => entry.keys).join(' ');
	const table = renderKeyTable();
	for (const {keys} of keymap) {
		for (const key of keys.filter(each => each.length === 1)) {
			expect(help.split(' ')).toContain(key);
			expect(table).toContain(`\`${key}\``);
		}
	}
	expect(table.split('\n')).toHaveLength(keymap.length + 2);
});

test('help fits a screen of 24 rows', () => {
	expect(helpEntries().length).toBeLessThanOrEqual(19);
});

test('the footer offers lift in a lockdown and lockdown otherwise, and says why a key is of no use', () => {
	const labels = (state: Parameters<typeof footerKeys>[0]) => footerKeys(state).map(key => `${key.keys} ${key.label}${key.disabled === null ? '' : `: ${key.disabled}`}`);
	expect(labels(viewOf())).toContain('L lockdown');
	expect(labels(viewOf())).not.toContain('U lift');
	expect(labels(viewOf({in: 'lockdown'}))).toEqual(expect.arrayContaining(['U lift', 'r reconnect: in lockdown']));
	expect(labels(viewOf({readOnly: true}))).toContain('L lockdown: read-only');
	expect(labels(viewOf({snapshot: null}))).toContain('L lockdown: no daemon');
});

test('in a dialog the footer names what its keys do there: no letter that would be text, no q that would only close', () => {
	const press = (state: ViewState, action: Action) => update(state, {type: 'action', action, atMs: state.nowMs + 1000}).state;
	const labels = (state: ViewState) => (state.dialog === null ? [] : dialogKeys(state, state.dialog).map(key => `${key.keys} ${key.label}`));
	const drops = press(viewOf(), {id: 'focus', panel: 'drops'});
	expect(labels(press(drops, {id: 'open'}))).toEqual(['Esc close', 'a allow', '↑ ↓ scroll', 'L lockdown', 'Ctrl-C quit']);
	expect(labels(press(viewOf(), {id: 'reconnect'}))).toEqual(['y yes', 'n no', 'Esc cancel', 'L lockdown', 'Ctrl-C quit']);
	expect(labels(press(viewOf(), {id: 'palette'}))).not.toContain('L lockdown');
	expect(labels(press(viewOf({in: 'lockdown'}), {id: 'lift'}))).toEqual(['Enter lift', 'Esc cancel', 'Ctrl-C quit']);
	const form = press(viewOf(), {id: 'allow'});
	expect(labels(form)).not.toContain('L lockdown');
	expect(labels(press(form, {id: 'focus-next'}))).toContain('L lockdown');
	expect(labels(press(viewOf({in: 'excepted'}), {id: 'exceptions'}))).toEqual(expect.arrayContaining(['x revoke', 'a allow']));
});

test('every letter that a dialog\'s footer names does something there', () => {
	const press = (state: ViewState, action: Action) => update(state, {type: 'action', action, atMs: state.nowMs + 1000}).state;
	const states = [press(viewOf(), {id: 'help'}), press(press(viewOf(), {id: 'focus', panel: 'drops'}), {id: 'open'}), press(viewOf(), {id: 'reconnect'}), press(press(viewOf(), {id: 'allow'}), {id: 'focus-next'}), press(viewOf({in: 'excepted'}), {id: 'exceptions'})];
	for (const state of states) {
		if (state.dialog === null) throw new Error('no dialog opened');
		const letters = dialogKeys(state, state.dialog).map(({keys}) => keys).filter(keys => keys.length === 1 && /[a-z0-9]/i.test(keys));
		expect(letters.length).toBeGreaterThan(0);
		for (const letter of letters) expect(actionFor(state, letter, {}), `${state.dialog.kind}: ${letter}`).not.toBeNull();
	}
});
