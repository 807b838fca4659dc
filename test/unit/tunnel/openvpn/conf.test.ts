import {describe, expect, test} from 'vitest';
import {parseIp} from '../../../../src/net/address.ts';
import {parsePort} from '../../../../src/net/port.ts';
import {directiveNames, findUse} from '../../../../src/tunnel/openvpn/directives.ts';
import {splitWords} from '../../../../src/tunnel/openvpn/lines.ts';
import {block, complaints, material, ovpn, parse, parsed, pem, rest} from './ovpn-helper.ts';

const endpoint = (address: string, transport: 'tcp' | 'udp' = 'udp') => {
	const [ip, port] = [parseIp(address), parsePort(1194)];
	if (ip === null || port === null) throw new Error(address);
	return {address: ip, port, transport};
};

test('a provider\'s file becomes a server, whatever ends its lines', () => {
	const text = `\uFEFF# City = Stockholm\n; Country: SE\n${ovpn('remote 198.51.100.10 443 tcp', 'auth-user-pass', 'cipher AES-256-GCM  # inner', 'verb 3', 'nobind')}`;
	for (const ending of ['\n', '\r\n', '\r']) {
		expect(parsed(text.replaceAll('\n', ending))).toMatchObject({
			kind: 'openvpn', id: 'here', city: 'Stockholm', country: 'SE', endpointHost: '198.51.100.10', endpointPort: 443,
			remotes: [{host: '198.51.100.10', port: 443, transport: 'tcp'}],
			asks: {user: true, passphrase: false}, notes: [],
		});
	}
});

describe('remotes', () => {
	test.each([
		[['remote 198.51.100.10'], [['198.51.100.10', 1194, 'udp']]],
		[['remote 2001:DB8::7 1195 udp6'], [['2001:db8::7', 1195, 'udp']]],
		[['proto tcp-client', 'port 443', 'remote vpn.example.net', 'remote 192.0.2.1 53 udp4'], [['vpn.example.net', 443, 'tcp'], ['192.0.2.1', 53, 'udp']]],
		[['remote 192.0.2.1', 'rport 7000'], [['192.0.2.1', 7000, 'udp']]],
		[['proto tcp', block('connection', 'remote 192.0.2.1 443'), block('connection', 'remote 192.0.2.2\nproto udp\nport 99')], [['192.0.2.1', 443, 'tcp'], ['192.0.2.2', 99, 'udp']]],
	])('%j', (lines, wanted) => {
		expect(parsed(ovpn(...lines)).remotes.map(({host, port, transport}) => [host, port, transport])).toEqual(wanted);
	});

	test.each(['remote', 'remote 0.0.0.0', 'remote 224.0.0.1', 'remote 1.2.3', 'remote 192.0.2.1 0', 'remote 192.0.2.1 1194 sctp', 'remote 192.0.2.1 1194 tcp-server', 'remote 192.0.2.1 1 udp x', 'remote ../x'])('%s is not valid', line => {
		expect(complaints(ovpn(line))[0]).toMatch(/^here\.ovpn line 1: remote is not valid\. Write `remote ADDRESS PORT udp`/);
	});

	test('none at all is a problem of the file', () => {
		expect(complaints(ovpn())).toEqual(['here.ovpn: there is no remote. Add `remote ADDRESS PORT udp`, with the address of the server.']);
	});
});

test('what OpenVPN is given is written anew: the one server, what was taken, and material between tags', () => {
	const server = parsed(ovpn('remote 192.0.2.1', 'remote 192.0.2.2 443 tcp', 'auth SHA512', 'verify-x509-name "C=SE, CN=a \\"b\\"" subject', 'setenv opt data-ciphers AES-256-GCM:CHACHA20-POLY1305', 'keepalive 10 60', 'tun-mtu 1400', 'key-direction 1', block('tls-auth', material.tlsCrypt), 'redirect-gateway def1', 'persist-tun'));
	expect(server.config(endpoint('2001:db8::9', 'tcp')).split('\n')).toEqual([
		'client', 'remote 2001:db8::9 1194 tcp6-client', 'connect-timeout 12', 'setenv opt disable-dco', 'tun-mtu 1400', 'key-direction 1',
		'auth "SHA512"', 'verify-x509-name "C=SE, CN=a \\"b\\"" "subject"', 'data-ciphers "AES-256-GCM:CHACHA20-POLY1305"', 'keepalive "10" "60"', 'remote-cert-tls "server"',
		...block('tls-auth', material.tlsCrypt).split('\n'), ...block('ca', material.ca).split('\n'), ...block('cert', material.cert).split('\n'), ...block('key', material.key).split('\n'), '',
	]);
	expect(server.config(endpoint('192.0.2.1'))).toContain('\nremote 192.0.2.1 1194 udp4\n');
	expect(server.notes).toEqual([expect.stringMatching(/^redirect-gateway on line \d+ was ignored: vks routes by itself$/)]);
});

describe('what would run something is refused by name', () => {
	test.each('up down route-up route-pre-down ipchange up-delay down-pre script-security iproute dns-updown'.split(' '))('%s, which the file works without', name => {
		const server = parsed(ovpn('remote 192.0.2.1', `${name} "/etc/openvpn/hook canary-value"`));
		expect(server.notes).toEqual([`${name} on line 2 was refused: vks never runs hooks`]);
		expect(server.config(endpoint('192.0.2.1'))).not.toMatch(new RegExp(`canary-value|^${name}`, 'm'));
	});

	test.each('tls-verify auth-user-pass-verify client-connect client-disconnect learn-address plugin engine'.split(' '))('%s, with its file', name => {
		expect(complaints(ovpn('remote 192.0.2.1', `${name} "/etc/openvpn/hook canary-value"`))).toEqual([expect.stringMatching(new RegExp(`^here\\.ovpn line 2: ${name}: .*Remove the line`)) as string]);
	});

	test.each(['management /tmp/m unix', 'daemon', 'log /tmp/log', 'log-append x', 'writepid /run/x', 'chroot /x', 'cd /', 'config other.ovpn', 'http-proxy 192.0.2.9 8080', 'socks-proxy 192.0.2.9', 'secret static.key', 'mode server', 'server 10.0.0.0 255.0.0.0', 'pkcs12 me.p12', 'static-challenge "Code" 1', 'scramble obfuscate x', '--plugin /x', 'setenv opt plugin /x'])('%s', line => {
		const name = line.replace('setenv opt ', '').replace('--', '').split(' ')[0] ?? '';
		expect(complaints(ovpn('remote 192.0.2.1', line))[0]).toContain(`here.ovpn line 2: ${name}: `);
	});

	test('also as a block, and every refusal says what to do', () => {
		expect(complaints(ovpn('remote 192.0.2.1', block('plugin', 'x')))[0]).toContain('line 2: plugin: ');
		expect(parsed(ovpn('remote 192.0.2.1', block('up', 'x'), '--down /x', 'setenv opt route-up /x')).notes).toHaveLength(3);
		for (const name of directiveNames()) {
			const use = findUse(name);
			if (use?.kind === 'refused') expect(use.next).toMatch(/^[A-Z].*[^.]$/);
		}
	});

	test('nothing of them reaches OpenVPN through a block that seems to end early', () => {
		for (const end of ['</ca>x', '</ca', '<ca>']) {
			const text = ['client', 'remote 192.0.2.1', 'auth-user-pass', `<ca>\n${material.ca}\n${end}\nup /evil\n</ca>`].join('\n');
			const read = parse(text);
			if (read.ok) expect(read.value.config(endpoint('192.0.2.1'))).not.toMatch(/evil|<\/ca>x/);
		}
		const inside = `-----BEGIN CERTIFICATE-----\nAAAA\n</ca>\nup /evil\n-----END CERTIFICATE-----`;
		expect(parse(ovpn('remote 192.0.2.1', `ca ca.crt`).replace(block('ca', material.ca), ''), {'ca.crt': {kind: 'text', text: inside}}).ok).toBe(false);
	});
});

test('what vks does otherwise is noted once each, and what it does anyway is not', () => {
	const {notes} = parsed(ovpn('remote 192.0.2.1', 'redirect-gateway def1', 'block-outside-dns', 'nobind', 'persist-key', 'user nobody', 'setenv UV_ID canary', 'setenv opt no-such-thing x', 'pull-filter ignore route'));
	expect(notes).toEqual([
		'redirect-gateway on line 2 was ignored: vks routes by itself',
		'block-outside-dns on line 3 was ignored: vks asks the tunnel\'s resolvers and no others',
		'setenv on line 7 was ignored: nobody reads it here',
		'setenv on line 8 was ignored: nobody reads it here',
		'pull-filter on line 9 was ignored: vks routes by itself',
	]);
});

test.each([
	['remot 192.0.2.1', 'unknown directive "remot". Did you mean remote?'],
	['no-such-directive x', 'unknown directive "no-such-directive". Remove the line; vks takes the directives of OpenVPN 2.6.'],
	['dev tap', 'dev is not tun. vks takes tunnels for IP only'],
	['cipher "AES 256"', 'cipher is not valid. Write the value as openvpn(8) names it.'],
	['reneg-sec soon', 'reneg-sec is not valid. Write a number.'],
	['verify-x509-name "a', 'it cannot be read: a quotation mark has no second one.'],
	[`cipher ${'x'.repeat(300)}`, 'it cannot be read: a word is longer than 255 bytes.'],
	['<connection>\nremote 192.0.2.1\nup x\n</connection>', 'line 4: up in a <connection>, which may hold remote, port and proto. Move the line out of <connection>.'],
	['<connection>\nremote 192.0.2.1\nsocks-proxy 192.0.2.9\n</connection>', 'line 4: socks-proxy: it leads by another host'],
	['<connection>\nremote 192.0.2.1\n"x\n</connection>', 'line 4: it cannot be read: a quotation mark has no second one.'],
	['remote fe80::1%eth0 1194', 'line 2: remote is not valid. Write an address without an interface: '],
	['ca /etc/passwd', 'ca names no file in this folder.'],
	['ca ../other', 'ca names no file in this folder.'],
	['ca other.crt', 'ca names a file that is not there.'],
	['<tls-crypt>\nnothing\n</tls-crypt>', 'tls-crypt is not valid. Put a static key'],
	['<zzz>\nx\n</zzz>', 'unknown directive <zzz>. Remove the line'],
	['tun-mtu 5', 'tun-mtu is not valid. Write a number from 576 to 9000.'],
	['<tls-auth>\nhalf', 'it cannot be read: <tls-auth> has no end. Close it with </tls-auth> on a line of its own'],
	['</tls-auth>', 'it cannot be read: </tls-auth> ends what never began. Write <tls-auth> before what it ends'],
])('%j is told with what to do', (line, wanted) => {
	expect(complaints(ovpn('remote 192.0.2.1', line)).join('\n')).toContain(wanted);
});

test('unknown directives that the file calls optional are only noted', () => {
	expect(parsed(ovpn('remote 192.0.2.1', 'ignore-unknown-option block-outside-dns shiny', 'shiny 1')).notes).toEqual(['shiny on line 3 was ignored: the file says that it may be']);
});

test.each([
	[rest.filter(line => !line.startsWith('<ca>')), 'there is neither <ca> nor <peer-fingerprint>'],
	[rest.filter(line => !line.startsWith('<key>')), 'there is a cert without key'],
	[rest.filter(line => !/^<(key|cert)>/.test(line)), 'there is neither a certificate of yours nor auth-user-pass'],
	[rest.filter(line => line !== 'client'), 'there is no `client`'],
])('a file is looked at as a whole', (lines, wanted) => {
	expect(complaints(['remote 192.0.2.1', ...lines].join('\n')).join('\n')).toContain(wanted);
});

test('a file that would believe another customer is noted', () => {
	expect(parsed(ovpn('remote 192.0.2.1').replace('remote-cert-tls server', '')).notes).toEqual([expect.stringContaining('another customer')]);
});

describe('files beside it', () => {
	const text = ['client', 'remote 192.0.2.1', 'remote-cert-tls server', 'ca ./ca.crt', 'cert my.crt', 'key my.key', 'tls-auth ta.key 1', 'auth-user-pass login.txt', 'askpass pass.txt'].join('\n');
	const files = {
		'ca.crt': {kind: 'text', text: `Certificate:\n  Data: <x>\n${material.ca}\n`},
		'my.crt': {kind: 'text', text: material.cert.replaceAll('\n', '\r\n')},
		'my.key': {kind: 'text', text: material.encryptedKey},
		'ta.key': {kind: 'text', text: `#\n# 2048 bit OpenVPN static key\n#\n${material.tlsCrypt}`},
		'login.txt': {kind: 'text', text: 'bob\r\nhunter two "\\\r\n'},
		'pass.txt': {kind: 'text', text: 'open sesame\n'},
	} as const;

	test('are read, and only what they are for is passed on', () => {
		const server = parsed(text, files);
		const config = server.config(endpoint('192.0.2.1'));
		for (const wanted of [material.ca, material.cert, material.encryptedKey, material.tlsCrypt, 'key-direction 1']) expect(config).toContain(wanted);
		expect(config).not.toMatch(/Data:|2048|hunter|sesame|\r/);
		expect(server.asks).toEqual({user: true, passphrase: true});
		expect(server.credentials()).toEqual({user: 'bob', password: 'hunter two "\\', passphrase: 'open sesame'});
	});

	test('that cannot be read are told', () => {
		expect(complaints(text, {...files, 'my.key': {kind: 'unreadable', why: 'may not be read'}})).toEqual([expect.stringContaining('line 6: key names a file that may not be read')]);
	});

	test('with more than OpenVPN can be told are refused without repeating it', () => {
		const told = complaints(text, {...files, 'login.txt': {kind: 'text', text: `bob\ncanary${'x'.repeat(300)}`}});
		expect(told).toEqual([expect.stringContaining('auth-user-pass holds what OpenVPN cannot be told')]);
		expect(told.join()).not.toContain('canary');
	});
});

test('credentials between tags are taken, and stand in nothing that is printed', () => {
	const server = parsed(ovpn('remote 192.0.2.1', block('auth-user-pass', 'canary-user\ncanary-word'), block('tls-crypt', material.tlsCrypt)));
	expect(server.credentials()).toEqual({user: 'canary-user', password: 'canary-word', passphrase: null});
	const shown = JSON.stringify(server);
	for (const secret of ['canary', material.key.slice(40, 80), material.tlsCrypt.slice(50, 80)]) expect(shown).not.toContain(secret);
	expect(server.config(endpoint('192.0.2.1'))).not.toContain('canary');
});

test('problems and notes never repeat a value', () => {
	const canary = 'canary-9c1';
	const lines = directiveNames().map(name => `${name} ${canary} ${canary}`);
	const read = parse(['remote 192.0.2.1', ...lines, `${canary}${'y'.repeat(30)} x`, `<ca>\n${canary}\n</ca>`].join('\n'));
	expect(JSON.stringify(read)).not.toContain(canary);
	expect(read.ok).toBe(false);
});

test('resolvers named in the file are taken, and what is none is noted', () => {
	const {resolvers, notes} = parsed(ovpn('remote 192.0.2.1', 'dhcp-option DNS 10.9.0.1', 'dhcp-option DNS6 fd99::1', 'dhcp-option DOMAIN x', 'dhcp-option DNS nonsense', 'dhcp-option DNS 127.0.0.1'));
	expect(resolvers).toEqual(['10.9.0.1', 'fd99::1']);
	expect(notes).toEqual([
		'dhcp-option on line 4 was ignored: vks takes addresses of resolvers only',
		'dhcp-option on line 5 was ignored: vks takes addresses of resolvers only',
		'dhcp-option on line 6 was ignored: loopback and multicast are not behind the tunnel',
	]);
});

test('a user and a password that lost their tags are not repeated', () => {
	const lost = ['remote 192.0.2.1', 'auth-user-pass', 'hunter-two', 'correct horse', '</auth-user-pass>'];
	const told = complaints(ovpn(...lost)).join('\n');
	expect(told).not.toMatch(/hunter|correct|horse/);
	expect(told).toContain('line 3: unknown directive, not repeated here because it might be a password. Remove the line');
	expect(told).toContain('line 4: unknown directive, not repeated');
	expect(told).toContain('line 5: it cannot be read: </auth-user-pass> ends what never began. Write <auth-user-pass> before what it ends');
});

test.each([
	['a  b\tc', ['a', 'b', 'c']],
	['a "b c" \'d "e\' f\\ g', ['a', 'b c', 'd "e', 'f g']],
	['a "x\\"y\\\\" # rest', ['a', 'x"y\\']],
	['a b#c ;d', ['a', 'b#c']],
	['a ""', ['a', '']],
	['a "b', null],
])('words of %j', (text, words) => {
	expect(splitWords(text)).toEqual(words);
});

test('many small blocks and a huge line are read in no time', () => {
	const blocks = '<ca>\n</ca>\n'.repeat(20_000);
	const startedAt = process.cpuUsage().user;
	parse(`${blocks}${'x '.repeat(60_000)}\n${'"'.repeat(60_000)}`);
	expect(process.cpuUsage(undefined).user - startedAt).toBeLessThan(2_000_000);
	expect(pem('X')).toContain('BEGIN');
});
