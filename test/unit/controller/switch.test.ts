/** A switch on the fake kernel: what may pass and where the routes lead at each of its steps, and how it ends when it fails. */
import {afterEach, describe, expect, test, vi} from 'vitest';
import type {Outcome} from '../../../src/control/schema.ts';
import type {KernelEvent, Route} from '../../../src/kernel/kernel.ts';
import {makeRig, putUplink, serverEntry, type Rig} from '../../helpers/controller-rig.ts';
import type {FakeHost} from '../../fakes/fake-hosts.ts';
import {eventually} from '../../helpers/eventually.ts';

const rigs: Rig[] = [];
afterEach(async () => {
	for (const rig of rigs.splice(0)) {
		rig.kernel.setFault(null);
		await rig.dispose();
	}
});

const connected = async (options: Parameters<typeof makeRig>[0] = {}): Promise<Rig> => {
	const rig = makeRig(options);
	rigs.push(rig);
	expect(await rig.controller.start()).toMatchObject({ok: true});
	await eventually(() => expect(rig.controller.snapshot().state).toMatchObject({kind: 'connected', server: 'ch-zrh-1'}));
	return rig;
};

const rules = ({kernel}: Rig, chain: string): string => (kernel.tables().get('inet vks')?.chains.get(chain)?.rules ?? []).map(rule => JSON.stringify(rule)).join('\n');
const lets = (rig: Rig, id: string): boolean => rules(rig, 'output').includes(`c_${id}`);
/** What the table that applications follow leads to. */
const leadsTo = ({kernel}: Rig): string | null => kernel.state.routes.find(isCarrier)?.interface ?? null;
const isCarrier = ({table, destination, kind}: Route): boolean => table === 51_820 && destination === null && kind === 'unicast';
const state = (rig: Rig) => rig.controller.snapshot().state;
const toStockholm = (rig: Rig): Promise<Outcome> => rig.controller.submit({do: 'switch', server: 'se-sto-1'});
const devices = ({kernel}: Rig): readonly string[] => kernel.state.links.filter(({kind}) => kind === 'wireguard').map(({name}) => name);

/** Holds the verification: the server does not answer, and its deadline comes no nearer until one of them is called. */
const hold = (rig: Rig): {readonly answers: () => void; readonly timePasses: () => void} => {
	rig.silent.add('se-sto-1');
	const timePasses = rig.clock.holdTime();
	return {
		answers: () => {
			rig.silent.delete('se-sto-1');
			timePasses();
		},
		timePasses,
	};
};
const raisedBeside = (rig: Rig) => eventually(() => {
	expect(state(rig)).toMatchObject({kind: 'switching', from: 'ch-zrh-1', server: 'se-sto-1'});
	expect(devices(rig)).toEqual(['wg0', 'wg0b']);
	expect(rig.kernel.state.routes.some(({table, interface: device}) => table === 51_823 && device === 'wg0b')).toBe(true);
});

describe('step by step', () => {
	test('the new tunnel is asked beside the old one, which alone carries; then both may, the route is replaced, and the old one goes', async () => {
		const rig = await connected();
		const steps: string[] = [];
		const {kernel} = rig;
		const note = (what: string): void => void steps.push(`${what}: ${leadsTo(rig)}, out by ${['wg0', 'wg0b'].filter(device => lets(rig, `tunnel-out-${device}-v4`)).join(' and ')}`);
		const replace = kernel.network.replaceRoute;
		vi.spyOn(kernel.network, 'replaceRoute').mockImplementation(route => {
			if (isCarrier(route)) note(`before it leads to ${route.interface}`);
			return replace(route);
		});
		const {answers} = hold(rig);
		const outcome = toStockholm(rig);
		await raisedBeside(rig);
		note('while it is verified');
		expect(rules(rig, 'output')).toMatch(/c_dns-out-wg0b-v4/);
		expect(kernel.state.rules.filter(({priority}) => priority === 110).map(({mark, table, local, family}) => [family, mark, table, local])).toEqual([[4, 0xca6e, 51_822, true], [4, 0xca6f, 51_823, true]]);
		for (const table of [51_822, 51_823]) expect(kernel.state.routes).toContainEqual(expect.objectContaining({family: 4, table, kind: 'unreachable'}));
		answers();
		expect(await outcome).toMatchObject({ok: true, message: 'Switched to se-sto-1.'});
		note('at last');
		expect(steps).toEqual([
			'while it is verified: wg0, out by wg0',
			'before it leads to wg0b: wg0, out by wg0 and wg0b',
			'at last: wg0b, out by wg0b',
		]);
		expect(devices(rig)).toEqual(['wg0b']);
		expect(kernel.state.rules.some(({priority}) => priority === 110)).toBe(false);
		expect(kernel.state.routes.some(({table}) => table === 51_822 || table === 51_823)).toBe(false);
	});

	test('the one after takes the first place again', async () => {
		const rig = await connected();
		await toStockholm(rig);
		expect(await rig.controller.submit({do: 'switch', server: 'ch-zrh-1'})).toMatchObject({ok: true});
		expect(devices(rig)).toEqual(['wg0']);
		expect(leadsTo(rig)).toBe('wg0');
	});

	test('look-ups go to resolvers that are reached at each moment', async () => {
		const pointed: string[] = [];
		const rig = await connected({resolv: {read: () => ({kind: 'unreadable', why: 'not asked'}), point: resolvers => {
			pointed.push(`${resolvers.join()} while ${rigs[0] === undefined ? 'it starts' : leadsTo(rigs[0])} carries`);
			return {ok: true, value: undefined};
		}}, settings: {VKS_DNS: ''}});
		await toStockholm(rig);
		expect(pointed.some(text => text.endsWith('while wg0 carries'))).toBe(true);
		// Each resolver that one of the two has alone is reached by that one, whichever carries.
		expect(rig.kernel.state.routes.some(({table, destination}) => table === 51_820 && destination !== null)).toBe(false);
	});
});

/** Who says, through that tunnel alone, which address it saw. */
const exitAt = (link: string, seen: string): FakeHost => ({
	link, address: '198.51.100.99', port: 80,
	answer: () => null,
	accept: connection => void connection.once('data', () => {
		const text = JSON.stringify({ip: seen});
		connection.end(`HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\nconnection: close\r\n\r\n${text}`);
	}),
});

test('where the exit is asked for, it is asked through the new tunnel alone, and told with the outcome', async () => {
	const rig = await connected({settings: {VKS_EXIT_URL: 'http://198.51.100.99/'}});
	rig.kernel.hosts.add(exitAt('wg0b', '198.51.100.77'));
	expect(await toStockholm(rig)).toMatchObject({ok: true, message: expect.stringContaining('The world sees 198.51.100.77') as string});
});

describe('a switch that fails', () => {
	const failing: ReadonlyArray<readonly [string, (rig: Rig) => unknown, Partial<Outcome>['message']]> = [
		['does not answer', () => undefined, 'Could not switch to se-sto-1; still on ch-zrh-1.'],
		['loses its process', ({kernel}) => kernel.devices.made.get('wg0b')?.crash(), 'Could not switch to se-sto-1; still on ch-zrh-1.'],
	];
	test.each(failing)('because the new tunnel %s leaves the old one as it was', async (_, fault, message) => {
		const rig = await connected();
		const {epoch, connectedAtMs} = rig.controller.snapshot().tunnel ?? {};
		const {timePasses} = hold(rig);
		const outcome = toStockholm(rig);
		await raisedBeside(rig);
		fault(rig);
		timePasses();
		expect(await outcome).toMatchObject({ok: false, message, problem: {stillBlocking: true}});
		expect(rig.controller.snapshot()).toMatchObject({state: {kind: 'connected', server: 'ch-zrh-1'}, tunnel: {epoch, connectedAtMs, interface: 'wg0'}, reconnects: {count: 0}});
		await eventually(() => expect(devices(rig)).toEqual(['wg0']));
		expect([leadsTo(rig), lets(rig, 'tunnel-out-wg0-v4'), lets(rig, 'endpoint-out-wg0b')]).toEqual(['wg0', true, false]);
		expect(rig.lines().some(line => line.includes('se-sto-1') && /answer|ended/.test(line))).toBe(true);
		// What stands is no worse for it.
		expect(rig.controller.snapshot().problems).toEqual([]);
	});

	test('because the kernel does not take the policy for both leaves the old one as it was', async () => {
		const rig = await connected();
		rig.kernel.setFault(({operation, script}) => (operation === 'run' && script.includes('"tunnel-out-wg0-v4"') && script.includes('"tunnel-out-wg0b-v4"') ? {code: 'ruleset-refused', severity: 'error', what: 'refused', stillBlocking: true, next: ''} : null));
		expect(await toStockholm(rig)).toMatchObject({ok: false, message: 'Could not switch to se-sto-1; still on ch-zrh-1.', problem: {what: 'refused'}});
		expect([leadsTo(rig), lets(rig, 'tunnel-out-wg0-v4')]).toEqual(['wg0', true]);
		await eventually(() => expect(devices(rig)).toEqual(['wg0']));
	});

	test.each([
		['nobody says through it which address the world sees', null, 'se-sto-1 passes data, but 198.51.100.99 did not say through it which address the world sees.'],
		['the world sees an address of a link outside', '172.30.7.2', 'Through se-sto-1 the world sees 172.30.7.2, which is an address of a link outside the tunnel.'],
	])('because %s leaves the old one as it was', async (_, seen, what) => {
		const rig = await connected({settings: {VKS_EXIT_URL: 'http://198.51.100.99/'}});
		if (seen !== null) rig.kernel.hosts.add(exitAt('wg0b', seen));
		expect(await toStockholm(rig)).toMatchObject({ok: false, message: 'Could not switch to se-sto-1; still on ch-zrh-1.', problem: {code: 'tunnel-failed', what}});
		expect([leadsTo(rig), lets(rig, 'tunnel-out-wg0-v4'), lets(rig, 'exit-out')]).toEqual(['wg0', true, false]);
		await eventually(() => expect(devices(rig)).toEqual(['wg0']));
	});

	test('names its own failure, and none of an earlier one', async () => {
		const rig = await connected();
		rig.silent.add('se-sto-1');
		expect(await toStockholm(rig)).toMatchObject({ok: false, problem: {code: 'no-handshake', what: expect.stringContaining('se-sto-1') as string}});
		const {timePasses} = hold(rig);
		const outcome = toStockholm(rig);
		await raisedBeside(rig);
		putUplink(rig.kernel, false);
		timePasses();
		expect(await outcome).toMatchObject({ok: false, message: 'Could not switch to se-sto-1. Blocked: The uplink is down; vks connects again as soon as it returns.', problem: null});
		// Nor is that one what keeps the old tunnel from carrying.
		expect(rig.controller.snapshot().problems).toEqual([]);
		putUplink(rig.kernel);
	});

	test('with the uplink is given up; the old tunnel is kept and verified when it returns', async () => {
		const rig = await connected();
		const {timePasses} = hold(rig);
		const outcome = toStockholm(rig);
		await raisedBeside(rig);
		putUplink(rig.kernel, false);
		timePasses();
		expect(await outcome).toMatchObject({ok: false, message: expect.stringContaining('The uplink is down') as string});
		expect(lets(rig, 'tunnel-out')).toBe(false);
		putUplink(rig.kernel);
		await eventually(() => expect(rig.controller.snapshot()).toMatchObject({state: {kind: 'connected', server: 'ch-zrh-1'}, tunnel: {epoch: 1}}));
		expect(devices(rig)).toEqual(['wg0']);
	});

	test('because the old tunnel is lost goes on alone, and says so', async () => {
		const rig = await connected();
		const {answers} = hold(rig);
		const outcome = toStockholm(rig);
		await raisedBeside(rig);
		rig.kernel.devices.made.get('wg0')?.crash();
		await eventually(() => expect(state(rig).detail).toContain('applications wait: the tunnel to ch-zrh-1 is gone'));
		await eventually(() => expect(lets(rig, 'tunnel-out')).toBe(false));
		answers();
		expect(await outcome).toMatchObject({ok: true});
		expect(devices(rig)).toEqual(['wg0']);
	});

	test('because both are one session to one server goes first and comes then, and says so', async () => {
		const rig = await connected({more: [serverEntry('ch-zrh-1-again', '192.0.2.10')]});
		expect(await rig.controller.submit({do: 'switch', server: 'ch-zrh-1-again'})).toMatchObject({ok: true, message: 'Switched to ch-zrh-1-again. Applications waited: both use one key with one server, which answers the newest session alone.'});
		expect(rig.lines().find(line => line.includes('applications wait'))).toBe('Switching from ch-zrh-1 to ch-zrh-1-again; applications wait: both use one key with one server, which answers the newest session alone.');
		expect(rig.kernel.scripts.some(script => script.includes('wg0b-v4"'))).toBe(false);
	});

	test('alone goes back to the old server, and names the failure as the reason', async () => {
		const rig = await connected({more: [serverEntry('ch-zrh-1-again', '192.0.2.10')]});
		let dials = 0;
		rig.kernel.setFault(({operation}) => (operation === 'createWireguard' && ++dials === 1 ? {code: 'tunnel-failed', severity: 'error', what: 'no such device', stillBlocking: true, next: ''} : null));
		expect(await rig.controller.submit({do: 'switch', server: 'ch-zrh-1-again'})).toMatchObject({ok: false, message: 'Could not switch to ch-zrh-1-again; back to ch-zrh-1.', problem: {what: 'no such device'}});
		expect(rig.controller.snapshot().reconnects.list).toMatchObject([{from: 'ch-zrh-1', to: 'ch-zrh-1', reason: 'no such device'}]);
	});
});

describe('in mid-switch', () => {
	test('a lockdown closes both tunnels at once, and none is left', async () => {
		const rig = await connected();
		const {timePasses} = hold(rig);
		const outcome = toStockholm(rig);
		await raisedBeside(rig);
		const locked = rig.controller.submit({do: 'lockdown', reason: 'now'});
		timePasses();
		expect(await locked).toMatchObject({ok: true});
		expect(['endpoint-out', 'tunnel-out', 'dns-out', 'exit-out'].filter(id => lets(rig, id))).toEqual([]);
		expect(await outcome).toMatchObject({ok: false, problem: {code: 'superseded'}});
		await eventually(() => expect(devices(rig)).toEqual([]));
		expect(state(rig).kind).toBe('lockdown');
	});

	test('a lockdown after the route was replaced closes both too', async () => {
		const rig = await connected();
		let locked: Promise<Outcome> | null = null;
		const replace = rig.kernel.network.replaceRoute;
		vi.spyOn(rig.kernel.network, 'replaceRoute').mockImplementation(route => {
			const done = replace(route);
			if (isCarrier(route) && route.interface === 'wg0b') locked ??= rig.controller.submit({do: 'lockdown', reason: 'now'});
			return done;
		});
		expect(await toStockholm(rig)).toMatchObject({ok: false, problem: {code: 'superseded'}});
		await expect(locked).resolves.toMatchObject({ok: true});
		await eventually(() => expect(devices(rig)).toEqual([]));
		expect(['endpoint-out', 'tunnel-out'].filter(id => lets(rig, id))).toEqual([]);
	});

	test('a stop takes both down', async () => {
		const rig = await connected();
		const {timePasses} = hold(rig);
		void toStockholm(rig);
		await raisedBeside(rig);
		const stopped = rig.controller.stop();
		timePasses();
		expect(await stopped).toBe(true);
		expect(devices(rig)).toEqual([]);
		expect(lets(rig, 'tunnel-out')).toBe(false);
	});

	test('the new tunnel that is lost while the old one still stands gives way to it again', async () => {
		const rig = await connected();
		const crash = (event: KernelEvent): void => {
			if (event.kind === 'network-changed' && leadsTo(rig) === 'wg0b') setImmediate(() => rig.kernel.devices.made.get('wg0b')?.crash());
		};
		await rig.kernel.watch(crash, {nflogGroup: 99, signal: new AbortController().signal});
		expect(await toStockholm(rig)).toMatchObject({ok: false, message: 'Could not switch to se-sto-1; back to ch-zrh-1.', problem: {what: expect.stringContaining('was lost as soon as it carried') as string}});
		expect(rig.controller.snapshot()).toMatchObject({state: {kind: 'connected', server: 'ch-zrh-1'}, tunnel: {interface: 'wg0', epoch: 3}});
		expect(leadsTo(rig)).toBe('wg0');
		await eventually(() => expect(devices(rig)).toEqual(['wg0']));
	});
});
