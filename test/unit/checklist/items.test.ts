/** What is due, and how it stands: by what vks read, by what was marked, by the time that passed. */
import {expect, test} from 'vitest';
import {checklist, dueText, periods, standings} from '../../../src/checklist/items.ts';
import type {Snapshot} from '../../../src/control/schema.ts';
import {snapshotOf} from '../../helpers/screen-view.ts';

const base = snapshotOf('connected');
const nowMs = base.atMs;
const stand = (snapshot: Snapshot, at = nowMs): Readonly<Record<string, string>> => Object.fromEntries(standings(snapshot, at).map(({item, standing}) => [item.id, standing]));
const marked = (id: string, ageMs: number, result: 'done' | 'passed' | 'failed' = 'done'): Snapshot => ({...base, checklist: [{id, atMs: nowMs - ageMs, result, detail: ''}]});

test('every item has a name of its own, and every period some', () => {
	expect(new Set(checklist.map(({id}) => id)).size).toBe(checklist.length);
	expect(new Set(checklist.map(({every}) => every))).toEqual(new Set(Object.keys(periods)));
});

test('a fresh daemon: what vks reads is known, what a person says is due', () => {
	const {state, 'leak-test': drill, ...rest} = stand(base);
	expect([state, drill]).toEqual(['good', 'good']);
	expect(rest).toMatchObject({refused: 'due', updates: 'due', audit: 'due', restore: 'due'});
	expect(dueText(standings(base, nowMs))).toMatch(/^\d due$/);
});

test.each(checklist.filter(({read}) => read === undefined).map(({id, every}) => [id, every] as const))('%s is good for its %s time, and then due again', (id, every) => {
	expect(stand(marked(id, 0))[id]).toBe('good');
	expect(stand(marked(id, periods[every] - 1))[id]).toBe('good');
	expect(stand(marked(id, periods[every]))[id]).toBe('due');
	expect(stand(marked(id, periods[every] * 2, 'failed'))[id]).toBe('wrong');
	// A clock that was set back by days makes nothing new.
	expect(stand(marked(id, -2 * 86_400_000))[id]).toBe('due');
});

test('what vks reads: a state that is not proven, a leak, an old test, an old key', () => {
	expect(stand(snapshotOf('drifted'))['state']).toBe('wrong');
	expect(stand(snapshotOf('blocked-no-uplink'))['state']).toBe('wrong');
	expect(stand(snapshotOf('lockdown'))['state']).toBe('good');
	expect(stand(snapshotOf('leaked'))['leak-test']).toBe('wrong');
	expect(stand({...base, lastDrill: null})['leak-test']).toBe('due');
	expect(stand(base, nowMs + periods.weekly)['leak-test']).toBe('due');
	const tunnel = base.tunnel === null ? null : {...base.tunnel, server: 'gone', keyFileChangedAtMs: nowMs};
	expect(stand({...base, tunnel})['keys']).toBe('good');
	expect(stand({...base, tunnel}, nowMs + periods.monthly)['keys']).toBe('due');
	// The newest word counts: what was marked since the key was made.
	expect(standings({...base, tunnel, checklist: [{id: 'keys', atMs: nowMs + 1, result: 'failed', detail: 'it is known'}]}, nowMs + 2).find(({item}) => item.id === 'keys')).toMatchObject({standing: 'wrong', last: {detail: 'it is known'}});
});
