/** The ladder with a controller around it; on the fake kernel, whose servers answer unless they are silent. */
import {afterEach, expect, test, vi} from 'vitest';
import type {Snapshot} from '../../../src/control/schema.ts';
import {makeRig, type Rig} from '../../helpers/controller-rig.ts';

const rigs: Rig[] = [];
afterEach(async () => {
	for (const rig of rigs.splice(0)) await rig.dispose();
});

const until = async (rig: Rig, good: (snapshot: Snapshot) => boolean): Promise<Snapshot> => vi.waitFor(() => {
	// It goes on sending: without that, silence says nothing.
	for (const device of rig.kernel.devices.made.values()) device.facts = {...device.facts, txBytes: device.facts.txBytes + 1000};
	rig.clock.tick();
	const snapshot = rig.controller.snapshot();
	expect(good(snapshot)).toBe(true);
	return snapshot;
}, {timeout: 20_000, interval: 5});

const connectedTo = async (settings: Readonly<Record<string, string>>): Promise<{readonly rig: Rig; readonly server: string}> => {
	const rig = makeRig({settings});
	rigs.push(rig);
	await rig.controller.start();
	const {state} = await until(rig, snapshot => snapshot.state.kind === 'connected');
	return {rig, server: state.server ?? ''};
};
const silence = ({rig, server}: {readonly rig: Rig; readonly server: string}): void => {
	rig.silent.add(server);
	rig.kernel.probes.mute.add('10.64.1.1');
};

test('a fresh handshake first, then a new connection, then the next server; the chosen one stays the target', async () => {
	const stage = await connectedTo({VKS_FAILOVER: '2'});
	const {rig, server} = stage;
	silence(stage);
	const away = await until(rig, ({state}) => state.kind === 'connected' && state.server !== server);
	expect(away.healing).toMatchObject({rung: expect.stringMatching(/next-server|none/) as string, target: server, standIn: away.state.server});
	const lines = rig.lines().join('\n');
	const places = [/Asking \S+ for a fresh handshake/, /The tunnel is dead: .*Connecting again/, /failed 2 times in a row. Connecting to \S+ instead; \S+ stays the target/].map(each => lines.search(each));
	expect(places.every(place => place >= 0)).toBe(true);
	expect(places).toEqual(places.toSorted((a, b) => a - b));
	expect(away.reconnects.lastReason).toMatch(/^nothing was heard for \d+ s although we sent/);
});

test('it is gone back to when the operator reconnects', async () => {
	const stage = await connectedTo({VKS_FAILOVER: '1'});
	const {rig, server} = stage;
	silence(stage);
	await until(rig, ({state}) => state.kind === 'connected' && state.server !== server);
	rig.silent.clear();
	rig.kernel.probes.mute.clear();
	void rig.controller.submit({do: 'reconnect'});
	expect((await until(rig, ({state}) => state.kind === 'connected' && state.server === server)).healing.standIn).toBeNull();
});

test.each([['off', {VKS_FAILOVER: 'off'}], ['on its own, where VKS_SERVER names one', {VKS_SERVER: 'se-sto-1'}]])('%s: nobody stands in, and it is blocked with the cause', async (_, settings) => {
	const stage = await connectedTo(settings);
	const {rig, server} = stage;
	silence(stage);
	const blocked = await until(rig, ({state}) => state.kind === 'blocked' && state.attempt >= 4);
	expect(blocked).toMatchObject({state: {cause: 'no-handshake'}, healing: {target: server, standIn: null}});
});

test('refused credentials and our own side are no reason for another server', async () => {
	const {rig, server} = await connectedTo({VKS_FAILOVER: '1'});
	rig.kernel.setFault(({operation}) => (operation === 'createWireguard' ? {code: 'no-permission', severity: 'error', what: 'no', stillBlocking: true, next: 'wait'} : null));
	void rig.controller.submit({do: 'reconnect'});
	const blocked = await until(rig, ({state}) => state.kind === 'blocked' && state.attempt >= 3);
	expect(blocked.healing).toMatchObject({target: server, standIn: null});
	rig.kernel.setFault(null);
});
