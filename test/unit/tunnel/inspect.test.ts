/** What a device that somebody else made says of itself. */
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {linuxDevices} from '../../../src/kernel/devices.ts';
import {carrierOf, parseUapiPeers, parseWgPeers, type WgPeer} from '../../../src/kernel/parse-wg-peers.ts';
import {randomKey} from './conf-helper.ts';
import {absent, done, failed, fakeMachine, nameOf} from './device-fakes.ts';

const nowMs = 1_790_000_000_000;
const [privateKey, shared] = [randomKey(), randomKey()];
const device = (mark: string): string => [privateKey, randomKey(), '51821', mark].join('\t');
const peer = (endpoint: string, allowed: string, seconds = '1789999990'): string => [randomKey(), shared, endpoint, allowed, seconds, '1024', '2048', 'off'].join('\t');
const uapi = (mark: string, ...peers: readonly string[]): string => `private_key=${'0a'.repeat(32)}\nlisten_port=51821\nfwmark=${mark}\n${peers.join('')}errno=0\n\n`;
const uapiPeer = (endpoint: string, ...allowed: readonly string[]): string =>
	`public_key=${'0b'.repeat(32)}\npreshared_key=${'0c'.repeat(32)}\nendpoint=${endpoint}\nlast_handshake_time_sec=1789999990\nlast_handshake_time_nsec=0\ntx_bytes=2048\nrx_bytes=1024\npersistent_keepalive_interval=25\n${allowed.map(range => `allowed_ip=${range}\n`).join('')}`;

const facts = {handshakeAtMs: 1_789_999_990_000, rxBytes: 1024, txBytes: 2048};

describe('both ways of asking', () => {
	test('say the mark, and of each peer where it is and whether it takes everything', () => {
		const lines = `${device('0xca6c')}\n${peer('198.51.100.7:51820', '0.0.0.0/0,::/0')}\n${peer('[2001:db8::7]:51820', '10.0.0.0/8')}\n${peer('(none)', '(none)', '0')}\n`;
		expect(parseWgPeers(lines, nowMs)).toEqual({mark: 0xca6c, peers: [
			{...facts, endpoint: '198.51.100.7:51820', keepaliveSeconds: null, takesAll: true},
			{...facts, endpoint: '[2001:db8::7]:51820', keepaliveSeconds: null, takesAll: false},
			{...facts, handshakeAtMs: null, endpoint: null, keepaliveSeconds: null, takesAll: false},
		]});
		expect(parseUapiPeers(uapi('51820', uapiPeer('198.51.100.7:51820', '0.0.0.0/0'), uapiPeer('[2001:db8::7]:51820', '10.0.0.0/8', 'fd00::/8')), nowMs)).toEqual({mark: 0xca6c, peers: [
			{...facts, endpoint: '198.51.100.7:51820', keepaliveSeconds: 25, takesAll: true},
			{...facts, endpoint: '[2001:db8::7]:51820', keepaliveSeconds: 25, takesAll: false},
		]});
	});

	test('a device that marks nothing, and one without peers', () => {
		expect(parseWgPeers(device('off'), nowMs)).toEqual({mark: null, peers: []});
		expect(parseUapiPeers(uapi('0'), nowMs)).toEqual({mark: null, peers: []});
	});

	test.each(['', 'Unable to access interface: No such device', `${device('0xca6c')}\nonly\tthree\tcolumns`, device('red'), `${device('off')}\n${peer('x', 'y', 'soon')}`])('what is no dump is null (%#)', text => {
		expect(parseWgPeers(text, nowMs)).toBeNull();
	});

	test.each(['', 'errno=0', 'errno=-19\n\n', uapi('many'), uapi('1', 'public_key=00\nrx_bytes=-1\n')])('what is no answer is null (%#)', text => {
		expect(parseUapiPeers(text, nowMs)).toBeNull();
	});

	test('no text makes a parser throw, and none passes on a key', () => {
		const part = fc.constantFrom('\t', '\n', '=', 'errno=0\n\n', 'public_key=', 'fwmark', 'off', '0xca6c', 'endpoint', privateKey, '0', '(none)');
		fc.assert(fc.property(fc.oneof(fc.string(), fc.array(part).map(parts => parts.join(''))), text => {
			const told = JSON.stringify([parseWgPeers(text, nowMs), parseUapiPeers(text, nowMs)]);
			return text === privateKey || !told.includes(privateKey) || text.includes(`endpoint=${privateKey}`);
		}));
		const told = JSON.stringify([parseWgPeers(`${device('off')}\n${peer('198.51.100.7:1', '0.0.0.0/0')}`, nowMs), parseUapiPeers(uapi('1', uapiPeer('198.51.100.7:1', '0.0.0.0/0')), nowMs)]);
		for (const secret of [privateKey, shared, '0a0a', '0b0b', '0c0c']) expect(told).not.toContain(secret);
	});
});

test('the peer that carries is the only one, or the only one that takes everything', () => {
	const made = (endpoint: string, takesAll: boolean): WgPeer => ({...facts, endpoint, keepaliveSeconds: null, takesAll});
	expect(carrierOf([made('a', false)])?.endpoint).toBe('a');
	expect(carrierOf([made('a', false), made('b', true)])?.endpoint).toBe('b');
	expect(carrierOf([made('a', true), made('b', true)])).toBeNull();
	expect(carrierOf([made('a', false), made('b', false)])).toBeNull();
	expect(carrierOf([])).toBeNull();
});

describe('a device is asked', () => {
	const inspect = (machine: ReturnType<typeof fakeMachine>, kind: 'wireguard' | 'tun') => linuxDevices(machine.deps).inspect(nameOf('tun0'), kind);

	test('in the kernel by wg, and nothing is changed', async () => {
		const machine = fakeMachine({'wg show': done(`${device('0xca6c')}\n${peer('198.51.100.7:51820', '0.0.0.0/0', '0')}\n`)});
		expect(await inspect(machine, 'wireguard')).toEqual({ok: true, value: {
			kind: 'wireguard', speaks: 'kernel', mark: 0xca6c, peers: 1, facts: {handshakeAtMs: null, rxBytes: 1024, txBytes: 2048, endpoint: '198.51.100.7:51820', keepaliveSeconds: null},
		}});
		expect(machine.commands.map(({line}) => line)).toEqual(['wg show tun0 dump']);
	});

	test('in userspace by its socket', async () => {
		const machine = fakeMachine({}, {uapi: async () => ({ok: true, value: uapi('51820', uapiPeer('198.51.100.7:51820', '0.0.0.0/0'))})});
		expect(await inspect(machine, 'tun')).toMatchObject({ok: true, value: {kind: 'tun', speaks: 'userspace', mark: 51_820, facts: {endpoint: '198.51.100.7:51820'}}});
		expect(machine.commands).toEqual([]);
	});

	test('where nobody answers, the link alone tells, and of no endpoint', async () => {
		const machine = fakeMachine({}, {linkCounters: () => '  tun0: 10 1 0 0 0 0 0 0 20 2 0 0 0 0 0 0\n'});
		expect(await inspect(machine, 'tun')).toEqual({ok: true, value: {
			kind: 'tun', speaks: 'unknown', mark: null, peers: 0, facts: {rxBytes: 10, txBytes: 20, handshakeAtMs: null, endpoint: null, keepaliveSeconds: null},
		}});
	});

	test('one of several peers that cannot be told apart has no endpoint', async () => {
		const machine = fakeMachine({'wg show': done(`${device('off')}\n${peer('198.51.100.7:1', '10.0.0.0/8')}\n${peer('198.51.100.8:1', '10.1.0.0/16')}\n`)});
		expect(await inspect(machine, 'wireguard')).toMatchObject({ok: true, value: {peers: 2, mark: null, facts: {endpoint: null}}});
	});

	test.each([
		['no program wg', absent, 'no-wireguard'],
		['a link that is gone', failed('Unable to access interface: No such device'), 'tunnel-failed'],
	])('with %s it says so', async (_name, outcome, code) => {
		expect(await inspect(fakeMachine({'wg show': outcome}), 'wireguard')).toMatchObject({ok: false, error: {code, stillBlocking: true}});
		expect(await inspect(fakeMachine(), 'tun')).toMatchObject({ok: false, error: {code: 'tunnel-failed'}});
	});
});
