import {expect, test} from 'vitest';
import {createStore} from '../../../src/console/store.ts';
import {createFrames} from '../../../src/console/frames.ts';
import {update} from '../../../src/console/update.ts';
import {dropRows} from '../../../src/console/select/drops.ts';
import {newestOf} from '../../../src/console/ring.ts';
import {rowsOf, selectedIndex, windowStart} from '../../../src/console/select/rows.ts';
import type {Action} from '../../../src/console/actions.ts';
import type {Effect} from '../../../src/console/events.ts';
import {ringSize, type ViewState} from '../../../src/console/view.ts';
import {after, fixture, snapshotOf, viewOf} from '../../helpers/screen-view.ts';

const act = (state: ViewState, ...actions: readonly Action[]): ViewState => after(state, ...actions.map(action => ({type: 'action', action, atMs: state.nowMs}) as const));
const outcome = {ok: true, message: 'done', durationMs: 1.7, problem: null};

test('drops and journal are bounded, and the newest stay', () => {
	const [first] = fixture.drops;
	const many = Array.from({length: 25_000}, (_, index) => ({...first, length: index})) as unknown as typeof fixture.drops;
	const state = after(viewOf(), {type: 'drops', records: many});
	expect(state.live.drops.length).toBe(ringSize.drops);
	expect(newestOf(state.live.drops)?.record.length).toBe(24_999);
});

test('journal entries that come again after a reconnection are not doubled', () => {
	const state = viewOf();
	expect(after(state, {type: 'journal', entries: fixture.journal})).toBe(state);
});

test('a selected drop stays selected while newer ones arrive; the first row follows', () => {
	const [first] = fixture.drops;
	const focused = act(viewOf(), {id: 'focus', panel: 'drops'}, {id: 'group'});
	const held = act(focused, {id: 'move', by: 'down'}, {id: 'move', by: 'down'});
	const key = held.panels.drops.selected;
	const later = after(held, {type: 'drops', records: first === undefined ? [] : [first]});
	expect(later.panels.drops.selected).toBe(key);
	expect(selectedIndex(dropRows(later), key)).toBe(3);
	expect(act(later, {id: 'move', by: 'first'}).panels.drops.selected).toBeNull();
});

test('freeze holds the panels while readings go on arriving', () => {
	const frozen = act({...viewOf(), dropsGrouped: false}, {id: 'freeze'});
	const later = after(frozen, {type: 'snapshot', snapshot: snapshotOf('lockdown'), atMs: frozen.nowMs + 5000}, {type: 'drops', records: fixture.drops});
	expect(rowsOf(later, 'drops')).toHaveLength(fixture.drops.length);
	expect(later.live.snapshot?.state.kind).toBe('lockdown');
	expect(later.frozen?.snapshot?.state.kind).toBe('connected');
	expect(rowsOf(act(later, {id: 'freeze'}), 'drops')).toHaveLength(2 * fixture.drops.length);
});

test('an outcome is told with its duration, and goes away by itself', () => {
	const asked = act(viewOf(), {id: 'lockdown'});
	expect(asked.pending).toHaveLength(1);
	const told = after(asked, {type: 'outcome', ticket: 1, outcome, atMs: asked.nowMs + 2});
	expect(told.notice).toMatchObject({text: 'lockdown, 1.7 ms: done', level: 'good'});
	expect(after(told, {type: 'tick', atMs: told.nowMs + 9000}).notice).toBeNull();
});

test('after a lockdown\'s outcome, L is held back until a reading shows it', () => {
	const told = after(act(viewOf(), {id: 'lockdown'}), {type: 'outcome', ticket: 1, outcome, atMs: 0});
	expect(update(told, {type: 'action', action: {id: 'lockdown'}, atMs: 0}).effects).toEqual([]);
	const shown = after(told, {type: 'snapshot', snapshot: snapshotOf('lockdown'), atMs: 0});
	expect(shown.pending).toEqual([]);
	expect(update(shown, {type: 'action', action: {id: 'lockdown'}, atMs: 0}).effects).toEqual([]);
});

test('an order whose outcome never came is said to be so', () => {
	const lost = after(act(viewOf(), {id: 'lockdown'}), {type: 'link', link: {kind: 'down', problem: {code: 'no-daemon', what: 'gone', next: 'start it'}}});
	expect(lost.notice?.text).toContain('lost before the outcome');
	expect(lost.pending).toEqual([]);
});

test('a refused order tells the next step', () => {
	const problem = {code: 'busy' as const, severity: 'error' as const, what: 'Another command runs.', stillBlocking: true, next: 'Wait for it.'};
	const told = after(act(viewOf(), {id: 'lockdown'}), {type: 'outcome', ticket: 1, outcome: {ok: false, message: 'Refused.', durationMs: 0.2, problem}, atMs: 0});
	expect(told.notice).toMatchObject({level: 'bad', text: 'lockdown, 0.2 ms: Refused. Wait for it.'});
	expect(told.pending).toEqual([]);
});

test('where a reading comes every second, outcomes and questions end by it: no tick comes then', () => {
	const reading = (state: ViewState, afterMs: number) => ({type: 'snapshot', snapshot: snapshotOf('connected'), atMs: state.nowMs + afterMs}) as const;
	const told = after(viewOf(), {type: 'told', ok: true, text: 'done', atMs: viewOf().nowMs});
	expect(after(told, reading(told, 7000)).notice?.text).toBe('done');
	expect(after(told, reading(told, 9000)).notice).toBeNull();
	const asked = act(viewOf(), {id: 'reconnect'});
	expect(after(asked, reading(asked, 29_000)).dialog?.kind).toBe('confirm');
	expect(after(asked, reading(asked, 31_000)).dialog).toBeNull();
});

test('after the clock was set back, a question and an outcome of before are over', () => {
	const back = (state: ViewState, byMs: number) => ({type: 'snapshot', snapshot: snapshotOf('connected'), atMs: state.nowMs - byMs}) as const;
	const asked = act(viewOf(), {id: 'reconnect'});
	expect(after(asked, back(asked, 500)).dialog?.kind).toBe('confirm');
	expect(after(asked, back(asked, 3_600_000)).dialog).toBeNull();
	const told = after(viewOf(), {type: 'told', ok: false, text: 'not done', atMs: viewOf().nowMs});
	expect(after(told, back(told, 3_600_000)).notice).toBeNull();
});

test('a question nobody answers goes away', () => {
	const asked = act(viewOf(), {id: 'reconnect'});
	expect(after(asked, {type: 'tick', atMs: asked.nowMs + 31_000}).dialog).toBeNull();
});

test('the current server and one that cannot be used are not switched to', () => {
	const servers = act(viewOf(), {id: 'focus', panel: 'servers'});
	const choose = (id: string): ViewState => act(servers, {id: 'filter'}, {id: 'type', text: id}, {id: 'accept'});
	expect(act(choose('current'), {id: 'switch'})).toMatchObject({dialog: null, notice: {text: expect.stringContaining('is the current server')}});
	expect(act(choose('nl-ams-2'), {id: 'switch'})).toMatchObject({dialog: null, notice: {text: expect.stringContaining('cannot be used')}});
	expect(act(choose('nl-ams-2'), {id: 'open'}).dialog).toMatchObject({kind: 'details', key: 'nl-ams-2'});
	expect(act(servers, {id: 'open'}).dialog).toMatchObject({kind: 'confirm', command: {do: 'switch', server: 'ch-zrh-1'}});
});

test('a favourite is marked by one key, unasked, and let go by the same', () => {
	const servers = act(viewOf({in: 'known'}), {id: 'focus', panel: 'servers'});
	const press = (state: ViewState) => update(state, {type: 'action', action: {id: 'favourite'}, atMs: state.nowMs}).effects;
	expect(press(servers)).toMatchObject([{type: 'submit', command: {do: 'favourite', server: 'ch-zrh-2', on: false}}]);
	expect(press(act(servers, {id: 'move', by: 'last'}))).toMatchObject([{type: 'submit', command: {do: 'favourite', server: 'se-sto-2', on: true}}]);
	expect(act(viewOf(), {id: 'favourite'})).toMatchObject({focus: 'servers', pending: [], notice: {text: expect.stringContaining('select a server')}});
	expect(act(viewOf({readOnly: true}), {id: 'focus', panel: 'servers'}, {id: 'favourite'})).toMatchObject({pending: [], notice: {text: 'favourite: read-only'}});
});

test('servers are measured by one key: those that the filter lists, or all of them', () => {
	const servers = act(viewOf({in: 'known'}), {id: 'focus', panel: 'servers'});
	const press = (state: ViewState) => update(state, {type: 'action', action: {id: 'measure'}, atMs: state.nowMs});
	expect(press(servers).effects).toMatchObject([{type: 'submit', command: {do: 'measure', servers: []}}]);
	const swiss = act(servers, {id: 'filter'}, {id: 'type', text: 'country:ch'}, {id: 'accept'});
	expect(press(swiss).effects).toMatchObject([{type: 'submit', command: {do: 'measure', servers: ['ch-zrh-2', 'ch-zrh-1']}}]);
	expect(press(press(swiss).state)).toMatchObject({effects: [], state: {notice: {text: 'measure: busy'}}});
	expect(press(act(servers, {id: 'filter'}, {id: 'type', text: 'zzz'}, {id: 'accept'})).effects).toEqual([]);
	expect(press(viewOf({in: 'lockdown'}))).toMatchObject({effects: [], state: {notice: {text: 'measure: in lockdown'}}});
});

test('opening a drop that was going out asks the daemon what would open it', () => {
	const drops = act(viewOf(), {id: 'focus', panel: 'drops'}, {id: 'filter'}, {id: 'type', text: '203.0.113.54'}, {id: 'accept'});
	const {effects} = update(drops, {type: 'action', action: {id: 'open'}, atMs: drops.nowMs});
	expect(effects).toMatchObject([{type: 'explain', query: {destination: '203.0.113.54', direction: 'out', via: 'wg0'}}]);
});

test('a filter finds words anywhere and values in their field', () => {
	const count = (text: string): number => rowsOf(act({...viewOf(), dropsGrouped: false}, {id: 'focus', panel: 'drops'}, {id: 'filter'}, {id: 'type', text}), 'drops').length;
	expect(count('dport:53')).toBe(fixture.drops.filter(drop => drop.destinationPort === 53).length);
	expect(count('uid:65534 refuse-out')).toBe(fixture.drops.filter(drop => drop.uid === 65_534 && drop.ruleId === 'refuse-out').length);
	expect(count('ff02::')).toBe(fixture.drops.filter(drop => drop.destination.startsWith('ff02::')).length);
	expect(count('nosuchthing')).toBe(0);
});

test('sorting goes round, and back to the order of evaluation', () => {
	let state = act(viewOf(), {id: 'focus', panel: 'ruleset'}, {id: 'sort'});
	expect(rowsOf(state, 'ruleset')[0]?.key).toContain('endpoint-out-wg0');
	for (let round = 0; round < 5; round++) state = act(state, {id: 'sort'});
	expect(rowsOf(state, 'ruleset')).toEqual(rowsOf(viewOf(), 'ruleset'));
});

test('the selection stays in the middle of the window and never leaves the list', () => {
	expect(windowStart({selected: 0, count: 50, height: 10})).toBe(0);
	expect(windowStart({selected: 25, count: 50, height: 10})).toBe(20);
	expect(windowStart({selected: 49, count: 50, height: 10})).toBe(40);
	expect(windowStart({selected: 3, count: 5, height: 10})).toBe(0);
});

test('Esc gives way one thing at a time', () => {
	let state = act(viewOf(), {id: 'focus', panel: 'drops'}, {id: 'zoom'}, {id: 'freeze'}, {id: 'filter'}, {id: 'type', text: 'dns'}, {id: 'accept'});
	state = act(state, {id: 'back'});
	expect(state).toMatchObject({zoom: true, panels: {drops: {filter: ''}}});
	state = act(state, {id: 'back'});
	expect(state.zoom).toBe(false);
	expect(act(state, {id: 'back'}).frozen).toBeNull();
});

test('a store tells listeners only of changes, and hands effects on', () => {
	const effects: Effect[] = [];
	const store = createStore({initial: viewOf(), update, perform: effect => effects.push(effect)});
	let told = 0;
	store.subscribe(() => told++);
	store.dispatch({type: 'resize', columns: 80, rows: 24});
	expect(told).toBe(0);
	store.dispatch({type: 'action', action: {id: 'quit'}, atMs: 0});
	expect(effects).toEqual([{type: 'quit'}]);
});

test('a flood becomes few frames, the last state is shown, and a flush does not wait', () => {
	const store = createStore({initial: viewOf(), update, perform: () => undefined});
	let nowMs = 0;
	let due: (() => void) | null = null;
	const frames = createFrames(store, {everyMs: 200}, {nowMs: () => nowMs, after: (_ms, callback) => ((due = callback), () => (due = null))});
	let drawn = 0;
	frames.subscribe(() => drawn++);
	for (let index = 0; index < 100; index++) store.dispatch({type: 'drops', records: fixture.drops.slice(0, 1)});
	expect(drawn).toBe(0);
	nowMs = 20;
	(due as (() => void) | null)?.();
	expect(drawn).toBe(1);
	expect(frames.get()).toBe(store.get());
	store.dispatch({type: 'resize', columns: 100, rows: 30});
	frames.flush();
	expect(frames.get().columns).toBe(100);
	frames.stop();
});

test('a key is shown at once whatever data drew before it; a held one gets ten frames a second, and the last of it is shown', () => {
	const store = createStore({initial: viewOf(), update, perform: () => undefined});
	let nowMs = 1000;
	const timers: Array<{readonly atMs: number; readonly callback: () => void}> = [];
	const frames = createFrames(store, {everyMs: 200}, {
		nowMs: () => nowMs,
		after(ms, callback) {
			const timer = {atMs: nowMs + ms, callback};
			timers.push(timer);
			return () => void timers.splice(timers.indexOf(timer), 1);
		},
	});
	const pass = (ms: number): void => {
		for (const endMs = nowMs + ms; nowMs < endMs; nowMs++) for (const timer of timers.filter(({atMs}) => atMs <= nowMs)) timer.callback();
	};
	let drawn = 0;
	frames.subscribe(() => drawn++);
	const press = (): void => {
		store.dispatch({type: 'action', action: {id: 'focus-next'}, atMs: nowMs});
		frames.answer();
	};
	store.dispatch({type: 'drops', records: fixture.drops});
	pass(30);
	expect(drawn).toBe(1);
	press();
	expect(drawn).toBe(2);
	for (let key = 0; key < 30; key++) {
		pass(33);
		press();
	}
	expect(drawn).toBeLessThanOrEqual(12);
	expect(drawn).toBeGreaterThanOrEqual(10);
	pass(100);
	expect(frames.get()).toBe(store.get());
});

test('y sends the selected row to the clipboard, w the shown moment to a file, and both say what became of it', () => {
	const rules = act(viewOf(), {id: 'focus', panel: 'ruleset'});
	expect(update(rules, {type: 'action', action: {id: 'copy'}, atMs: 0}).effects).toEqual([{type: 'copy', name: `rule ${fixture.snapshot.rules[0]?.id ?? ''}`, text: fixture.snapshot.rules[0]?.text}]);
	const frozen = act(viewOf(), {id: 'freeze'});
	const later = after(frozen, {type: 'snapshot', snapshot: snapshotOf('lockdown'), atMs: frozen.nowMs});
	expect(update(later, {type: 'action', action: {id: 'write'}, atMs: 0}).effects).toMatchObject([{type: 'write', moment: {snapshot: {state: {kind: 'connected'}}}}]);
	expect(act(viewOf({in: 'no-server'}), {id: 'copy'}).notice?.text).toContain('no row');
	expect(after(viewOf(), {type: 'told', ok: false, text: 'no room', atMs: 0}).notice).toMatchObject({level: 'bad', text: 'no room'});
});
