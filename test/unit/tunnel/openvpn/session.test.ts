import {describe, expect, test} from 'vitest';
import {parseIp} from '../../../../src/net/address.ts';
import {parsePort} from '../../../../src/net/port.ts';
import {parseSaid} from '../../../../src/tunnel/openvpn/management.ts';
import {ended, freshSession, hear, released, type Answer, type Session, type SessionRules} from '../../../../src/tunnel/openvpn/session.ts';
import {transcripts} from './transcripts.ts';

function rulesFor(has: SessionRules['has'] = {user: true, passphrase: true}): SessionRules {
	const [address, port] = [parseIp('172.31.0.1'), parsePort(1194)];
	if (address === null || port === null) throw new Error('no endpoint');
	return {endpoint: {address, port, transport: 'udp'}, has};
}

function run(lines: readonly string[], rules = rulesFor(), from: Session = released(freshSession)): {readonly session: Session; readonly answers: readonly Answer[]} {
	let session = from;
	const answers: Answer[] = [];
	lines.forEach((line, index) => {
		const step = hear(session, parseSaid(line), rules, 1000 + index);
		session = step.session;
		answers.push(...step.answers);
	});
	return {session, answers};
}

test('a connection as OpenVPN 2.6.14 tells it: credentials and remote are asked for, then addresses and resolvers come', () => {
	const {session, answers} = run(transcripts.connected);
	expect(answers).toEqual([{kind: 'user', realm: 'Auth'}, {kind: 'remote'}]);
	expect(session).toMatchObject({
		phase: 'connected', failure: null, receivedBytes: 2235,
		pushed: {
			addresses: [{address: '10.9.0.2', prefixLength: 32, scope: 'global'}, {address: 'fd99::1000', prefixLength: 128, scope: 'global'}],
			resolvers: ['10.9.0.1', 'fd99::1'], mtu: 1500,
		},
	});
	expect(session.heardAtMs).not.toBeNull();
	expect([...session.variables.keys()].some(name => /CN|tls|^config|common|trusted/.test(name))).toBe(false);
});

test('a sign of life is when bytes came in, not when they were told', () => {
	const {session} = run(['>BYTECOUNT:10,10', '>BYTECOUNT:10,90', '>BYTECOUNT:10,95']);
	expect(session).toMatchObject({receivedBytes: 10, heardAtMs: 1000});
});

test('nothing is asked for before the hold is released, and a hold afterwards is the end of the run', () => {
	expect(run(['>HOLD:Waiting for hold release:0'], rulesFor(), freshSession).session.phase).toBe('held');
	for (const lines of [[], transcripts.connected]) expect(run([...lines, '>HOLD:Waiting for hold release:1']).session).toMatchObject({phase: 'failed', failure: {kind: 'ended', reason: 'hold'}});
});

test('a remote that is not the one of the pinhole is not answered', () => {
	for (const line of ['>REMOTE:172.31.0.2,1194,udp4', '>REMOTE:172.31.0.1,1195,udp4', '>REMOTE:name,1194,udp', '>REMOTE:']) {
		expect(run([line])).toMatchObject({session: {failure: {kind: 'stray-remote'}}, answers: []});
	}
	expect(run(['>REMOTE:172.31.0.1,1194,tcp-client']).answers).toEqual([{kind: 'remote'}]);
});

describe('what ends it', () => {
	test.each([
		['a wrong password', transcripts.wrongPassword, {kind: 'refused', realm: 'Auth'}],
		['a signal', [...transcripts.connected, ...transcripts.signalled], {kind: 'ended', reason: 'SIGTERM'}],
		['a fatal error', ['>FATAL:Cannot load CA certificate file [[INLINE]] (no entries were read)'], {kind: 'ended', reason: 'fatal', detail: 'Cannot load CA certificate file [[INLINE]] (no entries were read)'}],
		['a soft restart', ['>STATE:1795245527,RECONNECTING,ping-restart,,,,,'], {kind: 'ended', reason: 'ping-restart'}],
		['routes that failed', ['>STATE:1795245527,CONNECTED,ROUTE_ERROR,10.9.0.2,172.31.0.1,1194,,'], {kind: 'half-connected', description: 'ROUTE_ERROR'}],
		['addresses that failed', ['>STATE:1795245527,CONNECTED,ERROR,10.9.0.2,172.31.0.1,1194,,'], {kind: 'half-connected', description: 'ERROR'}],
		['a one-time code', ['>PASSWORD:Need \'Auth\' username/password SC:1,Code please'], {kind: 'wants-person'}],
		['a web page', ['>INFOMSG:WEB_AUTH::https://example.net/'], {kind: 'wants-person'}],
		['a smart card', ['>NEED-OK:Need \'token-insertion-request\' confirmation MSG:x'], {kind: 'wants-person'}],
		['another private key\'s password', ['>PASSWORD:Need \'HTTP Proxy\' username/password'], {kind: 'wants-person'}],
		['a wrong passphrase', ['>PASSWORD:Verification Failed: \'Private Key\''], {kind: 'refused', realm: 'Private Key'}],
		['other addresses after it was connected', [...transcripts.connected, '>UPDOWN:DOWN'], {kind: 'ended', reason: 'link'}],
	])('%s', (_name, lines, failure) => {
		const {session} = run(lines);
		expect(session).toMatchObject({phase: 'failed', failure});
		// Whatever it says afterwards: it stays so, and asks for nothing.
		expect(run(transcripts.connected, rulesFor(), session)).toMatchObject({session: {phase: 'failed', failure}, answers: []});
	});

	test('a process that goes, with its last complaint', () => {
		const {session} = run(['>LOG:1,N,TLS Error: TLS key negotiation failed to occur within 60 seconds', '>LOG:1,I,not a complaint', '>LOG:1,N,AUTH: canary']);
		expect(ended(session, 'exit').failure).toEqual({kind: 'ended', reason: 'exit', detail: 'TLS Error: TLS key negotiation failed to occur within 60 seconds'});
	});

	test('credentials that nobody gave', () => {
		const none = rulesFor({user: false, passphrase: false});
		expect(run(['>PASSWORD:Need \'Auth\' username/password'], none)).toMatchObject({session: {failure: {kind: 'missing', realm: 'Auth'}}, answers: []});
		expect(run(['>PASSWORD:Need \'Private Key\' password'], none)).toMatchObject({session: {failure: {kind: 'missing', realm: 'Private Key'}}, answers: []});
		expect(run(['>PASSWORD:Need \'Private Key\' password']).answers).toEqual([{kind: 'passphrase', realm: 'Private Key'}]);
	});
});

test.each([
	['>STATE:1795245518,CONNECTING,,,,,,', {kind: 'state', name: 'CONNECTING', description: ''}],
	['>LOG:1795245527,,MANAGEMENT: >STATE:1795245527,CONNECTED,SUCCESS,,,,,', {kind: 'log', flags: '', text: 'MANAGEMENT: >STATE:1795245527,CONNECTED,SUCCESS,,,,,'}],
	['>PASSWORD:Verification Failed: \'Auth\' [\'CRV1:R,E:secret:user:text\']', {kind: 'refused', realm: 'Auth'}],
	['>PASSWORD:Auth-Token:SESS_ID_canary', {kind: 'other'}],
	['>REMOTE:2001:db8::7,1194,udp6', {kind: 'remote', host: '2001:db8::7', port: 1194}],
	['>UPDOWN:ENV,ifconfig_local=10.9.0.2', {kind: 'variable', name: 'ifconfig_local', value: '10.9.0.2'}],
	['>UPDOWN:ENV,bad name=1', {kind: 'other'}],
	['>BYTECOUNT:-1,2', {kind: 'other'}],
	['SUCCESS: hold release succeeded\r', {kind: 'other'}],
	['ERROR: unknown command, enter \'help\' for more options', {kind: 'error', text: 'unknown command, enter \'help\' for more options'}],
	['', {kind: 'other'}],
	['>', {kind: 'other'}],
])('%j', (line, said) => {
	expect(parseSaid(line)).toEqual(said);
});

test('addresses and resolvers that no tunnel can have are left out', () => {
	const variables = ['ifconfig_local=127.0.0.1', 'ifconfig_ipv6_local=10.9.0.2', 'foreign_option_1=dhcp-option DNS 127.0.0.1', 'foreign_option_2=dhcp-option DNS 224.0.0.1', 'foreign_option_3=dhcp-option DOMAIN x', 'foreign_option_10=dhcp-option DNS 10.0.0.2', 'foreign_option_9=dhcp-option DNS 10.0.0.1', 'dns_server_0_address_1=10.0.0.3', 'tun_mtu=9'];
	const {session} = run(['>UPDOWN:UP', ...variables.map(variable => `>UPDOWN:ENV,${variable}`), '>UPDOWN:ENV,END']);
	expect(session.pushed).toEqual({addresses: [], resolvers: ['10.0.0.3', '10.0.0.1', '10.0.0.2'], mtu: null});
});
