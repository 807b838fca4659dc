/** Each layer says which policy holds and how often it was put right. */
import {afterEach, describe, expect, test, vi} from 'vitest';
import {describeIpv6, ipv6Policy} from '../../../src/controller/ipv6-layer.ts';
import {regained} from '../../../src/controller/xdp-layer.ts';
import {fakeKernel} from '../../fakes/fake-kernel.ts';
import {makeRig, type Rig} from '../../helpers/controller-rig.ts';
import {configFrom, ip} from '../../helpers/situations.ts';

describe('IPv6', () => {
	const both = [ip('10.64.1.2'), ip('fd64:1::2')];
	const [plain, block] = [configFrom({}), configFrom({VKS_IPV6: 'block'})];
	const end = '; default drop and unreachable routes as for IPv4';

	test.each([
		['tunnelled from fd64:1::2', 'connected', both, plain],
		['tunnelled from fd64:1::2', 'degraded', both, plain],
		['blocked because the tunnel has no IPv6 address', 'connected', [ip('10.64.1.2')], plain],
		['blocked by VKS_IPV6=block', 'connected', [ip('10.64.1.2')], block],
		['blocked by VKS_IPV6=block', 'blocked', null, block],
		['blocked without a verified tunnel', 'connecting', both, plain],
		['blocked without a verified tunnel', 'blocked', null, plain],
		['blocked by VKS_IPV6=block, but for what is opened on the uplink', 'connected', [ip('10.64.1.2')], configFrom({VKS_IPV6: 'block', NETWORK: 'fd00:77::/64'})],
		['blocked without a verified tunnel', 'lockdown', null, configFrom({NETWORK: 'fd00:77::/64'})],
	] as const)('%s, %s', (said, state, addresses, config) => {
		expect(describeIpv6(ipv6Policy(state, addresses, config))).toBe(said + end);
	});

	test('an exception to an IPv6 range is said as well', () => {
		const range = configFrom({NETWORK: 'fd00:77::/64'}).network;
		expect(ipv6Policy('blocked', null, plain, range)).toMatchObject({opened: true});
		expect(ipv6Policy('lockdown', null, plain, range)).toMatchObject({opened: false});
	});
});

test('queues that are held again after they were not are a repair', () => {
	const seen = regained();
	for (const held of [false, true, true, false, false, true]) seen.see(held);
	expect(seen.count()).toBe(2);
});

describe('DNS', () => {
	let rig: Rig | undefined;
	afterEach(() => rig?.dispose());

	const engine = '127.0.0.11 (VKS_DOCKER_DNS), which answers from outside the tunnel';
	test.each([
		['no tunnel: every look-up is refused', {}, false],
		[`no tunnel: every look-up is refused but those to ${engine}`, {VKS_DOCKER_DNS: 'yes'}, false],
		['look-ups go to the tunnel\'s resolvers only', {}, true],
		[`look-ups go to the tunnel's resolvers and to ${engine}`, {VKS_DOCKER_DNS: 'yes'}, true],
	] as const)('%s', async (said, settings, tunnelled) => {
		const {controller, clock} = (rig = makeRig({settings, ...(tunnelled ? {} : {only: []})}));
		await controller.start();
		await vi.waitFor(() => {
			clock.tick();
			expect(controller.snapshot().layers.find(({name}) => name === 'dns')).toMatchObject({state: 'held', detail: said});
		}, {timeout: 4000, interval: 5});
	});
});

describe('repairs', () => {
	let rig: Rig | undefined;
	afterEach(() => rig?.dispose());

	test('are counted for the layer they were made in', async () => {
		const kernel = fakeKernel({ownership: 'unsupported'});
		for (const key of ['all/src_valid_mark', 'eth0/arp_ignore']) kernel.sysctls.set(`net/ipv4/conf/${key}`, '0');
		kernel.sysctls.set('net.ipv6.conf.all.disable_ipv6', '0');
		const {controller, clock} = (rig = makeRig({kernel}));
		await controller.start();
		const counted = async (repairs: object): Promise<void> => vi.waitFor(() => {
			clock.tick();
			const {layers, proof} = controller.snapshot();
			expect([proof.kind, Object.fromEntries(layers.map(layer => [layer.name, layer.repairs]))]).toEqual(['proven', repairs]);
		}, {timeout: 4000, interval: 5});
		const none = {firewall: 0, routing: 0, 'reverse-path': 0, egress: 0, 'af-xdp': 0, ipv6: 0, dns: 0};
		await counted(none);
		kernel.sysctls.set('net/ipv4/conf/eth0/arp_ignore', '0');
		await counted({...none, 'reverse-path': 1});
		kernel.foreign('flush chain inet vks output\n');
		await counted({...none, 'reverse-path': 1, firewall: 1});
		kernel.foreign('flush chain netdev vks egress\n');
		await counted({...none, 'reverse-path': 1, firewall: 1, egress: 1});
		kernel.state.rules = kernel.state.rules.filter(({priority, family}) => priority !== 300 || family !== 4);
		await counted({...none, 'reverse-path': 1, firewall: 1, egress: 1, routing: 1});
		kernel.state.rules = kernel.state.rules.filter(({priority, family}) => priority !== 300 || family !== 6);
		await counted({...none, 'reverse-path': 1, firewall: 1, egress: 1, routing: 2, ipv6: 1});
	});
});
