/** Ten thousand drops, a thousand rules, two hundred servers, a journal of two hours: work is counted, because time is the machine's. */
import {expect, test} from 'vitest';
import type {DropView, JournalEntry, RuleView, ServerView} from '../../../src/control/schema.ts';
import {createMemo, type Memo} from '../../../src/console/memo.ts';
import {rowsOf} from '../../../src/console/select/rows.ts';
import type {Action} from '../../../src/console/actions.ts';
import {panelIds, type ViewState} from '../../../src/console/view.ts';
import {screen} from '../../helpers/screen-render.ts';
import {after, fixture, viewOf} from '../../helpers/screen-view.ts';

const first = <T>(list: readonly T[]): T => {
	const [item] = list;
	if (item === undefined) throw new Error('the recording is empty');
	return item;
};
const many = <T>(count: number, make: (index: number) => T): readonly T[] => Array.from({length: count}, (_, index) => make(index));
const drops = (from: number, count: number): readonly DropView[] => many(count, index => ({...first(fixture.drops), destinationPort: (from + index) % 60_000 + 1, length: from + index}));
const entry = (seq: number): JournalEntry => ({...first(fixture.journal), seq, text: `entry ${seq}`});
const rules: RuleView[] = [...many(1000, index => ({...first(fixture.snapshot.rules), id: `rule-${index}`}))];
const servers: ServerView[] = [...many(200, index => ({...first(fixture.snapshot.servers), id: `server-${index}`, current: index === 7}))];

/** Counts what selectors make, and how many of what they make is new. */
function counted(): {readonly memo: Memo; readonly made: () => number} {
	const memo = createMemo();
	let made = 0;
	const counting = <T>(make: () => T) => (): T => {
		made += 1;
		return make();
	};
	return {
		memo: {
			last: (slot, inputs, make) => memo.last(slot, inputs, counting(make)),
			each: (slot, of, inputs, make) => memo.each(slot, of, inputs, counting(make)),
		},
		made: () => made,
	};
}

function crowded(memo: Memo): ViewState {
	const start: ViewState = {...viewOf({columns: 120, rows: 40}), memo, dropsGrouped: false};
	return after(
		start,
		{type: 'snapshot', snapshot: {...fixture.snapshot, rules, servers}, atMs: fixture.snapshot.atMs},
		{type: 'drops', records: drops(0, 10_000)},
		{type: 'journal', entries: many(7300, index => entry(100_000 + index))},
	);
}

const act = (state: ViewState, ...actions: readonly Action[]): ViewState => after(state, ...actions.map(action => ({type: 'action', action, atMs: state.nowMs}) as const));

test('a key that moves makes no row anew, in any panel', () => {
	const {memo, made} = counted();
	const state = crowded(memo);
	for (const panel of panelIds) rowsOf(state, panel);
	const before = made();
	const moved = panelIds.reduce((view, panel) => act(view, {id: 'focus', panel}, {id: 'move', by: 'last'}, {id: 'move', by: 'page-up'}, {id: 'move', by: 'down'}), state);
	expect(moved.panels.drops.selected).not.toBe(state.panels.drops.selected);
	expect(moved.panels.journal.selected).not.toBe(state.panels.journal.selected);
	expect(made()).toBe(before);
});

test('of ten thousand drops a hundred more make only their own chunk anew, filtered or not', () => {
	for (const filter of ['', 'dport:53']) {
		const {memo, made} = counted();
		const focused = act(crowded(memo), {id: 'focus', panel: 'drops'});
		const state: ViewState = filter === '' ? focused : act(focused, {id: 'filter'}, {id: 'type', text: filter});
		const shown = rowsOf(state, 'drops').length;
		expect(shown).toBeGreaterThan(0);
		const before = made();
		const later = after(state, {type: 'drops', records: drops(10_000, 100)});
		expect(rowsOf(later, 'drops').length).toBeGreaterThan(0);
		// The list of chunks once, and for the newest chunk its rows, their search texts and what matches.
		expect(made() - before).toBeLessThanOrEqual(5);
	}
});

test('in groups a batch makes only the groups anew that it has packets of, however many there are', () => {
	for (const filter of ['', 'dport:53']) {
		const {memo, made} = counted();
		const grouped = act(crowded(memo), {id: 'focus', panel: 'drops'}, {id: 'group'});
		const state: ViewState = filter === '' ? grouped : act(grouped, {id: 'filter'}, {id: 'type', text: filter});
		expect(state.live.groups.groups.size).toBeGreaterThan(500);
		rowsOf(state, 'drops');
		const before = made();
		const [known] = [...state.live.groups.groups.values()].slice(-1);
		const later = after(state, {type: 'drops', records: many(500, () => known?.record ?? first(fixture.drops))});
		rowsOf(later, 'drops');
		// The list once, and the one group.
		expect(made() - before).toBeLessThanOrEqual(2);
	}
});

test('a letter in a filter makes no search text anew', () => {
	const {memo} = counted();
	const open = act(crowded(memo), {id: 'focus', panel: 'journal'}, {id: 'filter'}, {id: 'type', text: 'e'});
	const [row] = rowsOf(open, 'journal');
	const narrowed = act(open, {id: 'type', text: 'ntry 1002'});
	expect(rowsOf(narrowed, 'journal').length).toBeGreaterThan(50);
	expect(rowsOf(narrowed, 'journal').every(each => rowsOf(open, 'journal').includes(each))).toBe(true);
	expect(row).toBeDefined();
});

test('the screen of a crowded console is whole', () => {
	for (const panel of panelIds) {
		const drawn = screen(act(crowded(createMemo()), {id: 'focus', panel}, {id: 'move', by: 'last'})).split('\n');
		expect(drawn).toHaveLength(40);
	}
	expect(screen(act(crowded(createMemo()), {id: 'focus', panel: 'drops'}, {id: 'move', by: 'last'})))
		.toMatch(/ (100\d\d)\/\1 /);
});
