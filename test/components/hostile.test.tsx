/** Names and reasons are chosen by others. Whatever they hold, a terminal is not given it: not by a panel, a dialog, a screen reader's sentence or the clipboard. */
import {expect, test} from 'vitest';
import type {Action} from '../../src/console/actions.ts';
import {selectCopied} from '../../src/console/select/copied.ts';
import {panelIds, type ViewState} from '../../src/console/view.ts';
import {themeFor} from '../../src/console/theme.ts';
import {dropRecordSchema, journalEntrySchema, snapshotSchema} from '../../src/control/schema.ts';
import {screen, spoken} from '../helpers/screen-render.ts';
import {after, situation, viewOf} from '../helpers/screen-view.ts';

/** Clears the screen, in seven bits and in eight; writes into the clipboard; turns the line round; ends it. */
const evil = '\u001B[2J\u009B2J\u001B]52;c;cm0gLXJm\u0007\u202Ex\r\ny';
// What Ink itself writes: colours.
const obeyed = /[\u0000-\u0008\u000B-\u001A\u001C-\u001F\u007F-\u009F\u202E]|\u001B(?!\[[\d;]*m)/;

/** Words that a schema chooses from stay; of everything else the end is evil. */
const chosen = new Set(['kind', 'state', 'severity', 'verdict', 'table', 'direction', 'protocol', 'driver', 'how', 'outcome', 'cause', 'source', 'covers', 'level', 'history', 'name', 'rung']);
const poisoned = (value: unknown, key = ''): unknown => {
	if (typeof value === 'string') return chosen.has(key) ? value : value + evil;
	if (Array.isArray(value)) return value.map(item => poisoned(item, key));
	return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, name === 'state' ? poisoned(item) : poisoned(item, name)])) : value;
};

function poisonedView(): ViewState {
	const {snapshot, drops, journal} = situation('excepted');
	const {lastDrill} = situation('leaked').snapshot;
	const {servers, tunnel} = situation('known').snapshot;
	const owned = drops.map(drop => ({...drop, owner: {user: 'radarr', process: 'curl', pid: 7, container: 'docker 3f2a9c1b0d4e'}}));
	const {state, proof, layers} = snapshot;
	const whole = {...snapshot, lastDrill, servers, tunnel: snapshot.tunnel ?? tunnel, unsafeNetwork: ['203.0.113.0/24'], problems: [{code: 'leak', severity: 'error', what: 'What', stillBlocking: false, next: 'Next'}]};
	const parsed = snapshotSchema.parse({
		...(poisoned(whole) as object),
		state: {...state, kind: 'degraded', server: `s${evil}`, detail: `because${evil}`},
		forwardedPort: {kind: 'refused', cause: `c${evil}`, retryAtMs: snapshot.atMs},
		rotation: {everyMs: 3_600_000, by: 'rank', next: `s${evil}`, atMs: snapshot.atMs, waitsFor: `it${evil}`},
		proof: {...proof, kind: 'drifted', detail: [`detail${evil}`]},
		layers: layers.map(layer => ({...layer, detail: layer.detail + evil})),
	});
	return after(
		viewOf({snapshot: null}),
		{type: 'snapshot', snapshot: parsed, atMs: parsed.atMs},
		{type: 'drops', records: owned.map(drop => dropRecordSchema.parse({...(poisoned({...drop, source: undefined}) as object), source: drop.source, owner: poisoned(drop.owner)}))},
		{type: 'journal', entries: journal.map(entry => journalEntrySchema.parse(poisoned({...entry, diff: ['+ a rule']})))},
	);
}

const press = (state: ViewState, ...actions: readonly Action[]): ViewState => after(state, ...actions.map((action, index) => ({type: 'action', action, atMs: state.nowMs + index * 1000}) as const));
const openings: ReadonlyArray<readonly [string, readonly Action[]]> = [
	['as it is', []],
	['opened', [{id: 'open'}]],
	['the palette', [{id: 'palette'}]],
	['allow', [{id: 'allow'}]],
	['exceptions', [{id: 'exceptions'}]],
	['a filter', [{id: 'filter'}, {id: 'type', text: `x${evil}`}]],
	['lift', [{id: 'lift'}]],
];

test.each(panelIds)('from the panel %s nothing is obeyed, whatever is open', panel => {
	for (const [name, actions] of openings) {
		const state = press(poisonedView(), {id: 'focus', panel}, ...actions);
		expect(spoken(state), `${name}, spoken`).not.toMatch(obeyed);
		for (const size of [{columns: 140, rows: 45}, {columns: 80, rows: 24}, {columns: 40, rows: 10}]) {
			expect(screen({...state, ...size}), `${name}, ${size.columns} columns`).not.toMatch(obeyed);
			expect(screen({...state, ...size, zoom: true}, themeFor({asciiOnly: true})), `${name}, zoomed`).not.toMatch(obeyed);
		}
	}
});

test('the poison is there, and would be seen', () => {
	const state = poisonedView();
	expect(JSON.stringify(state.live.snapshot)).toContain('\\u001b[2J');
	for (const control of ['\u001B[2J', '\u009B', '\u0007', '\r', '\u202E', '\u001B]52;']) expect(control).toMatch(obeyed);
	expect('\u001B[31m\n').not.toMatch(obeyed);
	expect(screen({...state, columns: 140, rows: 45})).toContain('?[2J?2J?]52;c;');
});

test('what came of an order and of a key is said without it too', () => {
	const state = after(poisonedView(),
		{type: 'outcome', ticket: 1, outcome: {ok: false, message: `no${evil}`, durationMs: 3, problem: {code: 'busy', severity: 'error', what: evil, stillBlocking: true, next: evil}}, atMs: 1},
	);
	expect(spoken(state)).not.toMatch(obeyed);
	expect(screen(state)).not.toMatch(obeyed);
	const down = after(poisonedView(), {type: 'link', link: {kind: 'down', problem: {code: 'internal', what: evil, next: evil}}});
	for (const view of [down, {...down, live: {...down.live, snapshot: null}}]) {
		expect(spoken(view)).not.toMatch(obeyed);
		expect(screen(view)).not.toMatch(obeyed);
	}
});

test.each(panelIds)('what is copied from %s is one line that a shell would not run a second one of', panel => {
	const copied = selectCopied(press(poisonedView(), {id: 'focus', panel}));
	expect(copied?.text).toContain('?[2J');
	expect(`${copied?.name} ${copied?.text}`).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u202E]/);
});
