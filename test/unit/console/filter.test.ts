import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {Action} from '../../../src/console/actions.ts';
import {filterFields, filterHint, suggest} from '../../../src/console/select/filter-help.ts';
import {parseFilter, type Searchable} from '../../../src/console/select/filter.ts';
import {rowsOf} from '../../../src/console/select/rows.ts';
import {panelIds, type PanelId, type ViewState} from '../../../src/console/view.ts';
import {after, viewOf} from '../../helpers/screen-view.ts';

const row = (key: string, fields: Readonly<Record<string, string>>): Searchable => ({key, fields, text: Object.values(fields).join(' ').toLowerCase()});
const rows = [
	row('dns', {dir: 'out', proto: 'udp', src: '10.64.1.2', dst: '203.0.113.54', sport: '40000', dport: '53', uid: '1000', user: 'radarr', rule: 'refuse-dns', packets: '3'}),
	row('web', {dir: 'out', proto: 'tcp', src: '172.30.7.2', dst: '10.1.2.3', sport: '53', dport: '80', uid: '0', user: 'root', rule: 'refuse-out', packets: '1200'}),
	row('mdns', {dir: 'in', proto: 'udp', src: 'fe80::1', dst: 'ff02::fb', sport: '5353', dport: '5353', uid: '', user: '', rule: 'refuse-in', packets: '15'}),
];
const found = (filter: string): readonly string[] => rows.filter(parseFilter(filter)).map(({key}) => key);

test.each<[string, readonly string[]]>([
	['', ['dns', 'web', 'mdns']],
	['dport:53 uid:1000 out', ['dns']],
	['dport:53', ['dns']],
	['port:53', ['dns', 'web']],
	['dport:53,80', ['dns', 'web']],
	['-uid:0', ['dns', 'mdns']],
	['!uid:0 !in', ['dns']],
	// A bare direction is the direction, and not the end of a rule's name.
	['in', ['mdns']],
	['out', ['dns', 'web']],
	['tcp', ['web']],
	['packets:>100', ['web']],
	['packets:>=1.2k', ['web']],
	['packets:<15', ['dns']],
	['packets:3-15', ['dns', 'mdns']],
	['dport:1000-6000', ['mdns']],
	['dst:10.0.0.0/8', ['web']],
	['-dst:10.0.0.0/8', ['dns', 'mdns']],
	['dst:ff00::/8', ['mdns']],
	['host:10.0.0.0/8', ['dns', 'web']],
	['dst:10', ['web']],
	['user:radarr', ['dns']],
	['uid:radarr', ['dns']],
	['user:1000', ['dns']],
	['rule:dns,out', ['dns', 'web']],
	['RULE:DNS', ['dns']],
	['ff02::fb', ['mdns']],
	['fe80::', ['mdns']],
	// What is still being typed hides nothing.
	['dport:', ['dns', 'web', 'mdns']],
	['-dport:', ['dns', 'web', 'mdns']],
	['packets:>', ['dns', 'web', 'mdns']],
	['dport:53,', ['dns']],
	['nosuch:thing', []],
	['constructor:x', []],
])('%s', (filter, keys) => {
	expect(found(filter)).toEqual(keys);
});

const words = fc.array(fc.oneof(
	fc.string(), fc.constantFrom('dport:53', '-uid:0', '!', '-', ':', '::', 'dst:10.0.0.0/8', 'dst:10.0.0.0/99', 'packets:>9', 'packets:>>', 'user:', ',', 'a:,,', '__proto__:1', 'toString:'),
)).map(list => list.join(' '));

test('any text is a filter, a hint and a completion, and a word and its negation share no row', () => {
	fc.assert(fc.property(words, fc.constantFrom(...panelIds), (text, panel) => {
		rows.filter(parseFilter(text));
		const hint = filterHint(text, panel);
		expect(hint === null || hint.length > 0).toBe(true);
		for (const word of suggest(text, panel, () => rows).words) expect(word).not.toMatch(/\s/);
	}));
	fc.assert(fc.property(fc.constantFrom('dport', 'dst', 'rule', 'uid', 'dir'), fc.stringMatching(/^[a-z0-9./>-]{1,8}$/), (field, value) => {
		const [yes, no] = [found(`${field}:${value}`), found(`-${field}:${value}`)];
		expect(yes.filter(key => no.includes(key)).length === 0 || yes.length === rows.length).toBe(true);
	}));
});

describe('help while it is typed', () => {
	test('an unknown field is named, with the one that was meant', () => {
		expect(filterHint('dprot:53', 'drops')).toBe('no field "dprot" here; dport?');
		expect(filterHint('colour:red', 'journal')).toBe('no field "colour" here: there are kind level');
		for (const fine of ['dport:53', 'port:53', 'fe80::1', '10:32:07', 'word', '-uid:0']) expect(filterHint(fine, 'drops')).toBeNull();
	});

	test('fields are completed first, then the values there are, the most frequent first', () => {
		expect(suggest('d', 'drops', () => rows)).toEqual({stem: '', words: ['dport:', 'dst:', 'dir:']});
		expect(suggest('out -d', 'drops', () => rows).words).toEqual(['-dport:', '-dst:', '-dir:']);
		expect(suggest('proto:', 'drops', () => rows).words).toEqual(['proto:udp', 'proto:tcp']);
		expect(suggest('dport:53,8', 'drops', () => rows).words).toEqual(['dport:53,80']);
		expect(suggest('proto:tcp dport:', 'drops', stem => rows.filter(parseFilter(stem)))).toEqual({stem: 'proto:tcp ', words: ['dport:80']});
	});

	test.each(panelIds.filter(panel => panel !== 'tunnel'))('what is offered for %s is there', panel => {
		const state = viewOf();
		const searched: ViewState = {...state, panels: {...state.panels, [panel]: {...state.panels[panel], filter: ' '}}};
		const [some] = rowsOf(searched, panel);
		expect(Object.keys(some?.fields ?? {})).toEqual(expect.arrayContaining([...filterFields[panel]]));
	});
});

describe('the field', () => {
	const act = (state: ViewState, ...actions: readonly Action[]): ViewState => after(state, ...actions.map(action => ({type: 'action', action, atMs: state.nowMs}) as const));
	const type = (text: string): Action => ({id: 'type', text});
	const open = (panel: PanelId): ViewState => act(viewOf(), {id: 'focus', panel}, {id: 'filter'});
	const filterOf = (state: ViewState): string => state.panels[state.focus].filter;

	test('Tab goes through what fits and comes round; Shift-Tab goes back', () => {
		const typed = act(open('drops'), type('out d'));
		const through = [1, 2, 3, 4].map(times => filterOf(act(typed, ...Array.from({length: times}, (): Action => ({id: 'complete'})))));
		expect(through).toEqual(['out dport:', 'out dst:', 'out dir:', 'out dport:']);
		expect(filterOf(act(typed, {id: 'complete-back'}))).toBe('out dir:');
	});

	test('the only field that fits is followed by its values', () => {
		const field = act(open('drops'), type('dp'), {id: 'complete'});
		expect(filterOf(field)).toBe('dport:');
		expect(filterOf(act(field, {id: 'complete'}))).toMatch(/^dport:\d+$/);
	});

	test('filters that were kept come back with up, and what was typed with down', () => {
		const kept = act(open('drops'), type('dns'), {id: 'accept'}, {id: 'back'}, {id: 'filter'}, type('tcp'), {id: 'accept'}, {id: 'back'}, {id: 'filter'}, type('new'));
		const up: Action = {id: 'move', by: 'up'};
		const down: Action = {id: 'move', by: 'down'};
		expect([[up], [up, up], [up, up, up], [up, up, down], [up, down], [down]].map(keys => filterOf(act(kept, ...keys)))).toEqual(['tcp', 'dns', 'dns', 'tcp', 'new', 'new']);
		expect(act(kept, {id: 'focus', panel: 'journal'}).filterHistory.journal).toEqual([]);
	});

	test('Enter keeps the filter, Esc clears it', () => {
		expect(act(open('drops'), type(' dns '), {id: 'accept'})).toMatchObject({filterOpen: false, panels: {drops: {filter: 'dns'}}});
		expect(act(open('drops'), type('dns'), {id: 'back'})).toMatchObject({filterOpen: false, panels: {drops: {filter: ''}}});
	});
});
