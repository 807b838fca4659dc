/** What the counters tell over time: through sleep, a daemon that stood still, clocks that are set, and counters that begin anew. */
import {describe, expect, test} from 'vitest';
import {freshEvidence, gapMs, noteReading, noteUnreadable, unheard, type Evidence, type Reading} from '../../../src/controller/evidence.ts';
import {freshStats, recordFacts, type TunnelStats} from '../../../src/controller/tunnel-stats.ts';

const dayMs = 86_400_000;
const wallMs = 1_800_000_000_000;

/** At a second of the monotonic clock; other clocks go with it unless said otherwise. */
const reading = (second: number, change: Partial<Reading> = {}): Reading => ({atMs: second * 1000, bootMs: second * 1000, wallMs: wallMs + second * 1000, handshakeAtMs: wallMs, rxBytes: 500, txBytes: 500, ...change});
const after = (...readings: readonly Reading[]): Evidence => readings.reduce(noteReading, freshEvidence(0));

describe('what was heard and what waits', () => {
	test('bytes in are heard; bytes out wait until some come in', () => {
		const sent = after(reading(0), reading(1, {txBytes: 900}), reading(2, {txBytes: 1200}));
		expect(sent).toMatchObject({heardAtMs: 0, unansweredSinceMs: 1000});
		expect(noteReading(sent, reading(3, {txBytes: 1200, rxBytes: 501}))).toMatchObject({heardAtMs: 3000, unansweredSinceMs: null});
	});

	test('keepalives, which nobody answers, wait for nothing', () => {
		expect(after(...Array.from({length: 100}, (_, second) => reading(second, {txBytes: 500 + Math.floor(second / 25) * 32})))).toMatchObject({unansweredSinceMs: null});
	});

	test('a handshake is heard, and is no flow; a kilobyte is', () => {
		expect(after(reading(0), reading(1, {rxBytes: 624}))).toMatchObject({heardAtMs: 1000, flowedAtMs: null});
		expect(after(reading(0), reading(1, {rxBytes: 1500}))).toMatchObject({flowedAtMs: 1000});
	});

	test('counters that begin anew are neither heard nor sent', () => {
		expect(after(reading(0), reading(1, {rxBytes: 0, txBytes: 0}))).toMatchObject({heardAtMs: 0, unansweredSinceMs: null});
	});

	test('while nobody is judged nothing waits', () => {
		expect(unheard(after(reading(0), reading(1, {txBytes: 900})), 5000)).toMatchObject({heardAtMs: 5000, unansweredSinceMs: null});
	});

	test('what cannot be read is noted from the first time, until it can', () => {
		const blind = noteUnreadable(noteUnreadable(after(reading(0)), {atMs: 1000, bootMs: 1000}), {atMs: 2000, bootMs: 2000});
		expect(blind.unreadableSinceMs).toBe(1000);
		expect(noteReading(blind, reading(9)).unreadableSinceMs).toBeNull();
		expect(noteReading(blind, reading(9)).wokeAtMs, 'somebody looked all the while').toBeNull();
	});
});

describe('a gap', () => {
	const before = after(reading(0), reading(1, {txBytes: 900}));

	test('of a machine that slept, or a daemon that stood still, makes what was before say nothing', () => {
		for (const [second, bootMs] of [[2, 60_000], [60, 60_000]] as const) {
			const woke = noteReading(before, reading(second, {bootMs, txBytes: 2000, rxBytes: 5000}));
			expect(woke).toMatchObject({wokeAtMs: second * 1000, heardAtMs: second * 1000, unansweredSinceMs: null, flowedAtMs: null});
			expect(noteReading(woke, reading(second + 1, {bootMs: bootMs + 1000, txBytes: 2000, rxBytes: 5080}))).toMatchObject({wokeAtMs: null});
		}
	});

	test('is none when a tick is late, and none when the wall clock is set', () => {
		expect(gapMs(before, {atMs: 7000, bootMs: 7000})).toBe(0);
		for (const stepMs of [dayMs, -dayMs]) {
			const stepped = noteReading(before, reading(2, {wallMs: wallMs + stepMs, txBytes: 900, rxBytes: 600}));
			expect(stepped).toMatchObject({wokeAtMs: null, heardAtMs: 2000});
		}
	});

	test('makes a handshake as old as it is: it aged in its sleep too', () => {
		const slept = noteReading(after(reading(0), reading(10)), reading(11, {bootMs: 3_611_000}));
		expect(11_000 - (slept.handshakeSeenMs ?? 0)).toBe(3_611_000);
	});
});

describe('the handshake', () => {
	test('is as old as it says at first, and then by the monotonic clock alone', () => {
		const first = after(reading(0, {handshakeAtMs: wallMs - 30_000}));
		expect(first.handshakeSeenMs).toBe(-30_000);
		expect(noteReading(first, reading(1, {handshakeAtMs: wallMs - 30_000, wallMs: wallMs + dayMs})).handshakeSeenMs).toBe(-30_000);
	});

	test('is new when it is another one, whatever time it claims', () => {
		for (const handshakeAtMs of [wallMs - dayMs, wallMs + dayMs]) expect(after(reading(0), reading(1, {handshakeAtMs})).handshakeSeenMs).toBe(1000);
	});

	test('is shown by the clock there is', () => {
		const facts = (handshakeAtMs: number | null) => ({rxBytes: 1, txBytes: 1, handshakeAtMs, endpoint: null, keepaliveSeconds: null});
		const shown = (stats: TunnelStats, second: number, stepMs: number) => recordFacts(stats, facts(wallMs), {atMs: second * 1000, bootMs: second * 1000, wallMs: wallMs + second * 1000 + stepMs});
		const first = shown(freshStats(0), 10, 0);
		expect(first.handshakeAtMs).toBe(wallMs);
		expect(shown(first, 11, 0.4).handshakeAtMs, 'to the millisecond that the device says').toBe(wallMs);
		expect(shown(first, 11, dayMs).handshakeAtMs).toBe(wallMs + dayMs);
		expect(recordFacts(first, facts(null), {atMs: 12_000, bootMs: 12_000, wallMs}).handshakeAtMs).toBeNull();
	});
});
