/** What the snapshot says of the tunnel that stands and of those before it; on the fake kernel, whose servers always answer. */
import {afterEach, expect, test, vi} from 'vitest';
import type {Snapshot} from '../../../src/control/schema.ts';
import {snapshotSchema} from '../../../src/control/schema.ts';
import {makeRig, type Rig} from '../../helpers/controller-rig.ts';

const rigs: Rig[] = [];
afterEach(async () => {
	for (const rig of rigs.splice(0)) await rig.dispose();
});

/** Ticks pass until it holds: a second each. */
const until = async (rig: Rig, good: (snapshot: Snapshot) => boolean): Promise<Snapshot> => vi.waitFor(() => {
	rig.clock.tick();
	const snapshot = rig.controller.snapshot();
	expect(good(snapshot)).toBe(true);
	return snapshot;
}, {timeout: 8000, interval: 5});

const connected = async (settings: Readonly<Record<string, string>> = {}): Promise<Rig> => {
	const rig = makeRig({settings});
	rigs.push(rig);
	await rig.controller.start();
	await until(rig, ({state}) => state.kind === 'connected');
	return rig;
};

test('each source votes by name, with a history; who is not asked says why', async () => {
	const {tunnel} = await until(await connected(), snapshot => (snapshot.tunnel?.votes[0]?.history.length ?? 0) >= 2);
	expect(tunnel?.votes.map(({source, verdict}) => `${source} ${verdict}`)).toEqual(['answers good', 'handshake good', 'probe good', 'dns none']);
	// Ticks come faster here than a busy machine reads: what is told of the first may be late.
	expect(tunnel?.votes[0]?.history).toMatch(/^[gs]*g$/);
	expect(tunnel?.rtt).toEqual({notAsked: 'VKS_RTT_EVERY is off', everyMs: null, history: []});
});

test('a resolver that never answered is a gap, has no vote, and is no reason to dial again', async () => {
	// The fake tunnel's address is no address here, so that the question cannot be sent.
	const rig = await connected({VKS_RTT_EVERY: '2s'});
	const {tunnel, state} = await until(rig, snapshot => (snapshot.tunnel?.rtt.history.length ?? 0) >= 4);
	expect(tunnel?.rtt.history.every(ms => ms === null)).toBe(true);
	expect(tunnel?.votes.find(({source}) => source === 'dns')).toMatchObject({verdict: 'none', detail: 'the tunnel\'s resolver never answered, which says nothing'});
	expect(state.kind).toBe('connected');
});

test('targets are asked through the tunnel, while it is connected and no longer', async () => {
	const rig = await connected({VKS_HEALTH_TARGETS: '10.64.1.9,10.64.1.9:443'});
	const {tunnel} = await until(rig, snapshot => snapshot.tunnel?.votes.some(({source, verdict}) => source === 'probe' && verdict === 'good') ?? false);
	expect(tunnel?.votes.find(({source}) => source === 'probe')?.detail).toMatch(/^(TCP )?10.64.1.9(:443)? answered \d+ s ago$/);
	expect(new Set(rig.kernel.probes.askedThrough())).toEqual(new Set(['10.64.1.9']));
	expect(rig.kernel.probes.pinged()).toEqual([]);
	await rig.controller.submit({do: 'lockdown', reason: 'test'});
	const before = rig.kernel.probes.askedThrough().length;
	for (let second = 0; second < 70; second++) rig.clock.tick();
	expect(rig.kernel.probes.askedThrough()).toHaveLength(before);
});

test('VKS_HEALTH_TARGETS=off asks nobody', async () => {
	const rig = await connected({VKS_HEALTH_TARGETS: 'off'});
	const {tunnel} = await until(rig, snapshot => (snapshot.tunnel?.votes[0]?.history.length ?? 0) >= 2);
	expect(tunnel?.votes.find(({source}) => source === 'probe')).toMatchObject({verdict: 'none', detail: 'VKS_HEALTH_TARGETS is off'});
	expect(rig.kernel.probes.askedThrough()).toEqual([]);
});

test('a reconnect is listed with its reason, and numbers of the tunnel before are gone', async () => {
	const rig = await connected();
	const before = await until(rig, snapshot => (snapshot.tunnel?.votes[0]?.history.length ?? 0) >= 3);
	expect(before.reconnects).toEqual({count: 0, lastReason: null, list: []});
	void rig.controller.submit({do: 'switch', server: before.state.server === 'ch-zrh-1' ? 'se-sto-1' : 'ch-zrh-1'});
	const after = await until(rig, ({state, tunnel}) => state.kind === 'connected' && tunnel?.epoch === 2);
	expect(after.reconnects).toMatchObject({count: 1, lastReason: expect.stringContaining('the operator switched') as unknown, list: [{from: before.state.server, to: after.state.server}]});
	expect(after.tunnel?.votes[0]?.history.length ?? 0).toBeLessThan(3);
	expect(snapshotSchema.parse(after)).toEqual(after);
});

test('a tunnel that falls silent is dialled again, with what was missed as the reason', async () => {
	const rig = await connected();
	const server = rig.controller.snapshot().state.server ?? '';
	rig.silent.add(server);
	rig.kernel.probes.mute.add('10.64.1.1');
	const device = [...rig.kernel.devices.made.values()][0];
	await vi.waitFor(() => {
		// It goes on sending: without that, silence says nothing.
		if (device !== undefined) device.facts = {...device.facts, txBytes: device.facts.txBytes + 1000};
		rig.clock.tick();
		expect(rig.lines().join('\n')).toContain('The tunnel is dead: nothing was heard for');
	}, {timeout: 8000, interval: 5});
	rig.silent.delete(server);
	rig.kernel.probes.mute.clear();
	const back = await until(rig, ({state, tunnel}) => state.kind === 'connected' && tunnel?.epoch === 2);
	expect(back.reconnects.lastReason).toMatch(/^nothing was heard for \d+ s although we sent/);
});
