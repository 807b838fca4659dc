/** When leak tests run and what follows, on the fake kernel, whose links can leak on command. */
import {afterEach, expect, onTestFinished, test, vi} from 'vitest';
import type {Snapshot} from '../../../src/control/schema.ts';
import {createDrills, type DrillsDeps} from '../../../src/controller/drills.ts';
import {manualClock} from '../../fakes/manual-clock.ts';
import {noonMs} from '../../fakes/snapshot.ts';
import {makeRig, type Rig} from '../../helpers/controller-rig.ts';
import {configFrom} from '../../helpers/situations.ts';

const rigs: Rig[] = [];
afterEach(async () => {
	for (const rig of rigs.splice(0)) await rig.dispose();
});
const connected = async (settings: Readonly<Record<string, string>> = {}): Promise<Rig> => {
	const rig = makeRig({settings});
	rigs.push(rig);
	await rig.controller.start();
	await vi.waitFor(() => expect(rig.controller.snapshot().state.kind).toBe('connected'), {timeout: 4000});
	return rig;
};
const shows = (rig: Rig, check: (snapshot: Snapshot) => void) => vi.waitFor(() => {
	rig.clock.tick();
	check(rig.controller.snapshot());
}, {timeout: 4000, interval: 5});

test('one that was asked for passes, is shown and written down', async () => {
	const rig = await connected();
	const outcome = await rig.controller.submit({do: 'drill'});
	expect(outcome).toMatchObject({ok: true, problem: null, drill: {kind: 'passed', full: false, cause: 'operator'}});
	expect(rig.controller.snapshot().lastDrill).toEqual(outcome.drill);
	expect(rig.lines().some(line => line.startsWith('Drill passed (asked for'))).toBe(true);
});

test('a leak is a problem and a lockdown that names it; a drill that passes after it was lifted takes the problem away', async () => {
	const rig = await connected();
	rig.kernel.probes.leak('everything');
	expect(await rig.controller.submit({do: 'drill'})).toMatchObject({ok: false, problem: {code: 'leak', stillBlocking: false}, drill: {kind: 'failed'}});
	expect(rig.controller.snapshot()).toMatchObject({state: {kind: 'lockdown'}, lastDrill: {kind: 'failed'}});
	expect(rig.controller.snapshot().problems).toContainEqual(expect.objectContaining({code: 'leak', severity: 'error'}));
	rig.kernel.probes.leak('nothing');
	await rig.controller.submit({do: 'lift', word: 'lift'});
	expect(await rig.controller.submit({do: 'drill'})).toMatchObject({ok: true});
	expect(rig.controller.snapshot().problems).toEqual([]);
});

test('raw frames that leave by a link while links change are no leak of the policy, which has not reached it yet; any other leak is one', async () => {
	const rig = await connected();
	rig.kernel.probes.leak('frames', () => rig.kernel.putLink({name: 'eth7', up: true}));
	expect(await rig.controller.submit({do: 'drill'})).toMatchObject({ok: false, drill: {kind: 'inconclusive', detail: expect.stringContaining('Links changed while the drill ran')}});
	expect(rig.controller.snapshot()).toMatchObject({state: {kind: 'connected'}, problems: []});
	rig.kernel.probes.leak('everything', () => rig.kernel.putLink({name: 'eth8', up: true}));
	expect(await rig.controller.submit({do: 'drill'})).toMatchObject({drill: {kind: 'failed'}});
	expect(rig.controller.snapshot().state.kind).toBe('lockdown');
});

test('raw frames that leave while the links stand still are a leak', async () => {
	const rig = await connected();
	rig.kernel.probes.leak('frames');
	expect(await rig.controller.submit({do: 'drill'})).toMatchObject({drill: {kind: 'failed'}});
	expect(rig.controller.snapshot().state.kind).toBe('lockdown');
});

test('a leak is only reported where the operator wants that', async () => {
	const rig = await connected({VKS_DRILL_ON_LEAK: 'report'});
	rig.kernel.probes.leak('everything');
	await rig.controller.submit({do: 'drill'});
	expect(rig.controller.snapshot()).toMatchObject({state: {kind: 'connected'}, problems: [{code: 'leak', stillBlocking: false}]});
});

test('a blind witness makes it inconclusive, which is no success', async () => {
	const rig = await connected();
	rig.kernel.probes.blind();
	expect(await rig.controller.submit({do: 'drill'})).toMatchObject({ok: false, problem: {code: 'drill'}, drill: {kind: 'inconclusive'}});
});

test('a lockdown ends one that runs, which then claims nothing', async () => {
	const rig = await connected();
	rig.kernel.probes.blind();
	const running = rig.controller.submit({do: 'drill'});
	expect(await rig.controller.submit({do: 'lockdown', reason: 'a test'})).toMatchObject({ok: true});
	expect(await running).toMatchObject({ok: false, problem: {code: 'superseded'}});
	expect(rig.controller.snapshot().lastDrill).toBeNull();
});

test.each([0, 1])('one runs after a switch, once, when the old tunnel is gone, also where the one of that tunnel is yet to run: %i ticks after it', async ticks => {
	const rig = await connected({VKS_DRILL_EVERY: '10m'});
	for (let tick = 0; tick < ticks; tick++) rig.clock.tick();
	await rig.controller.submit({do: 'switch', server: 'se-sto-1'});
	const since = (): readonly string[] => rig.lines().slice(rig.lines().findIndex(line => line.startsWith('Switching from'))).flatMap(line => /^(?:Epoch|Drill [^,]*)/.exec(line) ?? []);
	await shows(rig, () => expect(since().at(-1)).toContain('Drill'));
	rig.clock.pass(600_000);
	await shows(rig, () => expect(since()).toEqual(['Epoch', 'Drill passed (after connecting', 'Drill passed (on schedule']));
});

test('one runs after each connection and then on schedule; none when it is off', async () => {
	const rig = await connected({VKS_DRILL_EVERY: '10m'});
	await shows(rig, ({lastDrill}) => expect(lastDrill).toMatchObject({kind: 'passed', cause: 'connected'}));
	rig.clock.pass(600_000);
	await shows(rig, ({lastDrill}) => expect(lastDrill).toMatchObject({kind: 'passed', cause: 'schedule'}));
	const quiet = await connected();
	for (let tick = 0; tick < 5; tick++) quiet.clock.tick();
	expect(quiet.kernel.probes.sent()).toBe(0);
});

test('that what one waits for fails is written down, and ends nothing', async () => {
	const lines: string[] = [];
	const unhandled: unknown[] = [];
	const hear = (reason: unknown): void => void unhandled.push(reason);
	process.on('unhandledRejection', hear);
	onTestFinished(() => void process.off('unhandledRejection', hear));
	const drills = createDrills({
		config: configFrom({VKS_DRILL_EVERY: '10m'}), clock: manualClock(noonMs),
		journal: {write: (_kind: string, level: string, text: string) => void lines.push(`${level} ${text}`)},
	} as unknown as DrillsDeps);
	drills.connected(Promise.reject(new Error('the reading broke off')));
	await new Promise(resolve => setImmediate(resolve));
	expect([lines, unhandled]).toEqual([['error What a drill waited for ended unexpectedly: the reading broke off. What is refused stays so.'], []]);
});
