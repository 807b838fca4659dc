/** Measuring on the fake kernel: what is opened for it, for how long, and what is said of it. The lab shows the packets. */
import {afterEach, expect, test, vi} from 'vitest';
import {pingResults, tokenOf, type Ping} from '../../../src/controller/pings.ts';
import {makeRig, putUplink, type Rig} from '../../helpers/controller-rig.ts';
import {ip} from '../../helpers/situations.ts';

const rigs: Rig[] = [];
afterEach(async () => {
	for (const rig of rigs.splice(0)) {
		rig.kernel.setFault(null);
		await rig.dispose();
	}
});

const connected = async (settings: Readonly<Record<string, string>> = {VKS_LATENCY: 'yes'}): Promise<Rig> => {
	const rig = makeRig({settings});
	rigs.push(rig);
	expect(await rig.controller.start()).toMatchObject({ok: true});
	await vi.waitFor(() => expect(rig.controller.snapshot().state.kind).toBe('connected'), {timeout: 4000, interval: 5});
	return rig;
};
const measure = ({controller}: Rig, ...servers: readonly string[]) => controller.submit({do: 'measure', servers: [...servers]});
const latencies = ({controller}: Rig) => Object.fromEntries(controller.snapshot().servers.map(({id, latency}) => [id, latency && [latency.how, latency.ms]]));
const opened = ({kernel}: Rig): readonly string[] => kernel.scripts.filter(script => script.includes('latency-') && script.includes('add element inet'));
const stands = ({kernel}: Rig): boolean => ['inet vks', 'netdev vks'].some(table => JSON.stringify([...(kernel.tables().get(table)?.chains.values() ?? [])]).includes('latency-'));

test('opens pings to the endpoints for five seconds, sends three to each, notes the fastest and closes again', async () => {
	const rig = await connected();
	rig.kernel.probes.mute.add('198.51.100.10');
	expect(await measure(rig)).toMatchObject({ok: true, message: expect.stringMatching(/^1 of 2 servers answered, the nearest is ch-zrh-1 with .* ms\. 6 pings left outside the tunnel to 2 hosts\.$/) as unknown});
	expect(opened(rig)).toHaveLength(1);
	expect(opened(rig)[0]).toMatch(/add element inet vks lease-latency-1 \{ icmp timeout (5000|49\d\d)ms \}/);
	expect(stands(rig)).toBe(false);
	expect(rig.kernel.probes.pinged().toSorted()).toEqual([...Array.from({length: 3}, () => '192.0.2.10'), ...Array.from({length: 3}, () => '198.51.100.10')]);
	expect(latencies(rig)).toEqual({'ch-zrh-1': ['echo', expect.any(Number)], 'se-sto-1': ['echo', null]});
	expect(rig.lines().some(line => line.startsWith('measure: 1 of 2 servers answered'))).toBe(true);
});

test('measures those that are named, and no other', async () => {
	const rig = await connected();
	expect(await measure(rig, 'se-sto-1')).toMatchObject({ok: true});
	expect(new Set(rig.kernel.probes.pinged())).toEqual(new Set(['198.51.100.10']));
	expect(opened(rig)[0]).not.toContain('192.0.2.10/32 icmp');
	expect(latencies(rig)['ch-zrh-1']).toBeNull();
});

test.each([
	['without the setting', {}, async () => undefined, 'VKS_LATENCY'],
	['in lockdown', {VKS_LATENCY: 'yes'}, async (rig: Rig) => rig.controller.submit({do: 'lockdown', reason: 'test'}), 'Locked down'],
	['without an uplink', {VKS_LATENCY: 'yes'}, async (rig: Rig) => {
		putUplink(rig.kernel, false);
		await vi.waitFor(() => expect(rig.controller.snapshot().state.kind).toBe('blocked'), {timeout: 4000, interval: 5});
	}, 'no uplink'],
])('%s nothing is opened and nobody is pinged', async (_name, settings, before, what) => {
	const rig = await connected(settings);
	await before(rig);
	expect(await measure(rig)).toMatchObject({ok: false, message: expect.stringContaining(what) as unknown, problem: {stillBlocking: true}});
	expect([opened(rig), rig.kernel.probes.pinged(), stands(rig)]).toEqual([[], [], false]);
});

test('names of servers that are not there measure nothing', async () => {
	const rig = await connected();
	expect(await measure(rig, 'nowhere')).toMatchObject({ok: false, problem: {next: expect.stringContaining('vks servers') as unknown}});
	expect(opened(rig)).toEqual([]);
});

test('a kernel that refuses the opening is said, and nobody is pinged', async () => {
	const rig = await connected();
	rig.kernel.setFault(({operation}) => (operation === 'run' ? {code: 'ruleset-refused', severity: 'error', what: 'no', stillBlocking: 'unknown', next: ''} : null));
	expect(await measure(rig)).toMatchObject({ok: false});
	rig.kernel.setFault(null);
	expect([rig.kernel.probes.pinged(), stands(rig)]).toEqual([[], false]);
});

test('of several pings the fastest counts, and an answer to another ping is none', () => {
	const ping = (sentAtMs: number, answeredAtMs: number | null): Ping => ({address: ip('192.0.2.1'), sentAtMs, answeredAtMs, isAnsweredBy: () => false, answer: () => undefined});
	expect([...pingResults([ping(0, 31.26), ping(300, 323.04), ping(600, null)], 9)]).toEqual([['192.0.2.1', {ms: 23, atMs: 9, how: 'echo'}]]);
	expect([...pingResults([ping(0, null)], 9)]).toEqual([['192.0.2.1', {ms: null, atMs: 9, how: 'echo'}]]);
	expect(Buffer.from(tokenOf(1, 2)).equals(Buffer.from(tokenOf(1, 3)))).toBe(false);
	expect(Buffer.from(tokenOf(1, 2)).equals(Buffer.from(tokenOf(2, 2)))).toBe(false);
});
