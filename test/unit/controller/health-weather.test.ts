/** How soon a dead tunnel is found, and that bad weather is none: with the code that asks, and its time. */
import {describe, expect, test} from 'vitest';
import {diceFor} from '../../../chaos/dice.ts';
import {foundAfterMs, simulate, type SimWeather} from '../../helpers/health-sim.ts';

const chanceOf = (seed: string): (() => number) => diceFor(seed, 1).next;
const levelsOf = (weather: SimWeather): ReadonlySet<string> => new Set(simulate(weather).map(({level}) => level));

describe('a tunnel that dies is found within 20 s', () => {
	const whom = [['pings and connections', true, true], ['pings alone', true, false], ['connections alone', false, true]] as const;
	test.each(whom.flatMap(each => (['silent', 'hollow'] as const).flatMap(how => ([0, 40, 5000] as const).map(traffic => [...each, how, traffic] as const))))('asked by %s (%s, %s), %s, under %d bytes a second', (_, pings, connects, how, traffic) => {
		const found = Array.from({length: 20}, (_each, round) => {
			const chance = chanceOf(`${how} ${round}`);
			// Whatever the moment between two questions, and ticks that come late.
			const fromS = 70 + chance() * 10;
			return foundAfterMs(simulate({seconds: 130, pings, connects, traffic, chance, dead: {fromS, how}, tickMs: () => 980 + chance() * 200}), fromS) ?? Infinity;
		});
		expect(Math.max(...found)).toBeLessThan(20_000);
		// Sooner than that it could be an outage that passes.
		expect(Math.min(...found)).toBeGreaterThan(10_500);
	});

	test('one that never answered anything is found by the protocol\'s own word, later', () => {
		const chance = chanceOf('mute');
		expect(foundAfterMs(simulate({seconds: 130, pings: false, connects: false, chance, dead: {fromS: 70, how: 'silent'}}), 70)).toBeLessThan(30_000);
	});
});

describe('is not dead', () => {
	test.each([0, 40, 5000])('in hours of 5 %% loss each way and 300 ms jitter, under %d bytes a second', traffic => {
		for (const seed of ['a', 'b', 'c']) {
			const told = simulate({seconds: 3600, loss: 0.05, delayMs: 300, jitterMs: 300, traffic, chance: chanceOf(seed)});
			expect(told.filter(({level}) => level === 'dead')).toEqual([]);
			expect(told.filter(({level}) => level === 'failing').length).toBeLessThan(5);
		}
	});

	test('a server that ignores pings, or connections, or both', () => {
		for (const [pings, connects] of [[false, true], [true, false], [false, false]] as const) {
			expect(levelsOf({seconds: 1200, pings, connects, chance: chanceOf('ignores')})).toEqual(new Set(['well']));
		}
	});

	test('a mute one that says its own keepalive, to an application that sends and gets nothing', () => {
		expect([...levelsOf({seconds: 1200, pings: false, connects: false, chance: chanceOf('upload')})]).not.toContain('dead');
	});
});

describe('what it costs', () => {
	const asked = (weather: Omit<SimWeather, 'chance' | 'seconds'>): number => simulate({seconds: 600, chance: chanceOf('cost'), ...weather}).at(-1)?.asked ?? 0;
	test('a packet in four seconds at rest, and none of them while the tunnel carries', () => {
		expect(asked({})).toBeLessThan(180);
		expect(asked({traffic: 5000})).toBeLessThan(40);
	});

	test('every second once it is suspected', () => {
		const told = simulate({seconds: 90, chance: chanceOf('fast'), dead: {fromS: 60, how: 'silent'}});
		const at = (second: number): number => told[second]?.asked ?? 0;
		expect(at(75) - at(70)).toBeGreaterThanOrEqual(5);
	});
});
