/** A tunnel of somebody else's on the fake kernel: found, guarded, lost, found again; nothing of its owner's is touched. */
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {noSecrets} from '../../../src/config/secrets.ts';
import {guardingFor} from '../../../src/controller/attach/wiring.ts';
import {fakeKernel} from '../../fakes/fake-kernel.ts';
import {manualClock} from '../../fakes/manual-clock.ts';
import {makeRig, type Rig} from '../../helpers/controller-rig.ts';
import {startGluetun, type StartedGluetun} from '../../helpers/gluetun-http.ts';
import {configFrom, ip} from '../../helpers/situations.ts';

const rigs: Rig[] = [];
afterEach(async () => {
	for (const rig of rigs.splice(0)) await rig.dispose();
});

const start = async (): Promise<Rig> => {
	const rig = makeRig({kernel: fakeKernel(), settings: {VKS_ATTACH: 'gluetun', VKS_DNS: '10.64.1.1'}});
	rigs.push(rig);
	expect(await rig.controller.start()).toMatchObject({ok: true});
	return rig;
};

test('without a tunnel it is blocked with that cause, and routes, rules and sysctls are as they were', async () => {
	const {controller, kernel} = await start();
	await vi.waitFor(() => expect(controller.snapshot().state).toMatchObject({kind: 'blocked', cause: 'no-tunnel'}));
	expect(kernel.state.rules).toEqual([]);
	expect(kernel.state.routes).toHaveLength(1);
	expect(controller.snapshot().layers.filter(({state}) => state === 'foreign').map(({name}) => name)).toEqual(['routing', 'reverse-path', 'dns']);
});

test('a tunnel that comes up is adopted: its server, by its mark, and nobody else\'s', async () => {
	const {controller, kernel} = await start();
	kernel.devices.foreign.set('tun0', {kind: 'wireguard', speaks: 'kernel', mark: 51_820, peers: 1, facts: {handshakeAtMs: null, rxBytes: 0, txBytes: 0, endpoint: '198.51.100.10:51820', keepaliveSeconds: null}});
	kernel.putLink({name: 'tun0', up: true, kind: 'wireguard', addresses: [{address: ip('10.64.1.2'), prefixLength: 32, scope: 'global'}]});
	await vi.waitFor(() => expect(controller.snapshot().rules.find(({id}) => id === 'attached-out-1')?.text).toContain('ip daddr 198.51.100.10/32 udp dport 51820 meta mark 0xca6c'));
	expect(kernel.state.rules).toEqual([]);
});

const standing = async (): Promise<Rig> => {
	const rig = await start();
	rig.kernel.devices.foreign.set('tun0', {kind: 'wireguard', speaks: 'kernel', mark: 51_820, peers: 1, facts: {handshakeAtMs: null, rxBytes: 0, txBytes: 0, endpoint: '198.51.100.10:51820', keepaliveSeconds: null}});
	rig.kernel.putLink({name: 'tun0', up: true, kind: 'wireguard', addresses: [{address: ip('10.64.1.2'), prefixLength: 32, scope: 'global'}]});
	await vi.waitFor(() => expect(rig.controller.snapshot().rules.some(({id}) => id === 'attached-out-1')).toBe(true));
	return rig;
};

test.each([{do: 'switch', server: 'gluetun'}, {do: 'switch', server: 'se-sto-1'}, {do: 'next'}] as const)('$do $server is refused with the reason, and the device stands', async command => {
	const {controller, kernel} = await standing();
	const outcome = await controller.submit(command);
	expect(outcome).toMatchObject({ok: false, problem: {code: 'no-server', stillBlocking: true}});
	expect(outcome.message).toContain('Gluetun\'s (VKS_ATTACH)');
	expect(kernel.state.links.map(({name}) => name)).toContain('tun0');
});

test('a device with the name of a slot of ours is left standing: none is ours', async () => {
	const rig = makeRig({kernel: fakeKernel(), settings: {VKS_ATTACH: 'gluetun', VKS_ATTACH_INTERFACE: 'wg0b', VKS_DNS: '10.64.1.1'}});
	rigs.push(rig);
	const removed = vi.spyOn(rig.kernel.devices, 'removeLeftover');
	rig.kernel.devices.foreign.set('wg0b', {kind: 'wireguard', speaks: 'kernel', mark: 51_820, peers: 1, facts: {handshakeAtMs: null, rxBytes: 0, txBytes: 0, endpoint: '198.51.100.10:51820', keepaliveSeconds: null}});
	rig.kernel.putLink({name: 'wg0b', up: true, kind: 'wireguard', addresses: [{address: ip('10.64.1.2'), prefixLength: 32, scope: 'global'}]});
	expect(await rig.controller.start()).toMatchObject({ok: true});
	await vi.waitFor(() => expect(rig.controller.snapshot().rules.some(({id}) => id === 'attached-out-1')).toBe(true));
	expect(removed).not.toHaveBeenCalled();
	expect(rig.kernel.state.links.map(({name}) => name)).toContain('wg0b');
});

test('a full drill does not take somebody else\'s device down', async () => {
	const {controller, kernel} = await standing();
	const setDown = vi.spyOn(kernel.probes, 'setDown');
	expect(await controller.submit({do: 'drill-full', word: 'drill'})).toMatchObject({ok: false, drill: {kind: 'inconclusive', detail: expect.stringContaining('its owner\'s')}});
	expect(setDown).not.toHaveBeenCalled();
});

test('what an earlier run wanted of a server of its own is wanted of the one tunnel there is; a lockdown stays one', () => {
	const guarding = guardingFor({kernel: fakeKernel(), config: configFrom({VKS_ATTACH: 'gluetun', VKS_DNS: '10.64.1.1', VKS_SERVER: '', VKS_GLUETUN_SERVERS: 'zurich=city:Zurich'}), clock: manualClock(0), secrets: noSecrets});
	expect(guarding?.wanted({kind: 'target', target: {kind: 'connected', server: 'se-sto-1'}})).toEqual({kind: 'target', target: {kind: 'connected', server: 'gluetun'}});
	expect(guarding?.wanted({kind: 'target', target: {kind: 'lockdown', by: 'operator', reason: '', server: 'se-sto-1'}})).toMatchObject({target: {kind: 'lockdown', server: 'gluetun'}});
	expect(guarding?.wanted({kind: 'target', target: {kind: 'connected', server: 'zurich'}})).toMatchObject({target: {server: 'zurich'}});
	expect(guarding?.wanted({kind: 'unreadable', why: 'x'})).toEqual({kind: 'unreadable', why: 'x'});
});

const external = {VKS_ATTACH: 'external', VKS_DNS: '10.64.1.1'};
const foreign = (endpoint: string, heardAtMs: number | null, rxBytes: number) => ({kind: 'wireguard', speaks: 'kernel', mark: 51_820, peers: 1, facts: {handshakeAtMs: heardAtMs, rxBytes, txBytes: rxBytes, endpoint, keepaliveSeconds: null}}) as const;

/** A tunnel that answers: what it received grows with every look. */
const answering = (rig: Rig, endpoint = '198.51.100.10:51820'): void => {
	let rxBytes = 0;
	rig.kernel.devices.foreign.set('tun0', {...foreign(endpoint, null, 0), get facts() {
		return foreign(endpoint, rig.clock.now(), rxBytes += 100).facts;
	}});
	rig.kernel.putLink({name: 'tun0', up: true, kind: 'wireguard', addresses: [{address: ip('10.64.1.2'), prefixLength: 32, scope: 'global'}]});
};
const connected = async (settings: Readonly<Record<string, string>>, secrets = noSecrets): Promise<Rig> => {
	const rig = makeRig({kernel: fakeKernel(), settings, secrets});
	rigs.push(rig);
	answering(rig);
	expect(await rig.controller.start()).toMatchObject({ok: true});
	await vi.waitFor(() => expect(rig.controller.snapshot().state.kind).toBe('connected'));
	return rig;
};

test('without a command reconnect is refused with what to set, and what carries, carries', async () => {
	const {controller} = await connected(external);
	expect(await controller.submit({do: 'reconnect'})).toMatchObject({ok: false, problem: {code: 'no-tunnel', next: expect.stringContaining('VKS_RECONNECT_COMMAND')}});
	expect(controller.snapshot().state).toMatchObject({kind: 'connected', server: 'external'});
	expect(controller.snapshot().tunnel?.epoch).toBe(1);
});

test('the operator\'s command is run once nothing passes any more, with nothing of our environment, and the tunnel is taken anew', async () => {
	const rig = await connected({...external, VKS_RECONNECT_COMMAND: '["again", "wg 1"]'});
	const passing: boolean[] = [];
	rig.kernel.programs.installed.set('again', () => {
		passing.push(rig.controller.snapshot().rules.some(({id}) => id.startsWith('tunnel-out')));
		answering(rig, '192.0.2.10:51820');
		return {kind: 'exited', code: 0, output: 'secret'};
	});
	expect(rig.controller.snapshot().rules.map(({id}) => id).filter(id => id.startsWith('tunnel-out'))).not.toEqual([]);
	expect(await rig.controller.submit({do: 'reconnect'})).toMatchObject({ok: true, message: 'Reconnected.'});
	expect(passing).toEqual([false]);
	expect(rig.kernel.programs.runs).toMatchObject([{argv: ['again', 'wg 1'], user: null, timeoutMs: 60_000}]);
	expect(Object.keys(rig.kernel.programs.runs[0]?.environment ?? {})).toEqual(['PATH']);
	expect(rig.controller.snapshot().tunnel).toMatchObject({epoch: 2, endpoint: '192.0.2.10:51820'});
});

test.each([
	[{kind: 'exited', code: 3, output: 'secret'}, 'ended with exit code 3'],
	['hang', 'did not end within 60 s'],
] as const)('a command that comes to nothing (%j) is told without what it said, and what stands is taken again', async (end, words) => {
	const rig = await connected({...external, VKS_RECONNECT_COMMAND: 'again'});
	rig.kernel.programs.installed.set('again', () => end);
	vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout']});
	const asked = rig.controller.submit({do: 'reconnect'});
	await vi.advanceTimersByTimeAsync(61_000);
	vi.useRealTimers();
	const outcome = await asked;
	expect(outcome).toMatchObject({ok: false, problem: {code: 'tunnel-failed', what: expect.stringContaining(words), stillBlocking: true}});
	expect(JSON.stringify(outcome)).not.toContain('secret');
	rig.clock.pass(60_000);
	await vi.waitFor(() => expect(rig.controller.snapshot().state.kind).toBe('connected'));
});

test('a tunnel that is taken and carries nothing has the command run before it is tried again', async () => {
	const rig = makeRig({kernel: fakeKernel(), settings: {...external, VKS_RECONNECT_COMMAND: 'again'}});
	rigs.push(rig);
	rig.kernel.programs.installed.set('again', () => {
		answering(rig);
		return {kind: 'exited', code: 0, output: ''};
	});
	rig.kernel.devices.foreign.set('tun0', foreign('198.51.100.10:51820', null, 0));
	rig.kernel.putLink({name: 'tun0', up: true, kind: 'wireguard', addresses: [{address: ip('10.64.1.2'), prefixLength: 32, scope: 'global'}]});
	expect(await rig.controller.start()).toMatchObject({ok: true});
	await vi.waitFor(() => expect(rig.controller.snapshot().state).toMatchObject({kind: 'blocked', cause: 'no-handshake'}));
	expect(rig.kernel.programs.runs).toHaveLength(0);
	rig.clock.pass(60_000);
	await vi.waitFor(() => expect(rig.controller.snapshot().state.kind).toBe('connected'));
	expect(rig.kernel.programs.runs).toHaveLength(1);
});

describe('by Gluetun\'s control server', () => {
	let gluetun: StartedGluetun;
	beforeEach(async () => {
		gluetun = await startGluetun({roles: [{auth: 'apikey', apikey: 'a-key', routes: 'all'}]});
	});
	afterEach(() => gluetun.stop());
	const beside = (apiKey = 'a-key'): Promise<Rig> => connected(
		{VKS_ATTACH: 'gluetun', VKS_DNS: '10.64.1.1', VKS_GLUETUN_URL: `http://127.0.0.1:${gluetun.address.port}`, VKS_GLUETUN_SERVERS: 'zurich=city:Zurich; Sweden'},
		{...noSecrets, gluetun: () => ({apiKey, user: null, password: null})},
	);

	test('it reconnects and switches, and the intent names what was chosen', async () => {
		const {controller} = await beside();
		expect(controller.snapshot().servers.map(({id}) => id)).toEqual(['gluetun', 'zurich', 'Sweden']);
		expect(await controller.submit({do: 'reconnect'})).toMatchObject({ok: true});
		expect(await controller.submit({do: 'switch', server: 'zurich'})).toMatchObject({ok: true, message: expect.stringMatching(/^Switched to zurich\. Applications waited: /)});
		expect(gluetun.settings().selection.cities).toEqual(['Zurich']);
		expect(controller.snapshot()).toMatchObject({state: {kind: 'connected', server: 'zurich'}, tunnel: {epoch: 3}});
		expect(gluetun.starts()).toBe(3);
	});

	test('a switch whose tunnel carries nothing goes back to what was selected before', async () => {
		const rig = await beside();
		const facts = rig.kernel.devices.foreign.get('tun0');
		rig.kernel.devices.foreign.set('tun0', {...foreign('198.51.100.10:51820', null, 0), get facts() {
			return gluetun.settings().selection.cities?.includes('Zurich') === true ? foreign('198.51.100.10:51820', null, 0).facts : (facts?.facts ?? foreign('198.51.100.10:51820', null, 0).facts);
		}});
		expect(await rig.controller.submit({do: 'switch', server: 'zurich'})).toMatchObject({ok: false, message: 'Could not switch to zurich; back to gluetun.', problem: {code: 'no-handshake'}});
		expect(gluetun.settings().selection.cities).toEqual([]);
		expect(rig.controller.snapshot().state).toMatchObject({kind: 'connected', server: 'gluetun'});
	});

	test.each([{do: 'reconnect'}, {do: 'switch', server: 'zurich'}] as const)('with another key $do is refused, and disturbs nothing', async command => {
		const {controller} = await beside('another');
		expect(await controller.submit(command)).toMatchObject({ok: false, problem: {code: 'credentials'}});
		expect(controller.snapshot()).toMatchObject({state: {kind: 'connected', server: 'gluetun'}, tunnel: {epoch: 1}});
		expect(gluetun.starts()).toBe(1);
	});
});
