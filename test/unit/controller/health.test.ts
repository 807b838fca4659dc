/** Is the tunnel alive: what each source says, how it went, and what follows. */
import {describe, expect, test} from 'vitest';
import {complaintsOf, decidingVotes, freshHealth, graceMs, isDead, observe, type Health} from '../../../src/controller/health.ts';
import {freshRtt, recordRtt} from '../../../src/controller/rtt.ts';
import {freshStats, recordFacts, type TunnelStats} from '../../../src/controller/tunnel-stats.ts';
import {emptyHistory, noteVotes, readingsPerLetter} from '../../../src/controller/vote-history.ts';
import {answersVote, handshakeVote, probeVote, type Evidence, type Vote} from '../../../src/controller/votes.ts';

const reading = (second: number, rxBytes: number, txBytes: number) => ({atMs: second * 1000, handshakeAtMs: 0, rxBytes, txBytes});
const after = (readings: readonly ReturnType<typeof reading>[]): Health => readings.reduce(observe, freshHealth(0));

describe('what decides', () => {
	test('an idle tunnel is well, however old its handshake', () => {
		const idle = after(Array.from({length: 600}, (_, second) => reading(second, 500, 500)));
		expect(complaintsOf(idle, 600_000)).toEqual([]);
	});

	test('keepalives, which nobody answers, are not silence', () => {
		const kept = after(Array.from({length: 300}, (_, second) => reading(second, 500, 500 + Math.floor(second / 25) * 32)));
		expect(complaintsOf(kept, 300_000)).toEqual([]);
	});

	test('sent and never answered: suspicious after 13 s, dead within 20', () => {
		const dying = (seconds: number) => after(Array.from({length: seconds}, (_, second) => reading(second, 500, 500 + second * 100)));
		expect(complaintsOf(dying(12), 12_000)).toEqual([]);
		expect(complaintsOf(dying(16), 16_000)).toHaveLength(1);
		expect(isDead(dying(16), 16_000)).toBe(false);
		expect(isDead(dying(22), 21_500)).toBe(true);
	});

	test('one answer makes it well again', () => {
		const silent = Array.from({length: 16}, (_, second) => reading(second, 500, 500 + second * 100));
		expect(complaintsOf(after([...silent, reading(16, 600, 2200)]), 16_000)).toEqual([]);
	});

	test('only what is bad is a complaint, and a lost look-up is none', () => {
		expect(decidingVotes(freshHealth(0), 0).map(({source}) => source)).toEqual(['answers', 'handshake']);
	});
});

const evidence = (change: Partial<Evidence> & {readonly ageS?: number | null; readonly keepalive?: number | null} = {}): Evidence => {
	const {ageS = 0, keepalive = null, ...rest} = change;
	return {last: {atMs: 1_000_000, handshakeAtMs: ageS === null ? null : 1_000_000 - ageS * 1000, rxBytes: 1, txBytes: 1, keepaliveSeconds: keepalive}, heardAtMs: 1_000_000, unansweredSinceMs: null, ...rest};
};
const sentBefore = (seconds: number): Partial<Evidence> => ({unansweredSinceMs: 1_000_000 - seconds * 1000, heardAtMs: 1_000_000 - seconds * 1000 - 500});

describe('the vote of the handshake', () => {
	test.each<readonly [string, Evidence, Vote['verdict'], number | null]>([
		['there is none', evidence({ageS: null}), 'none', null],
		['fresh', evidence({ageS: 19}), 'good', 19],
		['at the age when a new one is due', evidence({ageS: 120}), 'good', 120],
		['past it, and nobody speaks', evidence({ageS: 150}), 'good', 150],
		['past it, and a packet is on its way', evidence({ageS: 150, ...sentBefore(1)}), 'good', 150],
		['past it, and a packet waits', evidence({ageS: 150, ...sentBefore(6)}), 'suspect', 150],
		['with keepalive, which asks for a new one in time', evidence({ageS: 140, keepalive: 25}), 'good', 140],
		['with keepalive, and none came', evidence({ageS: 160, keepalive: 25}), 'suspect', 160],
		['past the end, and nobody speaks', evidence({ageS: 600}), 'none', 600],
		['past the end, and a packet waits', evidence({ageS: 600, ...sentBefore(1)}), 'bad', 600],
		['in the future, after the clock was set back', evidence({ageS: -3600}), 'good', 0],
	])('%s', (_, given, verdict, value) => {
		expect(handshakeVote(given, 1_000_000)).toMatchObject({source: 'handshake', verdict, value});
	});
});

describe('the vote of the answers', () => {
	test.each<readonly [string, Evidence, Vote['verdict'], number | null]>([
		['nothing was read', {last: null, heardAtMs: 0, unansweredSinceMs: null}, 'none', null],
		['just heard', evidence({heardAtMs: 998_000}), 'good', 2],
		['nobody spoke for a minute', evidence({heardAtMs: 930_000}), 'none', 70],
		['sent, and the answer has time', evidence(sentBefore(9)), 'good', 10],
		['sent, and the answer is due', evidence(sentBefore(11)), 'suspect', 12],
		['sent, and no answer came', evidence(sentBefore(14)), 'bad', 15],
		['heard in the future, after the clock was set back', evidence({heardAtMs: 2_000_000}), 'good', 0],
	])('%s', (_, given, verdict, value) => {
		expect(answersVote(given, 1_000_000)).toMatchObject({source: 'answers', verdict, value});
	});
});

test.each<readonly [readonly (number | null)[], Vote['verdict'], number | null, RegExp]>([
	[[], 'none', null, /not asked yet/],
	[[12.34], 'good', 12.3, /answered in 12.3 ms/],
	[[12, null], 'suspect', null, /did not answer the last question/],
	[[12, null, null], 'suspect', null, /the last 2 questions/],
	[[12, null, null, null], 'bad', null, /the last 3 questions/],
	[[null, null, null, null], 'bad', null, /the last 4 questions/],
	[[null, null, null, 8], 'good', 8, /answered/],
])('the resolver answered %j: %s', (history, verdict, value, detail) => {
	const vote = probeVote(history.reduce(recordRtt, freshRtt()));
	expect(vote).toMatchObject({source: 'probe', verdict, value});
	expect(vote.detail).toMatch(detail);
});

test('who asks nobody says why', () => {
	expect(probeVote(freshRtt('VKS_RTT_EVERY is off', 10_000))).toMatchObject({verdict: 'none', detail: 'VKS_RTT_EVERY is off'});
	expect(freshRtt('no resolver', 10_000).everyMs).toBeNull();
});

test('sixty round trips are kept, the newest last', () => {
	const rtt = Array.from({length: 70}, (_, index) => index).reduce(recordRtt, freshRtt());
	expect(rtt.history).toHaveLength(60);
	expect(rtt.history.at(-1)).toBe(69);
});

describe('the history of a vote', () => {
	const vote = (verdict: Vote['verdict']): readonly Vote[] => [{source: 'answers', verdict, value: null, detail: ''}];
	const noted = (...verdicts: readonly Vote['verdict'][]): string => verdicts.map(vote).reduce(noteVotes, emptyHistory).letters.answers ?? '';

	test('has the worst of every five readings, and the newest at once', () => {
		expect(readingsPerLetter).toBe(5);
		expect(noted('good')).toBe('g');
		expect(noted('good', 'bad', 'good')).toBe('b');
		expect(noted('good', 'bad', 'good', 'good', 'good', 'none', 'good')).toBe('bg');
		expect(noted('none', 'none')).toBe('-');
		expect(noted('suspect', 'good', 'none', 'suspect', 'good', 'none')).toBe('s-');
	});

	test('is bounded: five minutes', () => {
		const letters = noted(...Array.from({length: 1000}, (_, index) => (index >= 995 ? 'bad' : 'good') as Vote['verdict']));
		expect(letters).toHaveLength(60);
		expect(letters.slice(-2)).toBe('gb');
	});
});

describe('over time', () => {
	const facts = (rxBytes: number, txBytes: number, handshakeAtMs: number) => ({rxBytes, txBytes, handshakeAtMs, endpoint: null, keepaliveSeconds: 25});
	const dayMs = 86_400_000;
	/** A second each: bytes both ways, handshakes as they fall due. */
	const live = (stats: TunnelStats, fromMs: number, seconds: number): TunnelStats =>
		Array.from({length: seconds}, (_, second) => second).reduce((now, second) => recordFacts(now, facts((now.facts?.rxBytes ?? 0) + 100, (now.facts?.txBytes ?? 0) + 100, fromMs), fromMs + second * 1000), stats);
	const lettersOf = (stats: TunnelStats): string => stats.voteHistory.letters.answers ?? '';

	test('a clock that steps by a day, either way, tears no history and brings no complaint', () => {
		const before = live(freshStats(2 * dayMs), 2 * dayMs, 50);
		for (const startMs of [dayMs, 3 * dayMs]) {
			const stepped = live(before, startMs, 50);
			expect(lettersOf(stepped)).toBe('g'.repeat(20));
			expect(complaintsOf(stepped.health, startMs + 49_000)).toEqual([]);
		}
	});

	test('after a night asleep the old handshake is told, and kills nothing that answers', () => {
		const before = live(freshStats(0), 0, 50);
		const sent = recordFacts(before, facts((before.facts?.rxBytes ?? 0), (before.facts?.txBytes ?? 0) + 200, 0), dayMs);
		expect(handshakeVote(sent.health, dayMs).verdict).toBe('bad');
		expect(isDead(sent.health, dayMs)).toBe(false);
		const answered = recordFacts(sent, facts((sent.facts?.rxBytes ?? 0) + 200, (sent.facts?.txBytes ?? 0), dayMs), dayMs + graceMs);
		expect(isDead(answered.health, dayMs + graceMs)).toBe(false);
		expect(answered.votes.map(({verdict}) => verdict)).toEqual(['good', 'good', 'none']);
	});
});
