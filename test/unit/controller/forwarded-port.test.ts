/** When a port is asked for, held, lost and told. */
import {afterEach, describe, expect, test, vi} from 'vitest';
import type {LiveTunnel} from '../../../src/controller/dial.ts';
import {createForwardedPort, type ForwardedPortDeps} from '../../../src/controller/forwarded-port.ts';
import type {TunnelState} from '../../../src/controller/state.ts';
import {portUse, type PortUsers} from '../../../src/policy/port-use.ts';
import {fail, ok} from '../../../src/result.ts';
import {fakeKernel} from '../../fakes/fake-kernel.ts';
import {manualClock} from '../../fakes/manual-clock.ts';
import {makeRig, type Rig} from '../../helpers/controller-rig.ts';
import {fakeGateway} from '../../helpers/fake-nat-pmp.ts';
import {ip, nic, portOf, range, stockholm} from '../../helpers/situations.ts';

const connected: TunnelState = {kind: 'connected', server: 'a', epoch: 1};
/** As far as the keeper looks at it. */
const tunnelTo = (resolvers: readonly string[] = ['10.2.0.1']): LiveTunnel => ({tunnel: {resolvers: resolvers.map(ip)}, use: stockholm, families: [4]}) as unknown as LiveTunnel;

function keeping(config: Partial<ForwardedPortDeps['config']> = {}, used: PortUsers = {management: null, inboundPorts: [], peers: []}) {
	const clock = manualClock(1_800_000_000_000);
	const gateway = fakeGateway();
	const told: (number | null)[] = [];
	const problems: (string | null)[] = [];
	const lines: string[] = [];
	const world = {state: connected as TunnelState, live: tunnelTo() as LiveTunnel | null, applied: 0, kernel: async () => ok(undefined) as Awaited<ReturnType<ForwardedPortDeps['apply']>>};
	const keeper = createForwardedPort({
		config: {by: 'nat-pmp', gateway: null, ...config}, clock, useOf: port => portUse(used, port),
		journal: {write: (_kind, _level, text) => void lines.push(text)},
		exchange: gateway.exchange,
		engine: () => ({machine: () => ({state: world.state}), live: () => world.live}) as unknown as ReturnType<ForwardedPortDeps['engine']>,
		apply: async () => {
			world.applied += 1;
			return world.kernel();
		},
		tell: port => void told.push(port),
		note: problem => void problems.push(problem?.what ?? null),
		changed: () => undefined,
	});
	const pass = async (ms: number): Promise<void> => {
		clock.pass(ms);
		keeper.tick();
		for (let turn = 0; turn < 3; turn++) await new Promise(resolve => setImmediate(resolve));
	};
	return {clock, gateway, told, problems, lines, world, keeper, pass};
}

describe('a port', () => {
	test('is asked for once a tunnel is verified, for both transports, from its address, by its device, of its own resolver', async () => {
		const {gateway, keeper, pass, world, told, clock} = keeping();
		world.state = {kind: 'verifying', server: 'a', attempt: 1} as TunnelState;
		await pass(0);
		expect([gateway.asked.length, keeper.view()]).toEqual([0, {kind: 'waiting'}]);
		world.state = connected;
		await pass(1000);
		expect(gateway.asked.map(({payload}) => Buffer.from(payload).toString('hex'))).toEqual(['00010000000000010000003c', '000200000000c8d50000003c']);
		for (const wish of gateway.asked) expect(wish).toMatchObject({address: '10.2.0.1', port: 5351, source: '10.64.1.2', device: 'wg0', mark: null});
		expect(told).toEqual([51_413]);
		expect(keeper.view()).toEqual({kind: 'open', port: 51_413, sinceMs: clock.now(), endsAtMs: clock.now() + 60_000, trouble: null});
		expect(keeper.granted(world.live)).toMatchObject({interface: 'wg0', port: 51_413, leases: [{name: 'lease-granted-udp', protocol: 'udp', forMs: 60_000}, {name: 'lease-granted-tcp', protocol: 'tcp'}]});
		expect(world.applied).toBe(1);
	});

	test('is asked for again a quarter of a minute before its time is over, by the same number, and told of no second time', async () => {
		const {gateway, keeper, pass, told, world, clock} = keeping();
		await pass(0);
		await pass(44_999);
		expect(gateway.asked).toHaveLength(2);
		await pass(1);
		expect(gateway.asked.slice(2).map(({payload}) => Buffer.from(payload).readUInt16BE(6))).toEqual([51_413, 51_413]);
		expect([told, world.applied]).toEqual([[51_413], 2]);
		expect(keeper.view()).toMatchObject({kind: 'open', sinceMs: clock.now() - 45_000, endsAtMs: clock.now() + 60_000});
	});

	test('that is another one when asked again is told of', async () => {
		const {gateway, pass, told, lines} = keeping();
		await pass(0);
		gateway.answer = {udp: 40_000, tcp: 40_000, lifetime: 60};
		await pass(45_000);
		expect(told).toEqual([51_413, 40_000]);
		expect(lines.at(-1)).toBe('Port 40000 is forwarded to wg0, for TCP and UDP, and 51413 no longer.');
	});

	test('whose gateway falls silent stays until its time is over, is asked for meanwhile, and then is gone', async () => {
		const {gateway, keeper, pass, told, problems, world} = keeping();
		await pass(0);
		gateway.answer = null;
		await pass(45_000);
		expect(keeper.view()).toMatchObject({kind: 'open', trouble: '10.2.0.1 does not answer NAT-PMP'});
		expect(problems.at(-1)).toBe('Port 51413 could not be asked for again: 10.2.0.1 does not answer NAT-PMP. It is closed when its time is over.');
		// Four attempts for one question, and then after 3 s again.
		expect(gateway.asked).toHaveLength(6);
		await pass(3000);
		expect(gateway.asked).toHaveLength(10);
		expect(told).toEqual([51_413]);
		await pass(12_000);
		expect([told, keeper.granted(world.live)]).toEqual([[51_413, null], null]);
		expect(keeper.view()).toMatchObject({kind: 'refused', cause: '10.2.0.1 does not answer NAT-PMP'});
		gateway.answer = {udp: 51_413, tcp: 51_413, lifetime: 60};
		await pass(12_000);
		expect([told.at(-1), problems.at(-1)]).toEqual([51_413, null]);
	});

	test('is gone with its tunnel, and asked for anew through the next one', async () => {
		const {gateway, keeper, pass, told, world} = keeping();
		await pass(0);
		const old = world.live;
		world.state = {kind: 'lockdown', by: 'operator', reason: ''} as TunnelState;
		keeper.follow();
		expect([told, keeper.view(), keeper.granted(old)]).toEqual([[51_413, null], {kind: 'waiting'}, null]);
		[world.state, world.live] = [connected, tunnelTo()];
		expect(keeper.granted(world.live)).toBeNull();
		gateway.answer = {udp: 40_000, tcp: 40_000, lifetime: 60};
		await pass(1000);
		expect([told.at(-1), keeper.granted(old), keeper.granted(world.live)?.port]).toEqual([40_000, null, 40_000]);
	});

	test('that comes for a tunnel which is there no more is not held', async () => {
		const {gateway, keeper, told, world, clock, pass} = keeping();
		const old = world.live;
		keeper.tick();
		world.live = tunnelTo();
		await pass(0);
		expect([told, keeper.granted(old), keeper.granted(world.live)?.port, clock.monotonic()]).toEqual([[51_413], null, 51_413, 1000]);
		expect(gateway.asked.length).toBeGreaterThan(2);
	});

	test.each([
		['refuses', {code: 2}, 'the gateway gives this account or server no port'],
		['gives one for each transport', {udp: 40_000, tcp: 40_001, lifetime: 60}, 'the gateway gave port 40000 for UDP and 40001 for TCP'],
		['sends it to another of ours', {udp: 40_000, tcp: 40_000, lifetime: 60, internal: 7}, 'the gateway sends port 40000 to another one of ours, 7'],
		['gives it for no time', {udp: 40_000, tcp: 40_000, lifetime: 0}, 'the gateway gave a port for no time at all'],
		['gives it for a second', {udp: 40_000, tcp: 40_000, lifetime: 1}, 'the gateway gave a port for 1 s, and less than 6 s cannot be kept'],
		['is silent', null, '10.2.0.1 does not answer NAT-PMP'],
	] as const)('of a gateway that %s is none, which is said, and asked for later and later', async (_what, answer, cause) => {
		const {gateway, keeper, pass, told, problems, clock, world} = keeping();
		gateway.answer = answer;
		await pass(0);
		expect([told, problems.at(-1), world.applied]).toEqual([[], `No port is forwarded: ${cause}.`, 0]);
		expect(keeper.view()).toEqual({kind: 'refused', cause, retryAtMs: clock.now() + 3000});
		const questions = gateway.asked.length;
		for (const seconds of [3, 6, 12, 24, 48, 60, 60]) {
			await pass(seconds * 1000 - 1);
			const before = gateway.asked.length;
			await pass(1);
			expect(gateway.asked.length - before, `${seconds} s`).toBe(questions);
		}
	});

	const system = 'services of the system (all below 1024)';
	test.each([[22, system], [53, system], [1023, system], [2222, 'VKS_MANAGEMENT'], [8080, 'VKS_INBOUND_PORTS'], [5432, 'VKS_PEERS']])('%i that is used here is none, whatever the gateway says, and nothing is asked for TCP', async (port, by) => {
		const {gateway, keeper, pass, told, world} = keeping({}, {
			management: {from: [range('172.30.7.0/24')], port: portOf(2222)},
			inboundPorts: [{port: portOf(8080), transport: 'tcp', on: 'uplink', from: [range('172.30.7.0/24')]}],
			peers: [{interface: nic('eth1'), destination: range('172.31.0.0/24'), transport: 'tcp', port: portOf(5432)}],
		});
		gateway.answer = {udp: port, tcp: port, lifetime: 60};
		await pass(0);
		expect(keeper.view()).toMatchObject({kind: 'refused', cause: `the gateway gave port ${port}, which is used here for ${by}`});
		expect([gateway.asked.length, told, world.applied, keeper.granted(world.live)]).toEqual([1, [], 0, null]);
		gateway.answer = {udp: 40_000, tcp: 40_000, lifetime: 60};
		await pass(3000);
		expect(keeper.view()).toMatchObject({kind: 'open', port: 40_000});
	});

	test('is not called open before the kernel took its rules, nor once its time is over', async () => {
		const {gateway, keeper, pass, world, clock, told} = keeping();
		let took = (): void => undefined;
		world.kernel = () => new Promise(resolve => void (took = () => resolve(ok(undefined))));
		await pass(0);
		expect([world.applied, keeper.view(), told]).toEqual([1, {kind: 'asking'}, []]);
		took();
		await pass(0);
		expect([keeper.view(), told]).toEqual([expect.objectContaining({kind: 'open'}), [51_413]]);
		gateway.answer = null;
		await pass(45_000);
		clock.pass(14_999);
		expect(keeper.view()).toMatchObject({kind: 'open'});
		// No tick has come yet.
		clock.pass(1);
		expect(keeper.view()).toMatchObject({kind: 'refused'});
	});

	test('whose rules the kernel refuses is none', async () => {
		const {keeper, pass, world} = keeping();
		world.kernel = async () => fail({code: 'ruleset-refused', severity: 'error', what: '', stillBlocking: true, next: ''});
		await pass(0);
		expect([keeper.view(), keeper.granted(world.live)]).toEqual([expect.objectContaining({kind: 'refused', cause: 'the kernel did not take the rules for it'}), null]);
	});

	test('that is another one each time is asked for every 3 s at most, and written down every 10 s, the last of them', async () => {
		const {gateway, pass, lines, told} = keeping();
		for (let second = 0; second <= 12; second++) {
			const port = 40_000 + second;
			gateway.answer = {udp: port, tcp: port, lifetime: 6};
			await pass(second === 0 ? 0 : 1000);
		}
		expect(gateway.asked).toHaveLength(10);
		expect(told).toEqual([40_000, 40_003, 40_006, 40_009, 40_012]);
		expect(lines).toEqual(['Port 40000 is forwarded to wg0, for TCP and UDP.', 'Port 40009 is forwarded to wg0, for TCP and UDP, and 40000 no longer.']);
	});

	test('is granted for no longer than it was asked for, and a short one is asked for again in time', async () => {
		const {gateway, keeper, pass, clock} = keeping();
		gateway.answer = {udp: 40_000, tcp: 40_000, lifetime: 7200};
		await pass(0);
		expect(keeper.view()).toMatchObject({endsAtMs: clock.now() + 60_000});
		gateway.answer = {udp: 40_000, tcp: 40_000, lifetime: 8};
		await pass(45_000);
		await pass(3999);
		expect(gateway.asked).toHaveLength(4);
		await pass(1);
		expect(gateway.asked).toHaveLength(6);
	});

	test('is asked of whom the setting names; where nobody is known, that is said', async () => {
		const named = keeping({gateway: ip('10.9.9.9')});
		await named.pass(0);
		expect(named.gateway.asked[0]?.address).toBe('10.9.9.9');
		const nobody = keeping();
		nobody.world.live = tunnelTo(['fd00::1']);
		await nobody.pass(0);
		expect(nobody.keeper.view()).toMatchObject({kind: 'refused', cause: 'no gateway is known: the server names no private IPv4 resolver; set VKS_PORT_FORWARD_GATEWAY'});
	});

	test('is asked of no public resolver, and of a private one beside it or one of carrier NAT', async () => {
		for (const [resolvers, asked] of [[['1.1.1.1'], undefined], [['1.1.1.1', '10.2.0.1'], '10.2.0.1'], [['100.64.0.1'], '100.64.0.1']] as const) {
			const {gateway, pass, world} = keeping();
			world.live = tunnelTo(resolvers);
			await pass(0);
			expect(gateway.asked[0]?.address).toBe(asked);
		}
	});

	test('without the setting is never asked for', async () => {
		const {gateway, keeper, pass} = keeping({by: 'off'});
		await pass(0);
		expect([gateway.asked.length, keeper.view()]).toEqual([0, {kind: 'off'}]);
	});
});

describe('a controller', () => {
	const rigs: Rig[] = [];
	afterEach(async () => {
		for (const rig of rigs.splice(0)) await rig.dispose();
	});
	const rulesIn = ({kernel}: Rig) => [...(kernel.tables().get('inet vks')?.chains.get('input')?.rules ?? [])].map(rule => JSON.stringify(rule)).filter(rule => rule.includes('granted-'));
	const forwarding = async (): Promise<{rig: Rig; gateway: ReturnType<typeof fakeGateway>}> => {
		const gateway = fakeGateway();
		const kernel = fakeKernel();
		const rig = makeRig({kernel: {...kernel, exchange: gateway.exchange}, settings: {VKS_PORT_FORWARD: 'nat-pmp', VKS_PORT_HOOK: '["/hook", "--port", "{port}", "{port} x"]'}});
		rigs.push(rig);
		kernel.programs.installed.set('/hook', () => ({kind: 'exited', code: 0, output: ''}));
		expect(await rig.controller.start()).toMatchObject({ok: true});
		return {rig, gateway};
	};
	const isOpen = (rig: Rig, port: number) => vi.waitFor(() => {
		rig.clock.tick();
		expect(rig.controller.snapshot().forwardedPort).toMatchObject({kind: 'open', port});
	}, {timeout: 8000, interval: 10});

	test('opens it on the tunnel, tells the program, and closes both in lockdown, before it is told', async () => {
		const {rig} = await forwarding();
		await isOpen(rig, 51_413);
		expect(rulesIn(rig).some(rule => rule.includes('51413') && rule.includes('wg0') && rule.includes('lease-granted-udp'))).toBe(true);
		await vi.waitFor(() => expect(rig.kernel.programs.runs).toEqual([expect.objectContaining({argv: ['/hook', '--port', '51413', '51413 x'], environment: {PATH: expect.any(String) as unknown, VKS_PORT: '51413'}, user: null})]));
		expect(rig.lines()).toContain('Port 51413 is forwarded to wg0, for TCP and UDP.');
		await rig.controller.submit({do: 'lockdown', reason: ''});
		expect(rulesIn(rig)).toEqual([]);
		expect(rig.controller.snapshot().forwardedPort).toEqual({kind: 'waiting'});
		await vi.waitFor(() => expect(rig.kernel.programs.runs.map(({argv}) => argv[2])).toEqual(['51413', '0']));
	});

	test('asks anew through the tunnel that a switch brings, and lets in what is granted to that one', async () => {
		const {rig, gateway} = await forwarding();
		await isOpen(rig, 51_413);
		gateway.answer = {udp: 40_000, tcp: 40_000, lifetime: 60};
		expect(await rig.controller.submit({do: 'switch', server: 'se-sto-1'})).toMatchObject({ok: true});
		await isOpen(rig, 40_000);
		expect(rulesIn(rig).some(rule => rule.includes('51413'))).toBe(false);
		expect(rulesIn(rig).some(rule => rule.includes('40000') && rule.includes('wg0b'))).toBe(true);
		// Another port is told 10 s after the one before.
		rig.clock.pass(10_000);
		await vi.waitFor(() => expect(rig.kernel.programs.runs.map(({argv}) => argv[2]).at(-1)).toBe('40000'));
	});

	test('that asks again replaces no rule in the journal, prolongs what the kernel holds, and stays proven', async () => {
		const {rig} = await forwarding();
		await isOpen(rig, 51_413);
		const policies = () => rig.lines().filter(line => /^Policy \d+/.test(line)).length;
		const before = policies();
		for (let second = 0; second < 50; second++) {
			rig.clock.tick();
			await new Promise(resolve => setTimeout(resolve, 2));
		}
		await vi.waitFor(() => expect(rig.controller.snapshot()).toMatchObject({proof: {kind: 'proven', detail: []}, tamper: {count: 0}}));
		expect(policies()).toBe(before);
		const {forwardedPort, atMs} = rig.controller.snapshot();
		expect(forwardedPort.kind === 'open' && forwardedPort.endsAtMs - atMs).toBeGreaterThan(40_000);
		expect(rig.kernel.scripts.filter(script => script.includes('add element inet vks lease-granted-udp'))).toHaveLength(2);
	});
});
