import {expect, test, vi} from 'vitest';
import {parseIp} from '../../../src/net/address.ts';
import {parsePort} from '../../../src/net/port.ts';
import {fail, ok} from '../../../src/result.ts';
import {bringUpWireguard, type BringUp} from '../../../src/tunnel/wireguard.ts';
import {conf, interfaceLines, parsed} from './conf-helper.ts';
import {nameOf} from './device-fakes.ts';
import type {TunnelDevice} from '../../../src/kernel/kernel.ts';
import type {Problem} from '../../../src/problem.ts';

const problem: Problem = {code: 'tunnel-failed', severity: 'error', what: 'no', stillBlocking: true, next: 'wait'};
const interfaceName = nameOf('vks0');

function fakeDevice({configure = async () => ok(undefined), bringUp: raise = async () => ok(undefined)}: Partial<Pick<TunnelDevice, 'configure' | 'bringUp'>> = {}) {
	return {
		interface: interfaceName,
		implementation: 'kernel' as const,
		configure: vi.fn<TunnelDevice['configure']>(configure),
		bringUp: vi.fn<TunnelDevice['bringUp']>(raise),
		facts: vi.fn<TunnelDevice['facts']>(async () => fail(problem)),
		remove: vi.fn<TunnelDevice['remove']>(async () => undefined),
		onExit: vi.fn<TunnelDevice['onExit']>(),
	};
}

function bringUp(device: TunnelDevice, more: Partial<BringUp> = {}) {
	const [address, port] = [parseIp('2001:db8::7'), parsePort(51820)];
	if (address === null || port === null) throw new Error('not an endpoint');
	const server = parsed(conf({interface: [...interfaceLines, 'Address = fd00::2']}));
	return bringUpWireguard({devices: {createWireguard: async () => ok(device)}, server, endpoint: {address, port}, interfaceName, mark: 7, ...more});
}

test('the device gets the resolved endpoint, the mark, all addresses and the usual MTU', async () => {
	const device = fakeDevice();
	expect(await bringUp(device)).toMatchObject({ok: true, value: {interface: 'vks0', implementation: 'kernel', mtu: 1420}});
	expect(device.configure.mock.calls[0]?.[0]).toMatchObject({mark: 7, peer: {endpoint: '[2001:db8::7]:51820'}});
	expect(device.bringUp.mock.calls[0]).toMatchObject([[{address: '10.2.0.2'}, {address: 'fd00::2'}], 1420]);
	expect(device.remove).not.toHaveBeenCalled();
});

test('addresses of a blocked family are left out', async () => {
	const device = fakeDevice();
	await bringUp(device, {families: [4], defaultMtu: 1340});
	expect(device.bringUp.mock.calls[0]).toMatchObject([[{address: '10.2.0.2'}], 1340]);
	expect(device.bringUp.mock.calls[0]?.[0]).toHaveLength(1);
});

test("a file's own MTU wins", async () => {
	const device = fakeDevice();
	await bringUp(device, {server: parsed(conf({interface: [...interfaceLines, 'MTU = 1280']})), defaultMtu: 1340});
	expect(device.bringUp.mock.calls[0]?.[1]).toBe(1280);
});

test.each(['configure', 'bringUp'] as const)('when %s fails, the device is removed and the problem told', async step => {
	const device = fakeDevice({[step]: async () => fail(problem)});
	expect(await bringUp(device)).toEqual({ok: false, error: problem});
	expect(device.remove).toHaveBeenCalledTimes(1);
});

test('a bug in the device still removes it', async () => {
	const device = fakeDevice({configure: () => Promise.reject(new Error('bug'))});
	await expect(bringUp(device)).rejects.toThrow('bug');
	expect(device.remove).toHaveBeenCalledTimes(1);
});

test('down removes the device, and its exit is passed on', async () => {
	const device = fakeDevice();
	const made = await bringUp(device);
	const listener = vi.fn();
	if (made.ok) {
		made.value.onExit(listener);
		await made.value.down();
	}
	device.onExit.mock.calls[0]?.[0]();
	expect(listener).toHaveBeenCalledWith('the tunnel\'s process ended');
	expect(device.remove).toHaveBeenCalledTimes(1);
});

test('refreshed, it is given its server once more, and what is counted goes on', async () => {
	const facts = (rxBytes: number) => ok({rxBytes, txBytes: 2 * rxBytes, handshakeAtMs: null, endpoint: null, keepaliveSeconds: null});
	const device = fakeDevice();
	const raised = await bringUp(device);
	if (!raised.ok) throw new Error('not raised');
	device.facts.mockResolvedValue(facts(100));
	device.configure.mockImplementation(async () => {
		device.facts.mockResolvedValue(facts(0));
		return ok(undefined);
	});
	const {refresh} = raised.value;
	const [done, meanwhile] = await Promise.all([refresh?.(), raised.value.facts()]);
	expect(done).toEqual(ok(undefined));
	expect(meanwhile).toMatchObject({value: {rxBytes: 100, txBytes: 200}});
	expect(device.configure.mock.calls[1]).toEqual(device.configure.mock.calls[0]);
	expect(device.remove).not.toHaveBeenCalled();
	device.facts.mockResolvedValue(facts(7));
	expect(await raised.value.facts()).toMatchObject({value: {rxBytes: 107, txBytes: 214}});
});

test('a refresh that is refused counts nothing twice', async () => {
	const device = fakeDevice();
	const raised = await bringUp(device);
	if (!raised.ok) throw new Error('not raised');
	device.facts.mockResolvedValue(ok({rxBytes: 5, txBytes: 5, handshakeAtMs: null, endpoint: null, keepaliveSeconds: null}));
	device.configure.mockResolvedValue(fail(problem));
	expect(await raised.value.refresh?.()).toEqual(fail(problem));
	expect(await raised.value.facts()).toMatchObject({value: {rxBytes: 5}});
});
