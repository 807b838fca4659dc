import fc from 'fast-check';
import {expect, test} from 'vitest';
import {parseWgDump} from '../../../src/kernel/parse-wg-dump.ts';
import {parseUapiErrno, parseUapiGet} from '../../../src/kernel/parse-wg-uapi.ts';
import {parseLinkKind} from '../../../src/kernel/devices-link.ts';
import {randomKey} from './conf-helper.ts';

const nowMs = 1_790_000_000_000;
const [privateKey, shared] = [randomKey(), randomKey()];
const dump = (endpoint: string, seconds: string, keepalive = 'off'): string =>
	`${[privateKey, randomKey(), '51821', '0xca6c'].join('\t')}\n${[randomKey(), shared, endpoint, '0.0.0.0/0,::/0', seconds, '1024', '2048', keepalive].join('\t')}\n`;

test.each([
	['a handshake', dump('198.51.100.7:51820', '1789999990', '25'), {handshakeAtMs: 1_789_999_990_000, rxBytes: 1024, txBytes: 2048, endpoint: '198.51.100.7:51820', keepaliveSeconds: 25}],
	['no handshake yet', dump('[2001:db8::7]:51820', '0'), {handshakeAtMs: null, rxBytes: 1024, txBytes: 2048, endpoint: '[2001:db8::7]:51820', keepaliveSeconds: null}],
	['an age for a date', dump('(none)', '10'), {handshakeAtMs: nowMs - 10_000, rxBytes: 1024, txBytes: 2048, endpoint: null, keepaliveSeconds: null}],
	['no peer', dump('x', '0').split('\n')[0] ?? '', {handshakeAtMs: null, rxBytes: 0, txBytes: 0, endpoint: null, keepaliveSeconds: null}],
])('a dump with %s', (_name, text, facts) => {
	expect(parseWgDump(text, nowMs)).toEqual(facts);
});

test.each(['', 'Unable to access interface: No such device', dump('x', 'soon'), dump('x', '-1'), 'a\tb\tc\td\nonly\tthree\tcolumns'])('what is no dump is null (%#)', text => {
	expect(parseWgDump(text, nowMs)).toBeNull();
});

const answer = (...lines: readonly string[]): string => `private_key=${'0a'.repeat(32)}\nlisten_port=51821\nfwmark=51820\n${lines.join('\n')}${lines.length > 0 ? '\n' : ''}errno=0\n\n`;

test.each([
	[
		'a handshake',
		answer(`public_key=${'0b'.repeat(32)}`, `preshared_key=${'0c'.repeat(32)}`, 'protocol_version=1', 'endpoint=[2001:db8::7]:51820', 'last_handshake_time_sec=1789999990', 'last_handshake_time_nsec=500000000', 'tx_bytes=2048', 'rx_bytes=1024', 'persistent_keepalive_interval=25', 'allowed_ip=0.0.0.0/0'),
		{handshakeAtMs: 1_789_999_990_500, rxBytes: 1024, txBytes: 2048, endpoint: '[2001:db8::7]:51820', keepaliveSeconds: 25},
	],
	['no handshake yet', answer('last_handshake_time_sec=0', 'last_handshake_time_nsec=0', 'persistent_keepalive_interval=0'), {handshakeAtMs: null, rxBytes: 0, txBytes: 0, endpoint: null, keepaliveSeconds: null}],
	['an age for a date', answer('last_handshake_time_sec=10'), {handshakeAtMs: nowMs - 10_000, rxBytes: 0, txBytes: 0, endpoint: null, keepaliveSeconds: null}],
	['no peer', answer(), {handshakeAtMs: null, rxBytes: 0, txBytes: 0, endpoint: null, keepaliveSeconds: null}],
])('an answer with %s', (_name, text, facts) => {
	expect(parseUapiGet(text, nowMs)).toEqual(facts);
});

test.each(['', 'errno=0', 'errno=-22\n\n', answer('rx_bytes=many'), answer('rx_bytes=-1')])('what is no whole, good answer is null (%#)', text => {
	expect(parseUapiGet(text, nowMs)).toBeNull();
});

test('the error number of an answer is read', () => {
	expect([parseUapiErrno('errno=0\n\n'), parseUapiErrno('errno=-22\n\n'), parseUapiErrno('errno=\n\n'), parseUapiErrno('x')]).toEqual([0, -22, null, null]);
});

test('no text makes a parser throw, and facts never hold a key', () => {
	const part = fc.constantFrom('\t', '\n', '=', 'errno=0\n\n', 'rx_bytes', 'last_handshake_time_sec', privateKey, '0', '99999999999999999999', '(none)', '[{', '"linkinfo"', 'null');
	fc.assert(
		fc.property(fc.oneof(fc.string(), fc.array(part).map(parts => parts.join(''))), text => {
			parseWgDump(text, nowMs);
			parseUapiGet(text, nowMs);
			parseUapiErrno(text);
			parseLinkKind(text);
		}),
	);
	const facts = JSON.stringify([parseWgDump(dump('198.51.100.7:1', '0'), nowMs), parseUapiGet(answer(), nowMs)]);
	for (const secret of [privateKey, shared, '0a0a0a']) expect(facts).not.toContain(secret);
});
