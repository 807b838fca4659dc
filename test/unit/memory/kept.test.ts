/**
 * What the daemon and a console hold of a flood is bounded: what is alive after a collection, when many times as much has gone
 * through as they keep, is what was alive before. Counted in records, so that no machine is too slow for it.
 */
import {expect, test} from 'vitest';
import type {DropView} from '../../../src/control/schema.ts';
import {dropKeeper} from '../../../src/controller/drop-keeper.ts';
import {keepHistory} from '../../../src/controller/history.ts';
import {journal} from '../../../src/controller/journal.ts';
import type {ControllerEvent} from '../../../src/controller/port.ts';
import type {DropRecord} from '../../../src/kernel/kernel.ts';
import {noonMs, sampleSnapshot} from '../../fakes/snapshot.ts';
import {collectGarbage} from '../../helpers/collect-garbage.ts';
import {after, viewOf} from '../../helpers/screen-view.ts';

const mb = 1024 * 1024;
const allowedMb = 4;
const second = 1000;

/** MB alive after a collection. */
function alive(): number {
	collectGarbage();
	return process.memoryUsage().heapUsed / mb;
}

/** From the first so many seconds, by when everything is full, to the last. */
function growth(seconds: {readonly full: number; readonly all: number}, pass: (second: number) => void): number {
	for (let at = 0; at < seconds.full; at++) pass(at);
	const before = alive();
	for (let at = seconds.full; at < seconds.all; at++) pass(at);
	return alive() - before;
}

/** Each unlike all before it, so that nothing is shared by chance. */
function recordsOf(at: number): readonly DropRecord[] {
	return Array.from({length: second}, (_, index) => ({
		atMs: noonMs + at * second + index, ruleId: `refuse-${index % 9}`, direction: 'out', inInterface: null, outInterface: 'eth0', source: `172.30.${at % 250}.${index % 250}`,
		destination: `10.${at % 250}.${index % 250}.7`, protocol: 'udp', sourcePort: 1024 + index, destinationPort: at, icmpType: null, uid: 1000 + (index % 3), gid: null, length: 92,
	}));
}

function daemon(): {readonly pass: (second: number) => void; readonly recent: () => readonly DropView[]} {
	let nowMs = noonMs;
	const clock = {now: () => nowMs, monotonic: () => nowMs - noonMs};
	const followers: Array<(event: ControllerEvent) => void> = [];
	const drops = dropKeeper({
		owners: {userOf: uid => `user ${uid}`, holderOf: ({sourcePort}) => ({process: `program ${sourcePort}`, pid: sourcePort, container: null, uid: 1000})},
		clock,
		mark: records => records.map(record => ({...record, mark: undefined})),
	});
	const noLogger = {info: () => undefined, warn: () => undefined, error: () => undefined};
	const entries = journal(clock, noLogger, entry => followers.forEach(follow => follow({type: 'journal', entries: [entry]})));
	// The bounds of time and number are what this passes through; that of bytes has tests of its own.
	keepHistory({subscribe: follow => {
		followers.push(follow);
		return () => undefined;
	}}, clock, {entries: 20, bytes: 6 * mb, ageMs: 60 * second});
	return {
		recent: drops.recent,
		pass(at) {
			nowMs = noonMs + at * second;
			drops.take({kind: 'drops', records: recordsOf(at), lost: 0});
			for (let count = 0; count < 200; count++) entries.write('policy', 'info', `Entry ${at}.${count}.`, [`+ rule ${at}`, `- rule ${count}`]);
			const {rules, ...rest} = sampleSnapshot({seq: at, atMs: nowMs});
			const snapshot = {...rest, rules: Array.from({length: 300}, (_, index) => ({...rules[0], id: `rule-${index}`, packets: at * index})) as typeof rules};
			followers.forEach(follow => follow({type: 'snapshot', snapshot}));
		},
	};
}

test('the witness sees what is kept for good', () => {
	const kept: DropRecord[] = [];
	expect(growth({full: 30, all: 130}, at => void kept.push(...recordsOf(at)))).toBeGreaterThan(allowedMb);
	expect(kept).toHaveLength(130_000);
});

test('a daemon that has seen a hundred times what it keeps holds no more than before', () => {
	const {pass, recent} = daemon();
	expect(growth({full: 30, all: 130}, pass)).toBeLessThan(allowedMb);
	expect(recent()).toHaveLength(1000);
});

test('a console that has seen ten times what it keeps holds no more than before', () => {
	let state = viewOf();
	const grew = growth({full: 20, all: 120}, at => {
		state = after(state, {type: 'drops', records: recordsOf(at)});
		state = after(state, {type: 'snapshot', snapshot: sampleSnapshot({seq: at}), atMs: noonMs + at * second});
	});
	expect(grew).toBeLessThan(allowedMb);
	expect(state.dropsSeen).toBeGreaterThanOrEqual(120_000);
});
