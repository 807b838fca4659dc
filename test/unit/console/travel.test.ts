/** Stepping through moments: what is asked of the daemon, what is shown, and what goes on being of now. */
import {expect, test} from 'vitest';
import type {LookAction, PlainAction} from '../../../src/console/actions.ts';
import type {MomentArrival} from '../../../src/console/events.ts';
import {headerTop} from '../../../src/console/select/header.ts';
import {selectBanners} from '../../../src/console/select/banners.ts';
import {ruleRows} from '../../../src/console/select/ruleset.ts';
import {dropRows} from '../../../src/console/select/drops.ts';
import {journalRows} from '../../../src/console/select/journal.ts';
import {shownMoment} from '../../../src/console/select/moment.ts';
import {themeFor} from '../../../src/console/theme.ts';
import {update} from '../../../src/console/update.ts';
import type {ViewState} from '../../../src/console/view.ts';
import {after, snapshotOf, viewOf} from '../../helpers/screen-view.ts';

const press = (state: ViewState, id: PlainAction) => update(state, {type: 'action', action: {id}, atMs: state.nowMs});
const keptAt = (id: number, index = 4): NonNullable<MomentArrival['kept']> => ({moment: {id, atMs: snapshotOf('connected').atMs, kind: 'state', why: 'Connected to se-sto-1.'}, index, of: 9, base: null, patch: {s: snapshotOf('connected')}});
const arrive = (state: ViewState, kept: MomentArrival['kept'], by = -1) => update(state, {type: 'moment', kept, by, problem: null});
const locked = () => viewOf({in: 'lockdown'});
const then = (): ViewState => arrive(press(locked(), 'step-back').state, keptAt(5)).state;
const header = (state: ViewState): string => headerTop(state, themeFor({})).flatMap(({line}) => line.map(({text}) => text)).join(' ');

test('[ asks for the moment before now, { for the change before it', () => {
	expect(press(locked(), 'step-back').effects).toEqual([{type: 'moment', query: {from: null, by: -1, changes: false, base: null}}]);
	expect(press(locked(), 'change-back').effects).toEqual([{type: 'moment', query: {from: null, by: -1, changes: true, base: null}}]);
	expect(press(then(), 'step-back').effects).toEqual([{type: 'moment', query: {from: 5, by: -1, changes: false, base: null}}]);
});

test('the panels show then, the header says now and that the panels do not', () => {
	const state = then();
	expect(shownMoment(state).snapshot?.state.kind).toBe('connected');
	expect(ruleRows(state).map(row => row.kind === 'rule' && row.rule.id)).toEqual(snapshotOf('connected').rules.map(({id}) => id));
	expect(header(state)).toContain('LOCKDOWN');
	expect(header(state)).toMatch(/THEN \d\d:\d\d:\d\d \(-\w+\)/);
	expect(selectBanners(state).find(({id}) => id === 'then')?.text).toMatch(/^THEN, 5 of 9: CONNECTED PROVEN se-sto-1  Connected to se-sto-1\./);
});

test('drops and journal end at that moment, and what comes meanwhile stays out', () => {
	const {atMs} = snapshotOf('connected');
	const before = locked();
	const [drop] = dropRows(before);
	if (drop === undefined) throw new Error('a drop is needed');
	const live = after(before, {type: 'drops', records: [{...drop.record, atMs: atMs + 60_000}]});
	const state = arrive(press(live, 'step-back').state, keptAt(5)).state;
	expect(dropRows(state).every(({record}) => record.atMs <= atMs)).toBe(true);
	expect(journalRows(state).every(({entry}) => entry.atMs <= atMs)).toBe(true);
	expect(journalRows(state).length).toBeLessThan(journalRows(live).length);
	const later = after(state, {type: 'snapshot', snapshot: snapshotOf('lockdown'), atMs: state.nowMs + 1000}, {type: 'drops', records: [drop.record]});
	expect(dropRows(later)).toEqual(dropRows(state));
});

test('a key held down adds up to one more question, and is never lost', () => {
	const waiting = press(locked(), 'step-back').state;
	const more = [1, 2, 3].reduce(state => {
		const step = press(state, 'step-back');
		expect(step.effects).toEqual([]);
		return step.state;
	}, waiting);
	expect(arrive(more, keptAt(5)).effects).toEqual([{type: 'moment', query: {from: 5, by: -3, changes: false, base: null}}]);
});

test.each<LookAction>(['back', 'freeze'])('%s returns to now, also while an answer is on its way', id => {
	expect(press(then(), id).state.frozen).toBeNull();
	const gone = press(press(then(), 'step-back').state, id).state;
	expect(arrive(gone, keptAt(4)).state.frozen).toBeNull();
});

test('past the newest is now; before the oldest there is nothing, and it says so', () => {
	const forward = press(then(), 'step-forward');
	expect(forward.effects).toMatchObject([{query: {from: 5, by: 1}}]);
	expect(arrive(forward.state, null, 1).state.frozen).toBeNull();
	const oldest = arrive(press(then(), 'step-back').state, keptAt(5, 0)).state;
	expect(oldest.notice?.text).toContain('oldest');
	expect(oldest.frozen?.then?.moment.id).toBe(5);
	expect(arrive(press(locked(), 'step-back').state, null).state.notice?.text).toContain('no earlier moment');
});

test('an answer that cannot be read, or none, leaves what is shown', () => {
	const waiting = press(then(), 'step-back').state;
	expect(arrive(waiting, {...keptAt(4), patch: {o: {a: {s: 1}}}}).state).toMatchObject({notice: {level: 'bad'}, frozen: {then: {moment: {id: 5}}}});
	const failed = update(waiting, {type: 'moment', kept: null, by: -1, problem: 'The daemon did not answer.'}).state;
	expect(failed).toMatchObject({stepping: null, notice: {level: 'bad'}, frozen: {then: {moment: {id: 5}}}});
});

test('L locks down now, whatever the panels show; a switch says that it is about now', () => {
	const state = arrive(press(viewOf(), 'step-back').state, keptAt(5)).state;
	expect(press(state, 'lockdown').effects).toMatchObject([{type: 'submit', command: {do: 'lockdown'}}]);
	expect(press(state, 'reconnect').state.dialog).toMatchObject({kind: 'confirm', body: [{}, {}, 'This acts on what is now, not on the moment the panels show.'].map((text, index) => (index === 2 ? text : expect.any(String) as string))});
});

test('another daemon has other moments: a lost connection ends the journey when it is back', () => {
	const down = after(then(), {type: 'link', link: {kind: 'down', problem: {code: 'no-daemon', what: 'gone', next: 'start it'}}});
	expect(press(down, 'step-back').effects).toEqual([]);
	expect(after(down, {type: 'link', link: {kind: 'open', version: '1', readOnly: false}}).frozen).toBeNull();
});
