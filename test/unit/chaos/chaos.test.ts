/** The pure parts of a chaos run: chance by seed, the plan, the table, the report. */
import {describe, expect, it} from 'vitest';
import {diceFor} from '../../../chaos/dice.ts';
import {allFaults} from '../../../chaos/faults/all.ts';
import {journalled} from '../../../chaos/journalled.ts';
import {stepOf} from '../../../chaos/plan.ts';
import {renderReport, rowsOf, type ChaosReport, type StepResult} from '../../../chaos/report.ts';

const namesOf = (seed: string, count: number): readonly string[] =>
	Array.from({length: count}, (_, index) => stepOf(seed, index + 1, allFaults).faults.map(({name}) => name).join(' + '));

describe('the plan', () => {
	it('follows from the seed, and from nothing else', () => {
		expect(namesOf('7', 60)).toEqual(namesOf('7', 60));
		expect(namesOf('7', 60)).not.toEqual(namesOf('8', 60));
	});

	it('comes to every fault of the table, and now and then to two at once', () => {
		const steps = Array.from({length: 1_500}, (_, index) => stepOf('1', index + 1, allFaults));
		expect(new Set(steps.flatMap(({faults}) => faults.map(({name}) => name))).size).toBe(allFaults.length);
		const pairs = steps.filter(({faults}) => faults.length === 2);
		expect(pairs.length).toBeGreaterThan(300);
		expect(pairs.every(({faults: [first, second]}) => first?.touches !== second?.touches)).toBe(true);
	});

	it('can be of one fault only', () => {
		const [first] = allFaults;
		expect(first && stepOf('1', 1, [first]).faults).toEqual([first]);
	});
});

describe('what pauses', () => {
	const steps = (owned: boolean) => Array.from({length: 3_000}, (_, index) => stepOf('1', index + 1, allFaults, owned));
	const namesPausing = (owned: boolean, kind: 'raw' | 'bound'): ReadonlySet<string> =>
		new Set(steps(owned).filter(({faults, pauses}) => faults.length === 1 && pauses === kind).flatMap(({faults}) => faults.map(({name}) => name)));

	it('while the tables are owned is raw frames alone, during a rename that nobody can know', () => {
		expect(namesPausing(true, 'raw')).toEqual(new Set(['uplink renamed to an odd name']));
		expect(namesPausing(true, 'bound')).toEqual(new Set());
	});

	it('is more where nobody owns them, or whoever did was killed', () => {
		expect(namesPausing(false, 'raw')).toContain('delete table');
		expect(namesPausing(false, 'bound')).toEqual(new Set(['flush ruleset']));
		const killed = steps(true).filter(({faults}) => faults.some(({endsOwner}) => endsOwner) && faults.some(({name}) => name === 'flush ruleset'));
		expect(killed.length).toBeGreaterThan(0);
		expect(killed.every(({pauses}) => pauses === 'bound')).toBe(true);
	});

	it('meets neither a drill, which would see a leak, nor an edit of the routing, which is then all there is', () => {
		const pairs = steps(false).filter(({faults, pauses}) => faults.length === 2 && pauses !== null);
		expect(pairs.length).toBeGreaterThan(50);
		expect(pairs.flatMap(({faults}) => faults).filter(({touches}) => touches === 'drill' || touches === 'routing')).toEqual([]);
	});
});

describe('two at once', () => {
	const fault = allFaults.find(({name}) => name === 'tunnel down');
	if (fault === undefined) throw new Error('the table has no such fault');
	const changed = {fault, applied: {effect: 'changed'}} as const;
	const saidBy = (kinds: readonly ('tunnel' | 'command')[], killed = false) => journalled([changed, changed], kinds.map(kind => ({kind})), killed).map(({journalled: said}) => said);

	it('have an entry each, unless a start speaks for all', () => {
		expect(saidBy(['tunnel', 'tunnel'])).toEqual([true, true]);
		expect(saidBy(['tunnel'])).toEqual([false, false]);
		expect(saidBy(['tunnel'], true)).toEqual([true, true]);
		expect(saidBy(['command', 'command'])).toEqual([false, false]);
	});
});

describe('the table', () => {
	it('has no two faults of one name, and none that changes the kernel without a word in the journal', () => {
		expect(new Set(allFaults.map(({name}) => name)).size).toBe(allFaults.length);
		expect(allFaults.filter(({changesKernel, expectJournal}) => changesKernel && expectJournal.length === 0)).toEqual([]);
	});
});

it('dice keep to their range, and heavier things come more often', () => {
	const dice = diceFor('a', 1);
	const throws = Array.from({length: 2_000}, () => dice.between(3, 5));
	expect(new Set(throws)).toEqual(new Set([3, 4, 5]));
	const picked = Array.from({length: 2_000}, () => dice.weighted([{weight: 1, name: 'light'}, {weight: 9, name: 'heavy'}]).name);
	expect(picked.filter(name => name === 'light').length).toBeGreaterThan(100);
	expect(picked.filter(name => name === 'light').length).toBeLessThan(320);
});

const step = (number: number, recoveryMs: number, journalled: boolean | null): StepResult => ({
	number, recoveryMs, residentMb: 90, used: {daemonCores: 0.1, tunnelCores: 0.05, txBytesPerSecond: 20_000},
	faults: [{name: 'tunnel down', effect: journalled === null ? 'refused' : 'changed', detail: '', journalled}],
});

describe('the report', () => {
	const steps = [step(1, 100, true), step(2, 300, null), step(3, 200, true)];
	const report: ChaosReport = {seed: '5', options: ' --backend nft', lab: 'abcd', seconds: 9, steps, unguarded: 40, packets: {outside: 0, endpoint: 900, captureLost: 0}, interrupted: false, failure: null};

	it('has one row for each fault', () => {
		expect(rowsOf(steps)).toEqual([{name: 'tunnel down', applied: 3, refused: 1, journalled: '2/2', medianMs: 200, maxMs: 300}]);
		expect(renderReport(report)).toContain('nothing failed');
	});

	it('says of a failure what was done, what left, and how to do it again', () => {
		const text = renderReport({...report, failure: {step: 4, faults: ['flush ruleset (changed)'], why: ['3 packets left outside the tunnel'], frames: ['udp 172.30.7.2 → 203.0.113.80 port 7'], journal: []}});
		expect(text).toContain('FAILED at step 4: flush ruleset (changed)');
		expect(text).toContain('  udp 172.30.7.2 → 203.0.113.80 port 7');
		expect(text).toContain('npm run chaos -- --seed 5 --step 4 --backend nft');
		expect(text).not.toContain('nothing failed');
	});
});
