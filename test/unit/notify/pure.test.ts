/** What is told, when, and as what. */
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {describePause} from '../../../src/controller/brake.ts';
import type {Snapshot} from '../../../src/control/schema.ts';
import {fightIn, look, nothingSeen, type Change} from '../../../src/notify/change.ts';
import {letterFor} from '../../../src/notify/letter.ts';
import {emptyOutbox, gatherForMs, mostChanges, mostMessages, pauseMs, put, sent, settle, type Outbox} from '../../../src/notify/outbox.ts';
import {closedProblem, isOpen, wayTo} from '../../../src/notify/way.ts';
import {configFrom} from '../../helpers/situations.ts';
import {noonMs, sampleSnapshot} from '../../fakes/snapshot.ts';

const {state, proof} = sampleSnapshot();
type StateChange = Partial<Snapshot['state']>;
const inState = (change: StateChange, more: Partial<Snapshot> = {}): Snapshot => sampleSnapshot({state: {...state, detail: '', ...change}, ...more});
const connected = inState({});
const blocked = inState({kind: 'blocked', cause: 'no-handshake', detail: 'Next attempt in 4 s.'});
const locked = inState({kind: 'lockdown', detail: 'by alice'});
const drifted = inState({}, {proof: {...proof, kind: 'drifted', detail: ['missing: refuse-dns']}});
const leak: NonNullable<Snapshot['lastDrill']> = {kind: 'failed', cause: 'schedule', full: false, atMs: noonMs, durationMs: 1, detail: 'one probe was seen', probes: [], canaries: [], counters: []};

const kindsOf = (...snapshots: readonly Snapshot[]): readonly string[] => {
	let picture = nothingSeen;
	return snapshots.flatMap(snapshot => {
		const seen = look(picture, snapshot);
		picture = seen.picture;
		return seen.changes.map(({kind}) => kind);
	});
};

describe('what is told', () => {
	test.each<[string, readonly Snapshot[], readonly string[]]>([
		['the first connection, once', [connected, connected, inState({kind: 'degraded'})], ['connected']],
		['what happens while it starts and stops is no news', [inState({kind: 'blocked', cause: 'starting'}), inState({kind: 'connecting'}), inState({kind: 'blocked', cause: 'stopped'})], []],
		['a tunnel that is lost, and back', [connected, inState({kind: 'connecting'}), blocked, inState({kind: 'connecting'}), inState({kind: 'blocked', cause: 'no-uplink'}), inState({kind: 'verifying'}), connected], ['connected', 'blocked', 'connected']],
		['a switch is none', [connected, inState({kind: 'switching'}), inState({server: 'lab-two'})], ['connected']],
		['a lockdown and its end', [connected, locked, inState({kind: 'connecting'}), connected], ['connected', 'lockdown', 'connected']],
		['a proof that is lost, and back', [connected, drifted, drifted, connected], ['connected', 'proof-lost', 'proof-regained']],
		['before the first look at the kernel nothing is lost', [inState({}, {proof: {...proof, kind: 'unknown', checkedAtMs: null}}), connected], ['connected']],
		['what failed to block', [inState({}, {proof: {...proof, kind: 'failed-to-block'}})], ['connected', 'failed-to-block']],
		['a leak, once', [inState({}, {lastDrill: leak}), inState({}, {lastDrill: leak}), inState({}, {lastDrill: {...leak, atMs: noonMs + 1}})], ['connected', 'leak', 'leak']],
	])('%s', (_, snapshots, kinds) => expect(kindsOf(...snapshots)).toEqual(kinds));

	test('in words, with the cause', () => {
		expect(look(nothingSeen, blocked).changes).toEqual([{kind: 'blocked', atMs: noonMs, text: 'Blocked (no-handshake): nothing passes. Next attempt in 4 s.'}]);
		expect(look({...nothingSeen, state: 'connected', proof: 'proven'}, drifted).changes[0]?.text).toBe('The policy drifted: missing: refuse-dns');
	});

	test('a fight is known by the words that the journal has for it', () => {
		const entry = {seq: 1, atMs: noonMs, kind: 'tamper', level: 'warn', text: describePause('the ruleset', 'nft[12]', 1000)} as const;
		expect(fightIn(entry)).toEqual([{kind: 'fight', atMs: noonMs, text: entry.text}]);
		expect(fightIn({...entry, text: 'A rule was put back.'})).toEqual([]);
	});
});

const change = (text: string, kind: Change['kind'] = 'blocked'): Change => ({kind, atMs: noonMs, text});

describe('the outbox', () => {
	test('gathers for some seconds, pauses between two, and gives them out oldest first', () => {
		const gathered = put(put(emptyOutbox, [change('one')], 0), [change('two')], 2000);
		expect(settle(gathered, gatherForMs - 1).ready).toEqual([]);
		const closed = settle(gathered, gatherForMs);
		expect(closed).toMatchObject({gathering: null, ready: [{changes: [{text: 'one'}, {text: 'two'}], skipped: 0}]});
		const later = put(closed, [change('three')], 4000);
		expect(settle(later, gatherForMs + pauseMs - 1).ready).toHaveLength(1);
		const both = settle(later, gatherForMs + pauseMs);
		expect(both.ready.map(({changes}) => changes.map(({text}) => text))).toEqual([['one', 'two'], ['three']]);
		expect(sent(both).ready).toHaveLength(1);
	});

	test('is bounded whatever comes, loses the oldest first and says how many', () => {
		fc.assert(fc.property(fc.array(fc.nat({max: 40}), {maxLength: 120}), bursts => {
			let outbox: Outbox = emptyOutbox;
			let nowMs = 0;
			for (const size of bursts) {
				outbox = put(outbox, Array.from({length: size}, (_, index) => change(String(index))), nowMs);
				nowMs += pauseMs;
				outbox = settle(outbox, nowMs);
			}
			expect(outbox.ready.length).toBeLessThanOrEqual(mostMessages);
			for (const message of outbox.ready) expect(message.changes.length).toBeLessThanOrEqual(mostChanges);
			const told = [...outbox.ready, ...(outbox.gathering === null ? [] : [outbox.gathering.message])].reduce((sum, {changes, skipped}) => sum + changes.length + skipped, 0);
			expect(told, 'each is there or counted').toBe(bursts.reduce((sum, size) => sum + size, 0));
		}), {numRuns: 100});
	});
});

describe('a letter', () => {
	const message = {changes: [change('The tunnel is gone.'), change('Seen outside.', 'leak'), change('Up.', 'connected')], skipped: 2};

	test('as JSON, with the time each thing happened', () => {
		const {headers, body} = letterFor(message, 'json', noonMs + 60_000);
		expect(headers).toEqual({'content-type': 'application/json'});
		expect(JSON.parse(body)).toMatchObject({version: 1, source: 'vks', sentAt: '2026-03-01T12:01:00.000Z', title: 'vks: LEAK', skipped: 2, changes: [{kind: 'blocked', at: '2026-03-01T12:00:00.000Z', text: 'The tunnel is gone.'}, {kind: 'leak'}, {kind: 'connected'}]});
	});

	test('for ntfy: the weightiest names it, and headers are ASCII', () => {
		const {headers, body} = letterFor({changes: [change('Zürich \u0007', 'connected')], skipped: 0}, 'ntfy', noonMs);
		expect([headers['title'], headers['priority'], letterFor(message, 'ntfy', noonMs).headers['priority']]).toEqual(['vks: CONNECTED', '3', '5']);
		expect(Object.values(headers).join('')).toMatch(/^[ -~]*$/);
		expect(body).toBe('2026-03-01T12:00:00.000Z Zürich \u0007');
	});
});

test('a text for ntfy is under 4,000 bytes whatever happened: the oldest go, and what the title tells stays', () => {
	const bytes = (changes: readonly Change[]): number => Buffer.byteLength(letterFor({changes, skipped: 1}, 'ntfy', noonMs).body);
	fc.assert(fc.property(fc.array(fc.string({unit: 'grapheme', maxLength: 2000}).map(text => change(text)), {maxLength: mostChanges}), changes => {
		expect(bytes(changes)).toBeLessThan(4000);
	}), {numRuns: 100});
	const {body, headers} = letterFor({changes: [change('old', 'leak'), ...Array.from({length: 5}, () => change('é'.repeat(600)))], skipped: 1}, 'ntfy', noonMs);
	expect([headers['title'], body.split('\n').slice(0, 2)]).toEqual(['vks: LEAK', ['3 older changes are left out.', '2026-03-01T12:00:00.000Z old']]);
	expect(bytes([change('😀'.repeat(3000))])).toBeGreaterThan(3980);
});

describe('the way', () => {
	const config = configFrom({NETWORK: '192.168.1.0/24', VKS_LAN: 'out 10.9.0.4 tcp 8080; in 10.9.0.5'});
	const kindOf = (url: string): string => wayTo(new URL(url), config).kind;

	test.each([
		['http://127.0.0.1:9/x', 'loopback'], ['http://[::1]/', 'loopback'], ['http://localhost:1/', 'loopback'],
		['http://192.168.1.7/', 'uplink'], ['http://10.9.0.4:8080/', 'uplink'],
		['https://192.0.2.1/', 'tunnel'], ['https://ntfy.sh/x', 'tunnel'], ['http://[2001:db8::1]/', 'tunnel'],
		['http://10.9.0.4/', 'closed'], ['http://10.9.0.5/', 'closed'], ['http://192.168.2.7/', 'closed'], ['https://[fd00::1]/', 'closed'], ['http://0.0.0.0/', 'closed'], ['http://[::]/', 'closed'], ['http://[::ffff:127.0.0.1]/', 'closed'],
	])('to %s is %s', (url, kind) => expect(kindOf(url)).toBe(kind));

	test('one that nothing opens is a problem that names the host and what would open it, and is never open', () => {
		const url = new URL('http://10.9.0.4:8081/secret-path');
		expect(isOpen(wayTo(url, config), connected)).toBe(false);
		const problem = closedProblem(url, config);
		expect(problem).toMatchObject({stillBlocking: true, what: 'Nobody is told of changes: http://10.9.0.4:8081 is no address of the internet, and nothing opens it.', next: expect.stringContaining('VKS_LAN="out 10.9.0.4 tcp 8081"')});
		expect(JSON.stringify(problem)).not.toContain('secret-path');
		expect(closedProblem(url, configFrom({VKS_LAN: 'out 10.9.0.4 tcp 8081'}))).toBeNull();
	});

	test.each([
		['connected', connected, [true, true, true]],
		['blocked', {...blocked, tunnel: null}, [true, true, false]],
		['locked down', {...locked, tunnel: null}, [true, false, false]],
		['without an uplink', {...blocked, uplink: null, tunnel: null}, [true, false, false]],
		['while it is verified', inState({kind: 'verifying'}), [true, true, false]],
	] as const)('%s', (_, snapshot, open) => {
		expect(['http://127.0.0.1/', 'http://192.168.1.7/', 'https://ntfy.sh/'].map(url => isOpen(wayTo(new URL(url), config), snapshot))).toEqual(open);
	});
});
