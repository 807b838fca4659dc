/** When a server is left for the next one without anybody asking, and what holds that back. */
import {afterEach, describe, expect, test, vi} from 'vitest';
import type {Command, Outcome} from '../../../src/control/schema.ts';
import {createRotation, type RotationDeps} from '../../../src/controller/rotation.ts';
import type {TunnelState} from '../../../src/controller/state.ts';
import {manualClock} from '../../fakes/manual-clock.ts';
import {done} from '../../fakes/fake-controller.ts';
import {makeRig, type Rig} from '../../helpers/controller-rig.ts';

const hourMs = 3_600_000;
const connected = (server: string): TunnelState => ({kind: 'connected', server, epoch: 1});

function rotating({everyMs = hourMs, answer = async (): Promise<Outcome> => done()}: {everyMs?: number | null; answer?: (command: Command) => Promise<Outcome>} = {}) {
	const clock = manualClock(1_800_000_000_000);
	const asked: Command[] = [];
	const told: (string | null)[] = [];
	const world = {state: connected('a') as TunnelState, next: 'b' as string | null, busyWith: null as string | null};
	const deps: RotationDeps = {
		config: {rotateEveryMs: everyMs, rotateBy: 'rank'}, clock,
		journal: {write: () => undefined, recent: () => [], forget: () => 0},
		state: () => world.state,
		turns: {next: () => world.next},
		busyWith: () => world.busyWith,
		submit: command => {
			asked.push(command);
			return answer(command);
		},
		whyFailed: () => null,
		note: problem => told.push(problem?.what ?? null),
	};
	const rotation = createRotation(deps);
	rotation.tick();
	const ticks = async (ms: number): Promise<void> => {
		clock.pass(ms);
		rotation.tick();
		await new Promise(resolve => setImmediate(resolve));
	};
	return {clock, rotation, asked, told, world, ticks};
}

describe('on schedule', () => {
	test('it asks for the switch of an operator once the time is over, and not before; the next time begins with the next server', async () => {
		const {rotation, asked, world, ticks, clock} = rotating();
		expect(rotation.view()).toEqual({everyMs: hourMs, by: 'rank', next: 'b', atMs: clock.now() + hourMs, waitsFor: null});
		await ticks(hourMs - 1);
		expect(asked).toEqual([]);
		await ticks(1);
		expect(asked).toEqual([{do: 'switch', server: 'b'}]);
		[world.state, world.next] = [connected('b'), 'c'];
		await ticks(1000);
		expect(rotation.view()).toMatchObject({next: 'c', atMs: clock.now() + hourMs});
		await ticks(hourMs);
		expect(asked).toHaveLength(2);
	});

	test('without the setting it never does, and still says which one would be next', async () => {
		const {rotation, asked, ticks} = rotating({everyMs: null});
		await ticks(1e10);
		expect(asked).toEqual([]);
		expect(rotation.view()).toEqual({everyMs: null, by: 'rank', next: 'b', atMs: null, waitsFor: null});
	});

	test.each([
		['a lockdown', {state: {kind: 'lockdown', by: 'operator', reason: ''}}, 'the end of the lockdown'],
		['a tunnel that is not well', {state: {kind: 'degraded', server: 'a', epoch: 1, votes: []}}, 'a tunnel that is well'],
		['a connection that is being made', {state: {kind: 'connecting', server: 'a', attempt: 1}}, 'a tunnel that is well'],
		['something else that is under way', {busyWith: 'the end of a leak test'}, 'the end of a leak test'],
		['no other server', {next: null}, 'another server that can be used'],
	] as const)('%s holds it back, which is said, and it goes on afterwards', async (_what, change, says) => {
		const {rotation, asked, world, ticks} = rotating();
		const before = {...world};
		Object.assign(world, change);
		await ticks(hourMs);
		await ticks(hourMs);
		expect(asked).toEqual([]);
		expect(rotation.view().waitsFor).toBe(says);
		Object.assign(world, before);
		await ticks(1000);
		expect(asked).toHaveLength(1);
	});

	test('a wall clock that is set makes nothing due and nothing late; what is shown moves with it', async () => {
		const {rotation, asked, clock, ticks} = rotating();
		clock.setWall(clock.now() + 100 * hourMs);
		await ticks(1000);
		expect(asked).toEqual([]);
		expect(rotation.view().atMs).toBe(clock.now() + hourMs - 1000);
		clock.setWall(0);
		await ticks(hourMs);
		expect(asked).toHaveLength(1);
	});

	test('what fails leaves the old one, says why, and is tried again later and later, never more rarely than the period', async () => {
		const refusal: Outcome = {ok: false, message: 'Could not switch to b; back to a.', durationMs: 1, problem: {code: 'no-handshake', severity: 'error', what: 'b did not answer.', stillBlocking: true, next: ''}};
		const {asked, told, world, ticks} = rotating({answer: async () => refusal});
		await ticks(hourMs);
		expect(told.at(-1)).toBe('The switch to b that was due came to nothing: b did not answer.');
		world.next = 'c';
		await ticks(5 * 60_000 - 1);
		expect(asked).toHaveLength(1);
		await ticks(1);
		expect(asked.at(-1)).toEqual({do: 'switch', server: 'c'});
		for (const minutes of [10, 20, 40, 60, 60]) {
			await ticks(minutes * 60_000 - 1);
			const before = asked.length;
			await ticks(1);
			expect(asked.length - before, `${minutes} minutes`).toBe(1);
		}
		// Whoever switches by hand begins anew.
		world.state = connected('d');
		await ticks(1000);
		expect(told.at(-1)).toBeNull();
	});

	test('one that a lockdown overtook is due as soon as that is over, and no failure', async () => {
		const overtaken: Outcome = {ok: false, message: '', durationMs: 1, problem: {code: 'superseded', severity: 'warning', what: '', stillBlocking: true, next: ''}};
		const {asked, told, ticks} = rotating({answer: async () => overtaken});
		await ticks(hourMs);
		await ticks(1000);
		expect([asked.length, told.filter(what => what !== null)]).toEqual([2, []]);
	});

	test('while one is under way there is no other', async () => {
		const {asked, rotation, ticks} = rotating({answer: () => new Promise(() => undefined)});
		await ticks(hourMs);
		await ticks(hourMs);
		expect(asked).toHaveLength(1);
		expect(rotation.view().waitsFor).toBeNull();
	});
});

describe('a controller', () => {
	const rigs: Rig[] = [];
	afterEach(async () => {
		for (const rig of rigs.splice(0)) await rig.dispose();
	});
	const connectedRig = async (settings: Readonly<Record<string, string>> = {}): Promise<Rig> => {
		const rig = makeRig({settings});
		rigs.push(rig);
		expect(await rig.controller.start()).toMatchObject({ok: true});
		await isOn(rig, 'ch-zrh-1');
		return rig;
	};
	const isOn = (rig: Rig, server: string) => vi.waitFor(() => expect(rig.controller.snapshot().state).toMatchObject({kind: 'connected', server}), {timeout: 4000, interval: 5});

	test('rotates by its own queue, and says so', async () => {
		const rig = await connectedRig({VKS_ROTATE_EVERY: '5m'});
		rig.clock.tick();
		expect(rig.controller.snapshot().rotation).toMatchObject({everyMs: 300_000, next: 'se-sto-1', atMs: expect.any(Number) as unknown, waitsFor: null});
		rig.clock.pass(300_000);
		await vi.waitFor(async () => {
			rig.clock.tick();
			await isOn(rig, 'se-sto-1');
		}, {timeout: 4000});
		// The outcome comes after the exit was asked for.
		await vi.waitFor(() => expect(rig.lines()).toEqual(expect.arrayContaining(['Rotation: from ch-zrh-1 to se-sto-1, after 5m by rank.', expect.stringMatching(/^switch se-sto-1: Switched to se-sto-1\./)])), {timeout: 4000});
		expect(rig.controller.snapshot()).toMatchObject({rotation: {next: 'ch-zrh-1'}, servers: [{id: 'ch-zrh-1'}, {id: 'se-sto-1', current: true}]});
	});

	test('stays where it was when the other does not answer, and tells why', async () => {
		const rig = await connectedRig({VKS_ROTATE_EVERY: '5m'});
		rig.silent.add('se-sto-1');
		rig.clock.tick();
		rig.clock.pass(300_000);
		await vi.waitFor(() => {
			rig.clock.tick();
			expect(rig.controller.snapshot().problems).toContainEqual(expect.objectContaining({code: 'rotation', stillBlocking: true, what: expect.stringMatching(/^The switch to se-sto-1 .* se-sto-1 did not answer/) as unknown}));
		}, {timeout: 8000});
		await isOn(rig, 'ch-zrh-1');
	});

	test('switches on demand to the one whose turn it is, ranked and named before; in lockdown to none', async () => {
		const rig = await connectedRig();
		await rig.controller.submit({do: 'favourite', server: 'se-sto-1', on: true});
		expect(rig.controller.snapshot().servers.map(({id, rank}) => [id, rank])).toEqual([['ch-zrh-1', 2], ['se-sto-1', 1]]);
		expect(rig.controller.snapshot().rotation).toEqual({everyMs: null, by: 'rank', next: 'se-sto-1', atMs: null, waitsFor: null});
		expect(await rig.controller.submit({do: 'next'})).toMatchObject({ok: true, message: 'Switched to se-sto-1.'});
		expect(await rig.controller.submit({do: 'next'})).toMatchObject({ok: true, message: 'Switched to ch-zrh-1.'});
		await rig.controller.submit({do: 'lockdown', reason: ''});
		expect(await rig.controller.submit({do: 'next'})).toMatchObject({ok: false, problem: {code: 'locked-down'}});
	});
});
