/** The screen-reader mode: sentences in reading order, and no frame for numbers alone. */
import {expect, test} from 'vitest';
import type {Action} from '../../src/console/actions.ts';
import {saysMore} from '../../src/console/select/linear.ts';
import {panelIds, type ViewState} from '../../src/console/view.ts';
import {spoken} from '../helpers/screen-render.ts';
import {after, fixture, situations, snapshotOf, viewOf} from '../helpers/screen-view.ts';

const act = (state: ViewState, ...actions: readonly Action[]): ViewState => after(state, ...actions.map((action, index) => ({type: 'action', action, atMs: state.nowMs + index * 1000}) as const));
const size = {columns: 80, rows: 24};
const pictures = /[\u2500-\u259F\u25A0-\u25FF\u2190-\u21FF✓✗•★]/;

test('state and proof come first, then the facts of the header, each once', () => {
	const [first, second = '', third = ''] = spoken(viewOf(size)).split('\n');
	expect(first).toBe('CONNECTED, PROVEN.');
	expect(second).toContain('exit 198.51.100.77');
	expect(second).toContain('layers');
	expect(third).toContain('handshake 19s');
	expect(third).toMatch(/received 1\.5 kB\/s/);
});

test.each(panelIds)('the panel %s is sentences: no lines, no pictures, nothing cut', panel => {
	const text = spoken(act(viewOf(size), {id: 'focus', panel}));
	expect(text).not.toMatch(pictures);
	expect(text).not.toMatch(/…| {2}/);
	expect(text).toMatch(new RegExp(`Panel ${panelIds.indexOf(panel) + 1}, \\w+:`));
});

test('in no situation is there a picture, and what must not be missed is said', () => {
	for (const name of situations) expect(spoken(viewOf({...size, in: name}))).not.toMatch(pictures);
	expect(spoken(viewOf({...size, in: 'lockdown'}))).toContain('Attention: LOCKDOWN since');
	expect(spoken(viewOf({...size, in: 'drifted'}))).toMatch(/^CONNECTED, DRIFTED\.\n[^]*Attention: DRIFTED rule refuse-dns is missing from output; output has a rule that is not ours/);
	expect(spoken(viewOf({...size, in: 'leaked'}))).toContain('Attention: DRILL FAILED');
});

test('a list says its selected row first, with the titles of its columns, and where in the list it is', () => {
	const text = spoken(act(viewOf(size), {id: 'focus', panel: 'ruleset'}, {id: 'move', by: 'down'}));
	const {length} = fixture.snapshot.rules;
	expect(text).toMatch(new RegExp(`Selected, row 2 of ${length}: chain \\S+, rule \\S+, does \\w+, packets \\d+`));
	expect(text).toContain(`Row 3 of ${length}:`);
	expect(text.indexOf('Selected')).toBeLessThan(text.indexOf('Row 3'));
});

test('a dialog takes the panel\'s place, with what leaves it', () => {
	const text = spoken(act(viewOf(size), {id: 'reconnect'}));
	expect(text).toContain('Dialog: Reconnect');
	expect(text).toContain('y yes n no');
	expect(text).toContain('Escape closes.');
	expect(text).not.toContain('Panel 1');
	expect(spoken(act(viewOf(size), {id: 'palette'}, {id: 'type', text: 'd'}))).toContain(': d_');
});

test('what became of a command is the first thing said', () => {
	const done = after(viewOf(size), {type: 'outcome', ticket: 7, outcome: {ok: true, message: 'Reconnected.', durationMs: 312, problem: null}, atMs: viewOf().nowMs});
	expect(spoken(done).split('\n')[0]).toBe('Done: 312 ms: Reconnected.');
});

test('without a daemon the page of the first run is read out, commands as such', () => {
	const down = after(viewOf({snapshot: null}), {type: 'link', link: {kind: 'down', problem: {code: 'no-daemon', what: 'No daemon answers.', next: ''}}});
	const text = spoken(down);
	expect(text).toContain('UNKNOWN.');
	expect(text).toContain('Command: vks run');
	expect(text).not.toMatch(pictures);
});

test('numbers alone make no frame; words do, and a dialog that changed', () => {
	const before = viewOf(size);
	const {snapshot} = before.live;
	if (snapshot === null) throw new Error('no snapshot');
	const later = (change: Partial<typeof snapshot>): ViewState => after(before, {type: 'snapshot', snapshot: {...snapshot, ...change}, atMs: before.nowMs + 1000}, {type: 'tick', atMs: before.nowMs + 1000});
	const counted = later({
		atMs: snapshot.atMs + 1000, proof: {...snapshot.proof, checkedAtMs: snapshot.atMs + 990},
		rules: snapshot.rules.map(rule => ({...rule, packets: rule.packets + 10})), drops: {...snapshot.drops, total: snapshot.drops.total + 3},
		tunnel: snapshot.tunnel === null ? null : {...snapshot.tunnel, rxBytes: snapshot.tunnel.rxBytes + 5000, rxBytesPerSecond: 9_000_000},
	});
	expect(counted.live.snapshot).not.toBe(snapshot);
	expect(saysMore(before, counted)).toBe(false);
	expect(saysMore(before, after(before, {type: 'drops', records: fixture.drops}))).toBe(false);
	expect(saysMore(before, later({state: snapshotOf('lockdown').state}))).toBe(true);
	expect(saysMore(before, later({proof: {...snapshot.proof, kind: 'drifted', detail: ['rule x is missing']}}))).toBe(true);
	expect(saysMore(before, later({layers: snapshot.layers.map(layer => ({...layer, state: 'missing' as const}))}))).toBe(true);
	expect(saysMore(before, act(before, {id: 'help'}))).toBe(true);
	const retrying = viewOf({...size, in: 'blocked-no-handshake'});
	expect(saysMore(retrying, after(retrying, {type: 'tick', atMs: retrying.nowMs + 50}))).toBe(false);
});
