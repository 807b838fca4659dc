/** Is the tunnel alive: what each source says, how it went, and what follows. */
import {describe, expect, test} from 'vitest';
import {answered, asking, neverAsked, verdictOf, type Asked} from '../../../src/controller/asked.ts';
import {nextDoubt, noDoubt} from '../../../src/controller/doubt.ts';
import {freshEvidence, type Evidence} from '../../../src/controller/evidence.ts';
import {assess} from '../../../src/controller/health.ts';
import {targetsFor, targetText, whyNotAsked} from '../../../src/controller/health-targets.ts';
import {freshRtt, recordRtt} from '../../../src/controller/rtt.ts';
import {emptyHistory, noteVotes, readingsPerLetter} from '../../../src/controller/vote-history.ts';
import {answersVote, dnsVote, handshakeVote, probeVote, type Questions, type Silence, type Vote} from '../../../src/controller/votes.ts';
import {ip} from '../../helpers/situations.ts';

const nowMs = 1_000_000;
const ago = (seconds: number): number => nowMs - seconds * 1000;

/** Known unless said otherwise; silent for so long, with so many questions unanswered. */
const silentFor = (seconds: number, count = Math.max(1, seconds), known = true): Asked => ({known, open: {sinceMs: ago(seconds), count}, answeredAtMs: known ? ago(seconds + 1) : null});
const answering: Asked = {known: true, open: null, answeredAtMs: ago(1)};
const ping = {kind: 'ping', address: ip('10.64.1.1')} as const;
const questions = (asked: readonly Asked[], change: Partial<Questions> = {}): Questions => ({notAsked: null, targets: asked.map(each => ({target: ping, asked: each})), dns: neverAsked, rtt: freshRtt(), ...change});
const evidence = (change: Partial<Evidence> & {readonly keepalive?: number} = {}): Evidence => {
	const {keepalive = null, ...rest} = change;
	return {...freshEvidence(nowMs), last: {atMs: nowMs, bootMs: nowMs, wallMs: nowMs, handshakeAtMs: 1, rxBytes: 1, txBytes: 1, keepaliveSeconds: keepalive}, handshakeSeenMs: ago(9), ...rest};
};
const silence = (seconds: number): Silence => ({ms: seconds * 1000, suspectAfterMs: 2000, badAfterMs: 5000, answered: false});

describe('who is asked', () => {
	test('one lost question is the weather; several, for longer than any way takes, are not', () => {
		expect(verdictOf(silentFor(1), nowMs)).toBe('good');
		expect(verdictOf(silentFor(2, 1), nowMs)).toBe('suspect');
		expect(verdictOf(silentFor(60, 2), nowMs)).toBe('suspect');
		expect(verdictOf(silentFor(5, 3), nowMs)).toBe('bad');
	});

	test('and never answered says nothing by its silence', () => {
		expect(verdictOf(silentFor(60, 60, false), nowMs)).toBe('none');
	});

	test('is heard by any answer, and silent from the first question after it', () => {
		const asked = asking(asking(answered(asking(neverAsked, 1), 2), 3), 4);
		expect(asked).toEqual({known: true, open: {sinceMs: 3, count: 2}, answeredAtMs: 2});
	});

	const use = {resolvers: [ip('fd64::1'), ip('10.64.1.1'), ip('10.64.1.2')], addresses: [ip('10.64.9.9'), ip('fd64::9')]};
	test.each<readonly [string, Parameters<typeof targetsFor>[0]['healthTargets'], typeof use, readonly string[], string | null]>([
		['by default: two of the tunnel\'s own resolvers, IPv4 first', 'auto', use, ['10.64.1.1', '10.64.1.2', 'TCP 10.64.1.1:53'], null],
		['of a family the tunnel has', 'auto', {...use, addresses: [ip('fd64::9')]}, ['fd64::1', 'TCP [fd64::1]:53'], null],
		['nobody without a resolver', 'auto', {...use, resolvers: []}, [], 'the tunnel has no resolver to ask'],
		['nobody when it is off', [], use, [], 'VKS_HEALTH_TARGETS is off'],
		['those that are named', [{kind: 'ping', address: ip('1.1.1.1')}], use, ['1.1.1.1'], null],
		['none that the tunnel cannot reach', [{kind: 'ping', address: ip('2606:4700::1111')}], {...use, addresses: [ip('10.64.9.9')]}, [], 'the tunnel has no address of the targets\' family'],
	])('%s', (_, healthTargets, through, names, why) => {
		const targets = targetsFor({healthTargets}, through);
		expect(targets.map(targetText)).toEqual(names);
		expect(whyNotAsked({healthTargets}, targets)).toBe(why);
	});
});

describe('the vote of the handshake', () => {
	test.each<readonly [string, Evidence, number, Vote['verdict'], number | null]>([
		['there is none', evidence({handshakeSeenMs: null}), 0, 'none', null],
		['fresh', evidence({handshakeSeenMs: ago(19)}), 0, 'good', 19],
		['at the age when a new one is due', evidence({handshakeSeenMs: ago(120)}), 0, 'good', 120],
		['past it, and nobody speaks', evidence({handshakeSeenMs: ago(150)}), 0, 'good', 150],
		['past it, and a packet is on its way', evidence({handshakeSeenMs: ago(150)}), 1, 'good', 150],
		['past it, and a packet waits', evidence({handshakeSeenMs: ago(150)}), 6, 'suspect', 150],
		['with keepalive, which asks for a new one in time', evidence({handshakeSeenMs: ago(140), keepalive: 25}), 0, 'good', 140],
		['with keepalive, and none came', evidence({handshakeSeenMs: ago(160), keepalive: 25}), 0, 'suspect', 160],
		['past the end, and nobody speaks', evidence({handshakeSeenMs: ago(600)}), 0, 'none', 600],
		['past the end, and a packet has just left', evidence({handshakeSeenMs: ago(600)}), 1, 'none', 600],
		['past the end, and a packet waits', evidence({handshakeSeenMs: ago(600)}), 6, 'bad', 600],
		['of a server without handshakes, heard', evidence({sign: 'life', handshakeSeenMs: ago(600)}), 0, 'good', 600],
		['of a server without handshakes, silent', evidence({sign: 'life', handshakeSeenMs: ago(600)}), 6, 'suspect', 600],
	])('%s', (_, given, waits, verdict, value) => {
		expect(handshakeVote(given, silence(waits), nowMs)).toMatchObject({source: 'handshake', verdict, value});
	});
});

describe('the vote of the answers', () => {
	test.each<readonly [string, Evidence, number, Vote['verdict'], RegExp]>([
		['nothing was read', freshEvidence(nowMs), 0, 'none', /nothing was read/],
		['just heard', evidence({heardAtMs: ago(2)}), 0, 'good', /came in 2 s ago/],
		['nobody spoke for a minute', evidence({heardAtMs: ago(70)}), 0, 'none', /nothing heard for 70 s/],
		['sent, and the answer has time', evidence({heardAtMs: ago(70)}), 1, 'good', /came in/],
		['sent, and the answer is late', evidence({heardAtMs: ago(4)}), 3, 'suspect', /sent 3 s ago is not answered yet/],
		['sent, and no answer came', evidence({heardAtMs: ago(8)}), 7, 'bad', /nothing was heard for 7 s although we sent/],
		['its numbers cannot be read', evidence({unreadableSinceMs: ago(2)}), 0, 'suspect', /cannot be read for 2 s/],
		['and not for long', evidence({unreadableSinceMs: ago(8)}), 0, 'bad', /cannot be read for 8 s/],
	])('%s', (_, given, waits, verdict, detail) => {
		const vote = answersVote(given, silence(waits), nowMs);
		expect(vote).toMatchObject({source: 'answers', verdict});
		expect(vote.detail).toMatch(detail);
	});
});

describe('the vote of the targets', () => {
	test.each<readonly [string, Questions, Vote['verdict'], RegExp]>([
		['who asks nobody says why', questions([], {notAsked: 'VKS_HEALTH_TARGETS is off'}), 'none', /^VKS_HEALTH_TARGETS is off$/],
		['not asked yet', questions([neverAsked]), 'none', /nobody was asked yet/],
		['never answered', questions([silentFor(30, 30, false)]), 'none', /10.64.1.1 never answered, which says nothing/],
		['answers', questions([answering]), 'good', /10.64.1.1 answered 1 s ago/],
		['one of two answers', questions([silentFor(60), answering]), 'good', /answered 1 s ago/],
		['lost one', questions([silentFor(3, 1)]), 'suspect', /10.64.1.1 did not answer the last question/],
		['all of them silent', questions([silentFor(9), silentFor(7)]), 'bad', /10.64.1.1 and 10.64.1.1 did not answer for 7 s/],
		['one of them never answered', questions([silentFor(9), silentFor(60, 60, false)]), 'bad', /^10.64.1.1 did not answer for 9 s/],
	])('%s', (_, given, verdict, detail) => {
		const vote = probeVote(given, nowMs);
		expect(vote).toMatchObject({source: 'probe', verdict});
		expect(vote.detail).toMatch(detail);
	});
});

describe('the vote of the resolver', () => {
	const rtt = [12.34, null].reduce(recordRtt, freshRtt());
	test.each<readonly [string, Asked, Questions['rtt'], Vote['verdict'], number | null, RegExp]>([
		['who asks nobody says why', neverAsked, freshRtt('VKS_RTT_EVERY is off', 10_000), 'none', null, /^VKS_RTT_EVERY is off$/],
		['not asked yet', neverAsked, freshRtt(), 'none', null, /not asked yet/],
		['never answered', silentFor(60, 60, false), rtt, 'none', null, /never answered, which says nothing/],
		['answers', answering, recordRtt(rtt, 12.34), 'good', 12.3, /answered in 12.3 ms/],
		['answers, though not the last regular question', answering, rtt, 'good', null, /resolver answered$/],
		['lost one', silentFor(3, 1), rtt, 'suspect', null, /did not answer the last question/],
		['lost several', silentFor(7, 4), rtt, 'bad', null, /the last 4 questions/],
	])('%s', (_, dns, history, verdict, value, detail) => {
		const vote = dnsVote(questions([], {dns, rtt: history}), nowMs);
		expect(vote).toMatchObject({source: 'dns', verdict, value});
		expect(vote.detail).toMatch(detail);
	});

	test('sixty round trips are kept, the newest last', () => {
		const long = Array.from({length: 70}, (_, index) => index).reduce(recordRtt, freshRtt());
		expect([long.history.length, long.history.at(-1)]).toEqual([60, 69]);
		expect(freshRtt('no resolver', 10_000).everyMs).toBeNull();
	});
});

describe('all of them together', () => {
	const level = (given: Evidence, asked: Questions) => assess(given, asked, nowMs).level;
	const silent = (seconds: number): Evidence => evidence({unansweredSinceMs: ago(seconds), heardAtMs: ago(seconds + 1)});

	test.each<readonly [string, Evidence, Questions, ReturnType<typeof level>]>([
		['all is well', evidence(), questions([answering]), 'well'],
		['an idle tunnel, however old its handshake', evidence({heardAtMs: ago(600), handshakeSeenMs: ago(600)}), questions([answering]), 'well'],
		['one lost question, and nothing else to hear', silent(2.5), questions([silentFor(2, 1)]), 'suspect'],
		['silent for long, but asked once only', silent(12), questions([silentFor(12, 1)]), 'suspect'],
		['silent although asked again and again', silent(6), questions([silentFor(6)]), 'failing'],
		['and for longer than any outage that passes', silent(12), questions([silentFor(12)]), 'dead'],
		['a server that ignores whatever it is asked', silent(9), questions([silentFor(300, 300, false)]), 'well'],
		['and does not say a word of its own either', silent(12), questions([silentFor(300, 300, false)]), 'failing'],
		['nor after a fresh handshake was tried', silent(25), questions([silentFor(300, 300, false)]), 'dead'],
		['one target silent while another answers', evidence(), questions([silentFor(300), answering]), 'well'],
		['the resolver silent while a target answers', evidence(), questions([answering], {dns: silentFor(300)}), 'well'],
		['all silent while more than a word comes in', evidence({flowedAtMs: ago(1)}), questions([silentFor(300)], {dns: silentFor(300)}), 'suspect'],
		['all silent, and the session alone lives', evidence({heardAtMs: ago(3)}), questions([silentFor(8)], {dns: silentFor(6)}), 'failing'],
		['for longer than any outage that passes', evidence({heardAtMs: ago(3), flowedAtMs: ago(30)}), questions([silentFor(12)], {dns: silentFor(10)}), 'dead'],
		['one was asked too late to know', evidence({heardAtMs: ago(3)}), questions([silentFor(60)], {dns: silentFor(6)}), 'failing'],
		['its numbers cannot be read, and who is asked answers', evidence({unreadableSinceMs: ago(600)}), questions([answering]), 'suspect'],
		['nor does anybody answer', evidence({unreadableSinceMs: ago(7), heardAtMs: ago(8)}), questions([silentFor(6)]), 'failing'],
		['for longer', evidence({unreadableSinceMs: ago(13), heardAtMs: ago(14)}), questions([silentFor(12)]), 'dead'],
		['nobody ever answered and its numbers cannot be read', evidence({unreadableSinceMs: ago(25)}), questions([neverAsked]), 'dead'],
		['just awake, and nothing heard since', evidence({wokeAtMs: nowMs}), questions([answering]), 'suspect'],
		['awake and silent: no waiting out', evidence({wokeAtMs: ago(3), heardAtMs: ago(3)}), questions([silentFor(3)]), 'failing'],
		['awake and silent for longer', evidence({wokeAtMs: ago(10), heardAtMs: ago(10)}), questions([silentFor(10)]), 'dead'],
	])('%s: %s', (_, given, asked, expected) => {
		expect(level(given, asked)).toBe(expected);
	});

	test('complaints are the bad votes in their own words, and none while it is merely suspected', () => {
		expect(assess(silent(12), questions([silentFor(12)], {dns: silentFor(11)}), nowMs).complaints).toEqual([
			'nothing was heard for 12 s although we sent', '10.64.1.1 did not answer for 12 s', 'the tunnel\'s resolver did not answer the last 11 questions',
		]);
		expect(assess(evidence(), questions([answering], {dns: silentFor(300)}), nowMs).complaints).toEqual([]);
	});
});

describe('what is told', () => {
	const bad = {complaints: ['silence']};
	test('begins at once and ends after some calm, so that the state does not flap', () => {
		const doubt = nextDoubt(noDoubt, bad, 0);
		expect(doubt.complaints).toEqual(['silence']);
		const calm = nextDoubt(nextDoubt(doubt, {complaints: []}, 1000), {complaints: []}, 3000);
		expect(calm.complaints).toEqual(['silence']);
		expect(nextDoubt(calm, bad, 3500)).toEqual(doubt);
		expect(nextDoubt(calm, {complaints: []}, 4000)).toEqual(noDoubt);
		expect(nextDoubt(noDoubt, {complaints: []}, 0)).toEqual(noDoubt);
	});
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
