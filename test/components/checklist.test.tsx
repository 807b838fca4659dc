/** `m`: the checklist, its last results, and how one is marked. */
import {expect, test} from 'vitest';
import {actionFor} from '../../src/console/input.ts';
import {checks} from '../../src/console/runbook/words.ts';
import {update} from '../../src/console/update.ts';
import type {Effect} from '../../src/console/events.ts';
import type {ViewState} from '../../src/console/view.ts';
import {auditSeen} from '../helpers/audit-seen.ts';
import {after, snapshotOf, viewOf} from '../helpers/screen-view.ts';
import {spoken} from '../helpers/screen-render.ts';

const press = (state: ViewState, ...keys: readonly string[]): {readonly state: ViewState; readonly effects: readonly Effect[]} =>
	keys.reduce<{readonly state: ViewState; readonly effects: readonly Effect[]}>((before, key) => {
		const action = actionFor(before.state, key, {escape: key === '\x1b'});
		return action === null ? {...before, effects: []} : update(before.state, {type: 'action', action, atMs: before.state.nowMs + 400});
	}, {state, effects: []});
const commandsOf = (effects: readonly Effect[]): readonly unknown[] => effects.flatMap(effect => (effect.type === 'submit' ? [effect.command] : []));

test('the first that is due is selected, and the same key marks it, in the operator\'s name', () => {
	const {state} = press(viewOf(), 'm');
	expect(state.dialog).toMatchObject({kind: 'checklist', selected: 'refused'});
	expect(commandsOf(press(state, 'm').effects)).toEqual([{do: 'checked', item: 'refused', result: 'done', detail: `by ${state.operator}`}]);
	expect(press(state, 'j', 'j').state.dialog).toMatchObject({selected: 'openings'});
	expect(press(state, '\x1b').state.dialog).toBeNull();
	expect(commandsOf(press(state, 'L').effects)).toEqual([{do: 'lockdown', reason: 'from the console'}]);
});

test('what vks reads is no word of yours; a key that is held marks nothing; who may only look cannot', () => {
	const {state} = press(viewOf(), 'm', 'k');
	expect(state.dialog).toMatchObject({selected: 'state'});
	const {effects, state: told} = press(state, 'm');
	expect(effects).toEqual([]);
	expect(told.notice?.text).toBe('state is read by vks itself: vks status');
	const held = update(press(viewOf(), 'm').state, {type: 'action', action: {id: 'checklist'}, atMs: viewOf().nowMs + 450});
	expect(held.effects).toEqual([]);
	expect(press(viewOf({readOnly: true}), 'm', 'm').state.notice?.text).toBe('checklist: read-only');
});

test('the last results are said, to a screen reader and in the runbook too', () => {
	const snapshot = {...snapshotOf('connected'), checklist: [{id: 'updates', atMs: snapshotOf('connected').atMs - 3_600_000, result: 'done' as const, detail: 'by root'}]};
	const view = viewOf({snapshot});
	expect(spoken(press(view, 'm').state)).toMatch(/updates +done 1h/);
	expect(checks(view).find(([label]) => label === 'by you')?.[1]).toMatch(/the checklist \(m\): \d+ due/);
});

test('an audit that was seen is the last result of its item', () => {
	const state = press(viewOf(), 'b').state;
	expect(commandsOf(update(state, {type: 'audited', target: null, seen: auditSeen(), atMs: state.nowMs}).effects)).toEqual([{do: 'checked', item: 'audit', result: 'failed', detail: '1 high, 1 medium'}]);
	expect(update(state, {type: 'audited', target: null, seen: {kind: 'unseen', why: 'in a container', next: 'vks audit'}, atMs: state.nowMs}).effects).toEqual([]);
	expect(after(state).dialog).toMatchObject({kind: 'audit'});
});
