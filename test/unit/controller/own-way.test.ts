/** What vks asks through the tunnel where root is governed: each question bears the mark, and Node asks none of them itself. */
import {describe, expect, test} from 'vitest';
import {askThroughTunnel} from '../../../src/controller/ask-provider.ts';
import {roundTrip} from '../../../src/controller/data-probe.ts';
import {identityProbes} from '../../../src/controller/drill-identity.ts';
import {askExit, resolveThrough, wayOfRoutes} from '../../../src/controller/exit-check.ts';
import {lookUpMarked, ownExchange, ownPorts, ownWay, type OwnWay} from '../../../src/controller/own-way.ts';
import type {ConnectWish, ExchangeWish} from '../../../src/kernel/kernel.ts';
import {problem} from '../../../src/kernel/problems.ts';
import {fail} from '../../../src/result.ts';
import {configOf} from '../config/say.ts';
import {ip} from '../../helpers/situations.ts';

const source = ip('10.64.1.2');
const resolver = ip('10.64.1.1');
const mark = 0xca70;

/** Answers every look-up with that address, or not at all. */
function world(address: string | null) {
	const [asked, connected]: [ExchangeWish[], ConnectWish[]] = [[], []];
	const kernel: OwnWay['kernel'] = {
		async exchange(wish) {
			asked.push(wish);
			if (address === null) return null;
			const answer = Buffer.from(wish.payload);
			answer.writeUInt16BE(0x8180, 2);
			answer.writeUInt16BE(1, 6);
			return Buffer.concat([answer, Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split('.').map(Number)])]);
		},
		async connect(wish) {
			connected.push(wish);
			return fail(problem('no-server', 'nobody', 'none'));
		},
	};
	return {kernel, asked, connected, own: {kernel, mark}};
}

describe('where somebody is governed', () => {
	test.each([['api.example.com', mark], ['uid 0 api.example.com', mark], ['uid 1000 api.example.com', mark], ['', null]])('by %s the mark is %s', async (text, expected) => {
		const {kernel, asked} = world(null);
		const config = configOf(text === '' ? {} : {VKS_EGRESS: text});
		expect(ownWay(kernel, config)?.mark ?? null).toBe(expected);
		const wish: ExchangeWish = {address: resolver, port: 53 as ExchangeWish['port'], source, mark: null, payload: Buffer.alloc(1)};
		await ownExchange(kernel, config)(wish, AbortSignal.timeout(1));
		await ownExchange(kernel, config)({...wish, mark: 7}, AbortSignal.timeout(1));
		expect(asked.map(each => each.mark)).toEqual([expected, 7]);
	});

	test('look-ups bear it: of names, of the answer that only counts, of who asks for us', async () => {
		const {own, asked} = world('203.0.113.9');
		expect(await lookUpMarked(own, 'api.example.com', {resolver, source, withinMs: 50})).toEqual(['203.0.113.9']);
		expect(await resolveThrough('api.example.com', [resolver], source, own)).toBe('203.0.113.9');
		expect(await roundTrip({resolver, source}, {timeoutMs: 50, monotonic: () => 1, own})).toBe(0);
		const [, who] = await identityProbes({use: {addresses: [source], resolvers: [resolver]}, ours: [], whoami: 'whoami.example.com', own, withinMs: 1000, exit: async () => null});
		expect(who).toMatchObject({verdict: 'held', answer: '203.0.113.9'});
		expect(asked).toHaveLength(4);
		expect(asked.every(wish => wish.mark === mark && wish.source === source && wish.address === resolver && wish.port === 53)).toBe(true);
	});

	test('nobody who answers is told as nobody, and not for ever', async () => {
		const {own, asked} = world(null);
		expect(await roundTrip({resolver, source}, {timeoutMs: 50, monotonic: () => 1, own})).toBeNull();
		expect(await resolveThrough('api.example.com', [resolver], source, own)).toBeNull();
		expect(asked).toHaveLength(3);
	});

	test('connections bear it: to the exit\'s service and to a provider', async () => {
		const {own, connected} = world('203.0.113.9');
		expect(await askExit('https://exit.example.com/json', wayOfRoutes({addresses: [source], resolvers: [resolver]}, own))).toBeNull();
		const ask = await askThroughTunnel({source: {host: 'api.example.com', addresses: [], uid: 0}, connect: own.kernel.connect, signal: AbortSignal.timeout(1000)}, {addresses: [source], resolvers: [resolver]}, own);
		expect((await ask('/')).ok).toBe(false);
		expect(connected.map(wish => [wish.address, wish.port, wish.source, wish.mark])).toEqual([['203.0.113.9', 443, source, mark], ['203.0.113.9', 443, source, mark]]);
	});
});

test('its ports are those of what the settings have it ask, and no others', () => {
	expect(ownPorts(configOf({VKS_EXIT_URL: 'off'}))).toEqual([]);
	expect(ownPorts(configOf({VKS_EXIT_URL: 'http://exit.example.com/', VKS_NOTIFY_URL: 'https://ntfy.example.com:8443/x', VKS_HEALTH_TARGETS: '203.0.113.9:5222', VKS_PORT_FORWARD: 'nat-pmp'}))).toEqual([80, 5222, 5351, 8443]);
});
