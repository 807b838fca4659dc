import {describe, expect, test} from 'vitest';
import type {Devices} from '../../../../src/kernel/kernel.ts';
import {parseIp} from '../../../../src/net/address.ts';
import {parsePort} from '../../../../src/net/port.ts';
import {bringUpOpenvpn, type OpenvpnBringUp} from '../../../../src/tunnel/openvpn.ts';
import {connectedLines, fakeOpenvpn, type FakeOpenvpn} from '../../../fakes/fake-openvpn.ts';
import {manualClock} from '../../../fakes/manual-clock.ts';
import {nameOf} from '../device-fakes.ts';
import {block, material, ovpn, parsed} from './ovpn-helper.ts';

const secrets = {user: 'bob "the" \\ builder', password: 'p#1 "x"', passphrase: null};
const [address, port] = [parseIp('192.0.2.10'), parsePort(1194)];
const turn = () => new Promise(resolve => setImmediate(resolve));

function bench({text = ovpn('remote 192.0.2.10', 'auth-user-pass'), onDial, ...more}: Partial<OpenvpnBringUp> & {readonly text?: string; readonly onDial?: () => readonly string[]} = {}) {
	if (address === null || port === null) throw new Error('no endpoint');
	const order: string[] = [];
	const links: unknown[] = [];
	const made: FakeOpenvpn[] = [];
	const clock = manualClock(1_800_000_000_000);
	const devices: Pick<Devices, 'startOpenvpn'> = {
		async startOpenvpn(name, start) {
			const {fake, process} = fakeOpenvpn({name, start, ...(onDial === undefined ? {} : {onDial}), putLink: (up, addresses, mtu) => void links.push({up, addresses, mtu}), dropLink: () => void order.push('link gone')});
			made.push(fake);
			return {ok: true, value: process};
		},
	};
	const options: OpenvpnBringUp = {
		devices,
		server: parsed(text),
		endpoint: {address, port, transport: 'udp'},
		interfaceName: nameOf('wg0'),
		mark: 0xca6c,
		families: [4, 6],
		runFolder: '/run/vks',
		secrets: () => secrets,
		uplinkMtu: 1500,
		now: clock.now,
		after: clock.after,
		signal: new AbortController().signal,
		beforeFirstPacket: async () => {
			order.push(`policy, told ${made[0]?.told.length ?? 0} lines`);
		},
		...more,
	};
	return {order, links, made, clock, raised: bringUpOpenvpn(options)};
}

test('nothing is dialled before the policy stands; what is asked is answered; the link gets what the server gave', async () => {
	const {order, links, made, raised} = bench();
	expect(await raised).toMatchObject({ok: true, value: {implementation: 'openvpn', interface: 'wg0', mtu: 1348, addresses: ['10.9.0.2'], resolvers: ['10.9.0.1']}});
	expect(order).toEqual(['policy, told 0 lines']);
	expect(made[0]?.told).toEqual(['state on', 'log on', 'bytecount 1', 'hold release', 'username "Auth" "bob \\"the\\" \\\\ builder"', 'password "Auth" "p#1 \\"x\\""', 'remote MOD 192.0.2.10 1194']);
	expect(links.at(-1)).toEqual({up: true, addresses: [{address: '10.9.0.2', prefixLength: 32, scope: 'global'}], mtu: 1348});
});

test('no secret is on the command line, and what may run or route something is switched off there', async () => {
	const {made, raised} = bench({text: ovpn('remote 192.0.2.10', block('auth-user-pass', 'canary-user\ncanary-word'))});
	await raised;
	const options = made[0]?.start.options.join(' ') ?? '';
	expect(options).not.toMatch(/canary|bob|BEGIN/);
	for (const wanted of ['--script-security 0', '--route-noexec', '--ifconfig-noexec', '--mark 51820', '--remap-usr1 SIGTERM', '--management-hold', '--management-query-passwords', '--management-query-remote', '--dev wg0']) expect(options).toContain(wanted);
	expect(made[0]?.start.config).not.toContain('canary');
	expect(made[0]?.start.config).toContain(material.ca);
	expect(made[0]?.told).toContain('username "Auth" "canary-user"');
});

test('a server may push addresses, resolvers and the like, and nothing else; no IPv6 where the policy blocks it', async () => {
	const filtersOf = async (families: readonly (4 | 6)[]): Promise<string> => {
		const {made, raised} = bench({families});
		await raised;
		return made[0]?.start.options.join('|') ?? '';
	};
	const both = await filtersOf([4, 6]);
	expect(both).toContain('--pull-filter|accept|ifconfig-ipv6 ');
	expect(both.endsWith('--pull-filter|ignore|')).toBe(true);
	expect(both).not.toMatch(/accept\|(?:route|redirect|setenv|echo|explicit-exit|inactive)/);
	expect(await filtersOf([4])).not.toContain('ifconfig-ipv6');
});

test.each([
	['tcp', 1500, 1500],
	['udp', 1400, 1280],
	['udp', null, 1348],
] as const)('over %s with an uplink of %s the link has %s', async (transport, uplinkMtu, mtu) => {
	if (address === null || port === null) throw new Error('no endpoint');
	expect(await bench({endpoint: {address, port, transport}, uplinkMtu}).raised).toMatchObject({ok: true, value: {mtu}});
});

describe('a dial that fails leaves nothing, and says why', () => {
	const failing = ['>STATE:1,AUTH,,,,,,'];
	test.each([
		['a wrong password', [...failing, '>PASSWORD:Verification Failed: \'Auth\''], 'credentials', 'here refused user and password.'],
		['no route', [...connectedLines.slice(0, -1), '>STATE:1,CONNECTED,ROUTE_ERROR,,,,'], 'tunnel-failed', 'here answered, but OpenVPN could not set up what it gave.'],
		['a fatal error', ['>FATAL:Cannot load inline certificate file'], 'tunnel-failed', 'The connection with here ended: OpenVPN gave up (Cannot load inline certificate file).'],
		['a handshake that fails', ['>LOG:1,N,VERIFY ERROR: depth=0, error=certificate has expired', '>STATE:1,EXITING,tls-error,,,,,'], 'tunnel-failed', 'The connection with here ended: the TLS handshake failed (VERIFY ERROR: depth=0, error=certificate has expired).'],
		['no answer, as OpenVPN itself finds', ['>STATE:1,WAIT,,,,,,', '>STATE:1,EXITING,server_poll,,,,,'], 'no-handshake', 'here did not answer in time.'],
		['no address', [...connectedLines.filter(line => !line.includes('ifconfig'))], 'tunnel-failed', 'here gave no address that may be used here.'],
		['a hold instead of a connection', ['>HOLD:Waiting for hold release:1'], 'tunnel-failed', 'The connection with here ended: OpenVPN lost it.'],
	])('%s', async (_name, lines, cause, what) => {
		const {made, raised} = bench({onDial: () => lines});
		expect(await raised).toMatchObject({ok: false, error: {cause, problem: {what, stillBlocking: true}}});
		expect(made[0]?.removed).toBe(true);
	});

	test('nobody answers in time', async () => {
		const {made, clock, raised} = bench({onDial: () => ['>STATE:1,WAIT,,,,,,']});
		for (let rounds = 0; rounds < 20 && made[0]?.told.at(-1)?.startsWith('remote') !== true; rounds++) await turn();
		clock.pass(15_000);
		expect(await raised).toMatchObject({ok: false, error: {cause: 'no-handshake', problem: {what: 'here did not answer in time.'}}});
		expect(made[0]?.removed).toBe(true);
	});

	test('an order that came meanwhile ends it at once', async () => {
		const stop = new AbortController();
		const {made, raised} = bench({signal: stop.signal, onDial: () => []});
		await turn();
		stop.abort();
		expect(await raised).toMatchObject({ok: false});
		expect(made[0]?.removed).toBe(true);
	});

	test('the process ends', async () => {
		const {made, raised} = bench({onDial: () => []});
		await turn();
		made[0]?.crash();
		expect(await raised).toMatchObject({ok: false, error: {problem: {what: 'The connection with here ended: the tunnel\'s process ended.'}}});
	});

	test.each([
		[{text: ovpn('remote 192.0.2.10', 'auth-user-pass'), secrets: () => ({...secrets, user: null})}, 'asks for user and password, and there are none'],
		[{text: ovpn('remote 192.0.2.10').replace(material.key, material.encryptedKey)}, 'is encrypted, and there is no passphrase'],
	])('nobody gave what it asks for', async (more, what) => {
		expect(await bench(more).raised).toMatchObject({ok: false, error: {cause: 'credentials', problem: {code: 'credentials', what: expect.stringContaining(what) as string}}});
	});
});

test('once connected, a sign of life is what comes in on the wire, and bytes are those inside', async () => {
	const {made, clock, raised} = bench();
	const tunnel = await raised;
	const [fake] = made;
	if (!tunnel.ok || fake === undefined) throw new Error('not up');
	const connectedAtMs = clock.now();
	expect(await tunnel.value.facts()).toMatchObject({ok: true, value: {handshakeAtMs: connectedAtMs, rxBytes: 0, endpoint: '192.0.2.10:1194'}});
	clock.pass(5000);
	fake.speak('>BYTECOUNT:500,900');
	fake.carried = {rxBytes: 20, txBytes: 30};
	expect(await tunnel.value.facts()).toMatchObject({ok: true, value: {handshakeAtMs: connectedAtMs + 5000, rxBytes: 20, txBytes: 30}});
});

test.each([
	['a soft restart', (fake: FakeOpenvpn) => fake.speak('>STATE:1,RECONNECTING,ping-restart,,,,,'), 'the server was not heard any more'],
	['another hold', (fake: FakeOpenvpn) => fake.speak('>HOLD:Waiting for hold release:1'), 'OpenVPN lost it'],
	['other addresses', (fake: FakeOpenvpn) => fake.speak('>UPDOWN:DOWN'), 'the server gave other addresses'],
	['its end', (fake: FakeOpenvpn) => fake.crash(), 'the tunnel\'s process ended'],
	['credentials that it wants again', (fake: FakeOpenvpn) => fake.speak('>PASSWORD:Verification Failed: \'Auth\''), 'OpenVPN could not go on'],
])('%s is told once as the end of the tunnel, with the reason, and nothing is released again', async (_name, happen, why) => {
	const {made, raised} = bench();
	const tunnel = await raised;
	const [fake] = made;
	if (!tunnel.ok || fake === undefined) throw new Error('not up');
	const told: string[] = [];
	tunnel.value.onExit(reason => told.push(`early: ${reason}`));
	const before = fake.told.length;
	happen(fake);
	tunnel.value.onExit(reason => told.push(`late: ${reason}`));
	await turn();
	expect(told).toEqual([`early: ${why}`, `late: ${why}`]);
	expect(fake.told.slice(before)).toEqual([]);
	expect((await tunnel.value.facts()).ok).toBe(false);
});
