/** Which server first, and which one next. */
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {failureCountsMs, nextServer, rank, withTurn, type Candidate, type Turns} from '../../../src/servers/rank.ts';

const nowMs = 1_800_000_000_000;
const candidate = (id: string, known: Partial<Candidate> = {}): Candidate => ({id, problem: null, country: null, load: null, latency: null, favourite: false, last: null, ...known});
const failed = (agoMs: number): Partial<Candidate> => ({last: {outcome: 'failed', atMs: nowMs - agoMs}});
const ids = (candidates: readonly Candidate[], countries: readonly string[] = []): readonly string[] => rank(candidates, {countries, nowMs}).map(({id}) => id);

describe('rank', () => {
	test('where nothing is known, the given order stands', () => {
		expect(ids([candidate('c'), candidate('a'), candidate('b')])).toEqual(['c', 'a', 'b']);
	});

	test.each([
		['the lower latency, weighed with the load', [candidate('far', {latency: {ms: 80}, load: 0}), candidate('near but full', {latency: {ms: 20}, load: 100}), candidate('near', {latency: {ms: 25}, load: 10})], ['near', 'near but full', 'far']],
		['a known latency before an unknown one and before no answer', [candidate('silent', {latency: {ms: null}}), candidate('unknown'), candidate('known', {latency: {ms: 300}, load: 99})], ['known', 'silent', 'unknown']],
		['the lower load where no latency is known; one that is unknown is the half', [candidate('full', {load: 80}), candidate('unknown'), candidate('free', {load: 5})], ['free', 'unknown', 'full']],
		['favourites before what is faster', [candidate('fast', {latency: {ms: 1}}), candidate('dear', {favourite: true})], ['dear', 'fast']],
		['what failed lately after all that did not, the oldest failure first', [candidate('just now', {...failed(1000), favourite: true}), candidate('a while ago', failed(600_000)), candidate('never')], ['never', 'a while ago', 'just now']],
		['a failure of long ago counts no more, nor does one that a changed clock put into the future', [candidate('old', {...failed(failureCountsMs), favourite: true}), candidate('future', failed(-failureCountsMs)), candidate('plain')], ['old', 'future', 'plain']],
		['what cannot be used last of all', [candidate('broken', {problem: 'no key', favourite: true}), candidate('failed', failed(1))], ['failed', 'broken']],
	])('%s', (_what, candidates, order) => {
		expect(ids(candidates)).toEqual(order);
	});

	test('countries in the operator\'s order, by code or name, before favourites', () => {
		const candidates = [candidate('us', {country: 'US', favourite: true}), candidate('no', {country: 'NO'}), candidate('se', {country: 'se'}), candidate('nowhere')];
		expect(ids(candidates, ['sweden', 'NO'])).toEqual(['se', 'no', 'us', 'nowhere']);
		expect(ids([candidate('us', {country: 'US'}), candidate('written', {country: 'United States'})], ['united-states'])).toEqual(['us', 'written']);
	});
});

const turns: Turns = {after: null, passed: [], by: 'rank', top: 0, random: () => 0, countries: [], nowMs};

describe('the next one', () => {
	const three = [candidate('a', {load: 1}), candidate('b', {load: 2}), candidate('c', {load: 3})];

	test('is the best but this, and each has its turn before one comes again', () => {
		const seen = ['b'];
		let passed = withTurn([], 'b');
		for (let turn = 0; turn < 8; turn++) {
			const id = nextServer(three, {...turns, after: seen.at(-1) ?? null, passed});
			seen.push(id ?? 'none');
			passed = withTurn(passed, id ?? 'none');
		}
		expect(seen.join(' ')).toBe('b a c a b c a b c');
		expect(withTurn(['a', 'b'], 'b')).toEqual(['a', 'b']);
	});

	test('is never one that cannot be used, and one that failed lately only where nothing else is left', () => {
		const candidates = [candidate('current'), candidate('broken', {problem: 'no key'}), candidate('failed', failed(1000)), candidate('good')];
		expect(nextServer(candidates, {...turns, after: 'current'})).toBe('good');
		// A new round begins before a failed one is tried.
		expect(nextServer(candidates, {...turns, after: 'current', passed: ['good']})).toBe('good');
		expect(nextServer(candidates.slice(0, 3), {...turns, after: 'current'})).toBe('failed');
		expect(nextServer(candidates.slice(0, 2), {...turns, after: 'current'})).toBeNull();
		expect(nextServer([], turns)).toBeNull();
	});

	test('stays in the countries that are wished for, unless no server is known to be there', () => {
		const candidates = [candidate('se1', {country: 'SE'}), candidate('us', {country: 'US'}), candidate('se2', {country: 'SE', ...failed(1)})];
		expect(nextServer(candidates, {...turns, after: 'se1', countries: ['SE']})).toBe('se2');
		expect(nextServer([candidates[0], candidates[1]].flatMap(each => each ?? []), {...turns, after: 'se1', countries: ['SE']})).toBeNull();
		// NordVPN's own number for Sweden.
		expect(nextServer(candidates, {...turns, after: 'se1', countries: ['208']})).toBe('us');
	});

	test('by chance: one of the first so many, or of all', () => {
		const by = (random: number, top: number) => nextServer(three, {...turns, by: 'random', top, random: () => random});
		expect([by(0, 2), by(0.99, 2), by(0.99, 0), by(0.5, 9), by(1, 0)]).toEqual(['a', 'b', 'c', 'b', 'c']);
	});

	test('whatever is known: it can be used, is not this one, and there is one wherever there is another', () => {
		const some = fc.record({
			problem: fc.constantFrom(null, null, 'broken'), country: fc.constantFrom(null, 'SE', 'US'), load: fc.option(fc.integer({min: 0, max: 100})), favourite: fc.boolean(),
			latency: fc.option(fc.record({ms: fc.option(fc.integer({min: 0, max: 500}))})),
			last: fc.option(fc.record({outcome: fc.constantFrom('connected' as const, 'failed' as const), atMs: fc.integer({min: nowMs - 4_000_000, max: nowMs + 4_000_000})})),
		});
		fc.assert(fc.property(fc.array(some, {maxLength: 8}), fc.nat(8), fc.subarray(['0', '1', '2', '3']), fc.constantFrom('rank' as const, 'random' as const), (known, current, passed, by) => {
			const candidates = known.map((each, index): Candidate => ({id: String(index), ...each}));
			const server = nextServer(candidates, {...turns, after: String(current), passed, by, random: () => 0.7});
			const usable = candidates.filter(({id, problem}) => problem === null && id !== String(current)).map(({id}) => id);
			expect(server === null ? usable : usable.includes(server)).toEqual(server === null ? [] : true);
			expect(rank(candidates, turns).map(({id}) => id).toSorted()).toEqual(candidates.map(({id}) => id));
		}));
	});
});
