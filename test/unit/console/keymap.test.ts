import {expect, test} from 'vitest';
import {footerKeys, helpEntries, keymap, renderKeyTable} from '../../../src/console/keymap.ts';
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
