import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {actionFor} from '../../../../src/console/input.ts';
import {footerKeys, helpEntries, keymap} from '../../../../src/console/keymap.ts';
import {actionName} from '../../../../src/console/keys/names.ts';
import {parseConsoleFile, readConsoleFile} from '../../../../src/console/settings/file.ts';
import {findPlace, placesFor} from '../../../../src/console/settings/place.ts';
import {printConfig} from '../../../../src/console/settings/print.ts';
import {settle} from '../../../../src/console/settings/settle.ts';
import {viewOf} from '../../../helpers/screen-view.ts';

const parse = (text: string) => parseConsoleFile('/c.yaml', text);
const why = (text: string): string => {
	const parsed = parse(text);
	return parsed.ok ? 'it was taken' : parsed.error;
};
const keysIn = (text: string, name: string): readonly string[] | undefined => {
	const parsed = parse(text);
	if (!parsed.ok) throw new Error(parsed.error);
	return parsed.value.keys.find(({action}) => actionName(action) === name)?.keys;
};

test('every action has a name of its own', () => {
	const names = keymap.map(({action}) => actionName(action));
	expect(new Set(names).size).toBe(names.length);
});

test('values and keys are taken; an empty file changes nothing', () => {
	expect(parse('theme: high-contrast\nascii: true\nrefresh: 500\nconfirmLockdown: true\n')).toMatchObject({ok: true, value: {values: {theme: 'high-contrast', ascii: 'true', refresh: '500', confirmLockdown: 'true'}}});
	expect(parse('')).toMatchObject({ok: true, value: {values: {}, keys: keymap}});
	expect(parse('# nothing\n')).toMatchObject({ok: true});
	expect(keysIn('keys: {lockdown: X, drill: none, move-up: [up, h], focus-drops: 9, repaint: Ctrl-R, help: "?"}', 'lockdown')).toEqual(['X']);
	expect(keysIn('keys: {drill: none}', 'drill')).toEqual([]);
	expect(keysIn('keys: {focus-drops: 9}', 'focus-drops')).toEqual(['9']);
	expect(keysIn('keys: {repaint: Ctrl-R}', 'repaint')).toEqual(['ctrl-r']);
	expect(keysIn('keys: {quit: Q}', 'quit')).toEqual(['Q', 'ctrl-c']);
	expect(keysIn('keys: {reconnect: s, switch: r}', 'switch')).toEqual(['r']);
});

test.each([
	['theem: mono', '/c.yaml line 1: "theem" is not a setting; did you mean theme?'],
	['ascii: true\ntheme: pink', '/c.yaml line 2: theme must be something else: choose auto, '],
	['refresh: fast', '/c.yaml line 1: refresh must be something else: write milliseconds'],
	['ascii: "yes"', '/c.yaml line 1: ascii must be something else: write true or false'],
	['theme: mono\ntheme: auto', '/c.yaml line 2: is not YAML: duplicate key'],
	['theme: [', '/c.yaml line 1: is not YAML'],
	['- a', '/c.yaml line 1: does not hold'],
	['a: &x 1\nb: *x', '/c.yaml line 2: is an alias'],
	['keys:\n  lockdwn: X', '/c.yaml line 2: "lockdwn" is not an action; did you mean lockdown?'],
	['keys:\n  drill: x\n  lockdown: none', '/c.yaml line 3: lockdown cannot be left without a key'],
	['keys: {quit: none}', 'quit cannot be left without a key'],
	['keys: {lockdown: []}', 'lockdown cannot be left without a key'],
	['keys: {drill: r}', 'r is already reconnect: give one of them another key, or none'],
	['keys: {drill: ctrl-c}', 'drill cannot be on "ctrl-c": Ctrl-C always leaves'],
	['keys: {drill: ctrl-i}', 'terminals send it as Tab'],
	['keys: {drill: f5}', 'a key is one character'],
	['keys: {drill: é}', 'only printable ASCII'],
	['keys: {lockdown: y}', 'lockdown cannot be on y: that key answers questions'],
	['keys: {reconnect: enter}', 'reconnect cannot be on Enter'],
	['keys: {drill: {a: b}}', '/c.yaml line 1: drill must be a key, a list of keys or none'],
	['keys: X', 'keys must be a key'],
])('%j is refused whole, in one sentence with its place', (text, sentence) => {
	expect(why(text)).toContain(sentence);
	expect(why(text)).toMatch(/^\/c\.yaml line \d+: [^\n]+$/);
});

test('the keys in use are those of handler, footer and help', () => {
	const parsed = parse('keys: {lockdown: X, drill: none}');
	if (!parsed.ok) throw new Error(parsed.error);
	const state = {...viewOf(), keys: parsed.value.keys};
	expect(actionFor(state, 'X', {})).toEqual({id: 'lockdown'});
	expect(actionFor(state, 'L', {})).toBeNull();
	expect(actionFor(state, 'd', {})).toBeNull();
	expect(footerKeys(state).map(({keys, label}) => `${keys} ${label}`)).toContain('X lockdown');
	expect(footerKeys(state).map(({label}) => label)).not.toContain('drill');
	const help = helpEntries(state.keys).map(({keys}) => keys);
	expect(help).toContain('X');
	expect(help).toContain('D');
});

test('what --print-config prints is a file that gives the same console', () => {
	const first = parse('theme: mono\nrefresh: 900\nkeys: {lockdown: X, drill: none, focus-drops: [9, ctrl-b], help: ["?", h]}');
	if (!first.ok) throw new Error(first.error);
	const settled = settle({flags: {}, environment: {}, file: first.value});
	if (!settled.ok) throw new Error(settled.error);
	const printed = printConfig(settled.value);
	expect(printed).toContain('/c.yaml');
	const again = parse(printed);
	if (!again.ok) throw new Error(again.error);
	expect(again.value.keys).toEqual(first.value.keys);
	expect(settle({flags: {}, environment: {}, file: again.value})).toMatchObject({value: {options: settled.value.options}});
});

test('one file counts: the named one, else the first there is', () => {
	const folder = mkdtempSync(join(tmpdir(), 'vks-console-'));
	const path = join(folder, 'own.yaml');
	writeFileSync(path, 'theme: mono\n');
	expect(placesFor({}, {HOME: '/h'}).map(place => place.path)).toEqual(['/h/.config/vks/console.yaml', '/etc/vks/console.yaml']);
	expect(placesFor({}, {HOME: '/h', XDG_CONFIG_HOME: '/x'})[0]?.path).toBe('/x/vks/console.yaml');
	expect(findPlace(placesFor({}, {VKS_CONSOLE_CONFIG: path}))).toEqual({path, named: true});
	expect(findPlace(placesFor({'--config': '/absent'}, {VKS_CONSOLE_CONFIG: path}))).toEqual({path: '/absent', named: true});
	expect(findPlace(placesFor({}, {HOME: folder, XDG_CONFIG_HOME: folder}).filter(place => place.path.startsWith(folder)))).toBeNull();
	expect(readConsoleFile(path)).toMatchObject({ok: true, value: {values: {theme: 'mono'}}});
	expect(readConsoleFile('/absent')).toEqual({ok: false, error: '/absent cannot be read (ENOENT)'});
	rmSync(folder, {recursive: true});
});
