/** resolv.conf under a controller: put right, counted, told once, and no endless fight. */
import {expect, onTestFinished, test, vi} from 'vitest';
import type {ResolvConf, ResolvReading} from '../../../src/kernel/resolv-conf.ts';
import {resolvKeeper} from '../../../src/controller/resolv-keeper.ts';
import {fail, ok} from '../../../src/result.ts';
import type {Problem} from '../../../src/problem.ts';
import {makeRig} from '../../helpers/controller-rig.ts';
import {manualClock} from '../../fakes/manual-clock.ts';
import {ip} from '../../helpers/situations.ts';

const readOnly: Problem = {code: 'dns', severity: 'warning', what: 'It is read-only.', stillBlocking: true, next: 'Make it writable.'};
const stranger: ResolvReading = {kind: 'names', nameservers: [ip('192.0.2.1')]};

/** A file in memory. */
function fakeFile() {
	const file: {reading: ResolvReading; locked: boolean; writes: number} = {reading: stranger, locked: false, writes: 0};
	const resolv: ResolvConf = {
		read: () => file.reading,
		point(resolvers) {
			if (file.locked) return fail(readOnly);
			file.writes += 1;
			file.reading = {kind: 'names', nameservers: resolvers};
			return ok(undefined);
		},
	};
	return {file, resolv};
}

function keeperOn() {
	const {file, resolv} = fakeFile();
	const clock = manualClock(1_800_000_000_000);
	const lines: string[] = [];
	const notes: (string | null)[] = [];
	const keeper = resolvKeeper({resolv, clock, journal: {write: (_kind, _level, text) => void lines.push(text)}, note: problem => void notes.push(problem?.what ?? null)});
	return {file, clock, lines, notes, keeper};
}

const due = [ip('10.64.1.1')];

test.each<[ResolvReading, string]>([
	[stranger, 'names 192.0.2.1'],
	[{kind: 'missing'}, 'is not there'],
	[{kind: 'names', nameservers: []}, 'names no resolver'],
	[{kind: 'names', nameservers: [...due, ip('192.0.2.1')]}, 'names 192.0.2.1'],
])('%j is put right and said', (reading, words) => {
	const {file, keeper, lines} = keeperOn();
	keeper.point(due);
	file.reading = reading;
	expect(keeper.check(due)).toEqual({due: true, differs: null, repaired: `resolv.conf ${words}`});
	expect(lines).toEqual([`resolv.conf was changed and is put back: it ${words}. Nobody tells who changed it.`]);
	expect(keeper.check(due)).toEqual({due: true, differs: null, repaired: null});
	expect(keeper.repairs()).toBe(1);
});

test('without a tunnel, and before it was verified, it is read and left', () => {
	const {file, keeper} = keeperOn();
	expect(keeper.check(null)).toEqual({due: false, differs: null, repaired: null});
	expect(keeper.check(due)).toEqual({due: true, differs: 'names 192.0.2.1', repaired: null});
	expect(file.writes).toBe(0);
	// The next tunnel's resolvers are another matter than those of the one before.
	keeper.point(due);
	expect(keeper.check([...due]).repaired).toBe(null);
});

test('one that cannot be written is said once, tried again, and forgotten when it is right', () => {
	const {file, keeper, lines, notes} = keeperOn();
	file.locked = true;
	keeper.point(due);
	for (let second = 0; second < 5; second += 1) expect(keeper.check(due)).toEqual({due: true, differs: 'names 192.0.2.1', repaired: null});
	expect(lines).toEqual(['It is read-only.']);
	expect(new Set(notes)).toEqual(new Set(['It is read-only.']));
	file.reading = {kind: 'names', nameservers: due};
	keeper.check(due);
	expect(notes.at(-1)).toBe(null);
});

test('who writes it anew every second is met with pauses, and what it names meanwhile is said', () => {
	const {file, clock, keeper, lines} = keeperOn();
	keeper.point(due);
	let left = 0;
	for (let second = 0; second < 60; second += 1) {
		file.reading = stranger;
		if (keeper.check(due).differs !== null) left += 1;
		clock.pass(1000);
	}
	expect(left).toBeGreaterThan(20);
	expect(lines.filter(line => line.startsWith('Something fights us: resolv.conf is changed as fast as it is repaired')).length).toBeGreaterThan(3);
	clock.pass(31_000);
	expect(keeper.check(due)).toMatchObject({differs: null});
});

test('the controller puts it right with the next proof, counts it, and the layer says what could not be', async () => {
	const {file, resolv} = fakeFile();
	const rig = makeRig({resolv, settings: {VKS_SERVER: 'ch-zrh-1'}});
	onTestFinished(() => rig.dispose());
	await rig.controller.start();
	const settle = (good: () => boolean) => vi.waitFor(() => {
		rig.clock.tick();
		expect(good()).toBe(true);
	}, {timeout: 4000, interval: 5});
	const dns = () => rig.controller.snapshot().layers.find(({name}) => name === 'dns');
	await settle(() => rig.controller.snapshot().state.kind === 'connected' && dns()?.state === 'held');
	const {count} = rig.controller.snapshot().tamper;
	file.reading = stranger;
	await settle(() => rig.controller.snapshot().tamper.count === count + 1);
	expect(rig.controller.snapshot()).toMatchObject({tunnel: {forgotten: 0}, tamper: {last: 'resolv.conf names 192.0.2.1'}, proof: {kind: 'proven'}});
	expect(file.reading).toEqual({kind: 'names', nameservers: rig.controller.snapshot().tunnel?.resolvers});
	file.locked = true;
	file.reading = stranger;
	await settle(() => dns()?.state === 'missing');
	expect(dns()?.detail).toBe('resolv.conf names 192.0.2.1; look-ups elsewhere are refused');
	expect(rig.controller.snapshot().problems).toContainEqual(readOnly);
	expect(rig.controller.snapshot().tamper.count).toBe(count + 1);
	expect(rig.lines()).toContain('It is read-only.');
});
