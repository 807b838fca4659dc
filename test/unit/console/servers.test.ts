import {expect, test} from 'vitest';
import type {ServerView} from '../../../src/control/schema.ts';
import type {Action} from '../../../src/console/actions.ts';
import {lastText, latencyInFull, latencyText} from '../../../src/console/select/server-words.ts';
import {serverOrders, serverRows} from '../../../src/console/select/servers.ts';
import type {ViewState} from '../../../src/console/view.ts';
import {after, fixture, snapshotOf, viewOf} from '../../helpers/screen-view.ts';

const act = (state: ViewState, ...actions: readonly Action[]): ViewState => after(state, ...actions.map(action => ({type: 'action', action, atMs: state.nowMs}) as const));
/** The lab's servers are all as near as each other. */
const apart: Readonly<Record<string, number>> = {'ch-zrh-1': 23.4, 'ch-zrh-2': 8.2, 'se-sto-1': 31.6};
const ranks: Readonly<Record<string, number>> = {'se-sto-1': 1, 'ch-zrh-1': 2, 'ch-zrh-2': 3, 'se-sto-1-v6': 4};
const known = snapshotOf('known');
const measured = known.servers.map(server => ({...server, rank: ranks[server.id] ?? null, latency: server.latency && {...server.latency, ms: apart[server.id] ?? server.latency.ms}}));
const servers = act(viewOf({snapshot: {...known, servers: measured}}), {id: 'focus', panel: 'servers'});
const ids = (state: ViewState): readonly string[] => serverRows(state).map(({key}) => key);
const ordered = (name: string): ViewState => act(servers, ...Array.from({length: serverOrders.indexOf(name)}, (): Action => ({id: 'sort'})));

test.each([
	['favourites first', ['ch-zrh-2', 'se-sto-1', 'ch-zrh-1', 'nl-ams-2', 'se-sto-1-v6', 'se-sto-2']],
	['rank', ['se-sto-1', 'ch-zrh-1', 'ch-zrh-2', 'se-sto-1-v6', 'se-sto-2', 'nl-ams-2']],
	['file name', ['ch-zrh-1', 'ch-zrh-2', 'nl-ams-2', 'se-sto-1-v6', 'se-sto-1', 'se-sto-2']],
	['name', ['ch-zrh-1', 'ch-zrh-2', 'nl-ams-2', 'se-sto-1', 'se-sto-1-v6', 'se-sto-2']],
	['country', ['ch-zrh-1', 'ch-zrh-2', 'se-sto-1-v6', 'se-sto-1', 'se-sto-2', 'nl-ams-2']],
	['city', ['se-sto-1-v6', 'se-sto-1', 'se-sto-2', 'ch-zrh-1', 'ch-zrh-2', 'nl-ams-2']],
	['latency', ['ch-zrh-2', 'ch-zrh-1', 'se-sto-1', 'se-sto-1-v6', 'se-sto-2', 'nl-ams-2']],
	['load', ['ch-zrh-2', 'ch-zrh-1', 'se-sto-1', 'se-sto-1-v6', 'se-sto-2', 'nl-ams-2']],
])('ordered by %s, what is not known comes last and what cannot be used after it', (name, expected) => {
	expect(ids(ordered(name))).toEqual(expected);
});

test.each([
	['country:ch', ['ch-zrh-2', 'ch-zrh-1']],
	['city:stock name:sto-1', ['se-sto-1', 'se-sto-1-v6']],
	['load:12', ['ch-zrh-2']],
	['latency:23', ['ch-zrh-1']],
	['last:no-handshake', ['ch-zrh-2']],
	['favourite', ['ch-zrh-2', 'se-sto-1']],
	['current', ['se-sto-1']],
	['2001:db8', ['se-sto-1-v6']],
])('the filter %s finds %j', (text, expected) => {
	expect(ids(act(servers, {id: 'filter'}, {id: 'type', text}))).toEqual(expected);
});

test('a number says what was measured, how and when; where there is none, that is said too', () => {
	const nowMs = 1_000_000;
	const of = (latency: ServerView['latency']) => latencyInFull({latency, endpoint: '[2001:db8::1]:51820'}, nowMs);
	expect(of(null)).toBe('not measured');
	expect(of({ms: 23.4, atMs: nowMs - 5000, how: 'echo'})).toBe('23 ms, 5s ago: the fastest of three pings of [2001:db8::1], outside the tunnel');
	expect(of({ms: null, atMs: nowMs - 5000, how: 'echo'})).toMatch(/^no answer, 5s ago: it may not answer pings/);
	expect(of({ms: 31, atMs: nowMs - 5000, how: 'tunnel'})).toMatch(/^~31 ms, 5s ago: one question through the tunnel/);
	expect([latencyText(null), latencyText({ms: 0.4, atMs: 0, how: 'echo'}), lastText(null, nowMs)]).toEqual(['', '0.4 ms', '']);
	expect(lastText({outcome: 'failed', code: null, what: null, atMs: nowMs - 1000}, nowMs)).toBe('failed 1s ago');
});

test('two hundred servers that change each second are ordered and filtered well within a key', () => {
	const [first] = fixture.snapshot.servers;
	if (first === undefined) throw new Error('the fixture has servers');
	const many = (round: number): ServerView[] => Array.from({length: 200}, (_, index) => ({...first, id: `server-${(index * 37) % 200}`, current: false, latency: {ms: (index * 31) % 97, atMs: round, how: 'echo' as const}}));
	let state = act(viewOf({snapshot: {...fixture.snapshot, servers: many(0)}}), {id: 'focus', panel: 'servers'}, ...Array.from({length: 5}, (): Action => ({id: 'sort'})), {id: 'filter'}, {id: 'type', text: 'server'});
	const rows = serverRows(state);
	expect(rows).toHaveLength(200);
	state = act(state, {id: 'accept'}, {id: 'move', by: 'down'});
	// The same snapshot, the same rows: a key makes none anew.
	expect(serverRows(state)).toBe(rows);
	state = after(state, {type: 'snapshot', snapshot: {...fixture.snapshot, servers: many(1)}, atMs: state.nowMs});
	expect(serverRows(state)).not.toBe(rows);
});
