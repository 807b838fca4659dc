/** OpenVPN: the files that people and providers write, and what the program says on its management interface. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {parseIp} from '../../src/net/address.ts';
import {parsePort} from '../../src/net/port.ts';
import {filesBeside} from '../../src/tunnel/openvpn/collect.ts';
import {parseOvpn} from '../../src/tunnel/openvpn/conf.ts';
import {findUse} from '../../src/tunnel/openvpn/directives.ts';
import {parseOvpnLines, quoteWord, splitWords} from '../../src/tunnel/openvpn/lines.ts';
import {parseSaid} from '../../src/tunnel/openvpn/management.ts';
import {freshSession, hear, released} from '../../src/tunnel/openvpn/session.ts';
import {transcripts} from '../unit/tunnel/openvpn/transcripts.ts';
import {parseLinkCounters} from '../../src/kernel/parse-net-dev.ts';
import {checkCount, checkIp, checkProblem, checkText} from './checks.ts';
import {brokenText} from './mutate.ts';
import {target, type FuzzTarget} from './target.ts';

const body = 'c2VjcmV0LWNhbmFyeS1vZi1hLXByaXZhdGUta2V5LXRoYXQtb3BlbnMtbm90aGluZw';
const pem = (label: string): string => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----`;
const file = `# City = Stockholm\nclient\ndev tun\nproto udp\nremote 198.51.100.10 1194\nremote 2001:db8::7 443 tcp6\nremote-cert-tls server\nauth-user-pass login.txt\ncipher AES-256-GCM\nverify-x509-name "CN=a b" name\nredirect-gateway def1\nsetenv opt block-outside-dns\nkey-direction 1\n<ca>\n${pem('CERTIFICATE')}\n</ca>\n<cert>\n${pem('CERTIFICATE')}\n</cert>\n<key>\n${pem('PRIVATE KEY')}\n</key>\n<tls-auth>\n${pem('OpenVPN Static key V1')}\n</tls-auth>\n<connection>\nremote 192.0.2.1\n</connection>\n`;
const fileWords = ['<ca>', '</ca>', '</ca>x', 'up /x', 'plugin x', 'remote ', '--', 'setenv opt ', '"', "'", '\\', '#', '-----END ', '<key>'];
const [address, port] = [parseIp('198.51.100.10'), parsePort(1194)];
const said = [transcripts.connected.join('\n'), transcripts.wrongPassword.join('\n'), '>REMOTE:198.51.100.10,1194,udp4\n>FATAL:x\n>HOLD:x\n>INFOMSG:x'];

/** What OpenVPN reads of it: directives outside blocks, as strictly as it ends them. */
function directivesOf(config: string): readonly string[] {
	const found: string[] = [];
	let inside: string | null = null;
	for (const line of config.split('\n')) {
		const open = /^<([a-z0-9-]+)>/.exec(line)?.[1];
		if (inside !== null) inside = line.trimStart().startsWith(`</${inside}>`) ? null : inside;
		else if (open !== undefined) inside = open;
		else if (line !== '') found.push(line.replace('setenv opt ', '').split(' ')[0] ?? '');
	}
	return found;
}

export const openvpnTargets: readonly FuzzTarget[] = [
	target('OpenVPN files', brokenText([file], fileWords), text => {
		assert.ok(filesBeside(parseOvpnLines(text)).every(name => !name.includes('/') && name !== '..'));
		const parsed = parseOvpn({id: 'here', file: 'here.ovpn', text, beside: new Map([['login.txt', {kind: 'text', text: 'bob\ncanary-word\n'}]])});
		assert.ok(!JSON.stringify(parsed).includes('canary'), 'a secret that is printed');
		assert.ok(!JSON.stringify(parsed).includes(body.slice(0, 30)), 'a key that is printed');
		if (!parsed.ok) {
			assert.ok(parsed.error.length > 0);
			parsed.error.forEach(checkProblem);
			return;
		}
		parsed.value.resolvers.forEach(checkIp);
		parsed.value.notes.forEach(checkText);
		assert.ok(parsed.value.remotes.length > 0);
		assert.ok(address !== null && port !== null);
		const config = parsed.value.config({address, port, transport: 'udp'});
		const ours = ['client', 'remote', 'connect-timeout', 'disable-dco', 'tun-mtu', 'auth-user-pass', 'key-direction'];
		for (const name of directivesOf(config)) assert.ok(ours.includes(name) || findUse(name)?.kind === 'pass', `${name} reaches OpenVPN`);
	}),
	target('words for OpenVPN', fc.string({unit: 'grapheme', maxLength: 40}).filter(word => !/\p{Cc}/u.test(word)), word => {
		assert.deepEqual(splitWords(`a ${quoteWord(word)} b`), ['a', word, 'b']);
	}),
	target('what OpenVPN says', brokenText(said, ['>PASSWORD:Need ', '>STATE:', ',CONNECTED,', '>UPDOWN:ENV,', 'ifconfig_local=', '\r', "'"]), text => {
		assert.ok(address !== null && port !== null);
		let session = released(freshSession);
		for (const line of text.split('\n')) {
			const step = hear(session, parseSaid(line), {endpoint: {address, port, transport: 'udp'}, has: {user: true, passphrase: false}}, 1);
			if (session.phase === 'failed') assert.deepEqual(step, {session, answers: []});
			session = step.session;
		}
		assert.equal(session.failure === null, session.phase !== 'failed');
		checkCount(session.receivedBytes);
		assert.ok(!/\p{Cc}/u.test(session.complaint) && session.complaint.length <= 160);
		session.pushed?.addresses.forEach(found => checkIp(found.address));
		session.pushed?.resolvers.forEach(checkIp);
		assert.ok(session.variables.size <= 64);
	}),
	target('what links carried', brokenText(['Inter-|   Receive\n face |bytes\n    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0\n   wg0: 2723      10    0    0    0     0          0         0     2739      14    0    0    0     0       0          0\n']), text => {
		const found = parseLinkCounters(text, 'wg0');
		if (found !== null) [found.rxBytes, found.txBytes].forEach(checkCount);
	}),
];
