import fc from 'fast-check';
import {expect, test} from 'vitest';
import {parseWireguardConf} from '../../../src/tunnel/wireguard-conf.ts';
import {complaints, conf, interfaceLines, keys, peerLines, problemsOf, randomKey} from './conf-helper.ts';

const withPeer = (from: string, to: string): string => conf({peer: peerLines.map(line => (line.startsWith(from) ? to : line))});

test('all problems are reported at once, each with file and line', () => {
	const text = ['[Interface]', 'PrivateKey = nonsense', 'Adress = 10.2.0.2/32', '[Peer]', 'Endpoint = 198.51.100.7', 'AllowedIPs = 0.0.0.0/33', 'whatever'].join('\n');
	expect(complaints(text)).toEqual([
		'here.conf line 2: PrivateKey is not valid. Write 44 characters of base64 that end in "=", as `wg genkey` prints them.',
		'here.conf line 3: unknown key "Adress". Did you mean Address?',
		'here.conf line 5: Endpoint is not valid. Write host:port, such as 198.51.100.7:51820, vpn.example.net:51820 or [2001:db8::7]:51820.',
		'here.conf line 6: AllowedIPs is not valid. Write ranges such as 0.0.0.0/0, ::/0.',
		'here.conf line 7: the line is not `Key = value`. Write it as `Key = value`, or put # before it.',
		'here.conf: Address is missing. Add Address below [Interface].',
		'here.conf: PublicKey is missing. Add PublicKey below [Peer].',
	]);
	expect(problemsOf(text)).toSatisfy((all: readonly {code: string; stillBlocking: unknown}[]) => all.every(item => item.code === 'configuration' && item.stillBlocking === true));
});

test.each([
	['no [Interface]', peerLines.join('\n').replace(/^/, '[Peer]\n'), 'there is no [Interface] section'],
	['no [Peer]', ['[Interface]', ...interfaceLines].join('\n'), 'there is no [Peer] section'],
	['an empty file', '', 'there is no [Interface] section'],
	['an unknown section', `${conf()}[Sever]\nx = y`, 'unknown section "Sever"'],
	['a second [Interface]', `${conf()}[Interface]\nMTU = 1400`, '[Interface] again, first on line 1'],
	['a key in the wrong section', conf({interface: [...interfaceLines, 'Endpoint = 198.51.100.7:1']}), 'Endpoint stands in [Interface]. Move it below [Peer]'],
	['a key before any section', conf({top: ['MTU = 1400']}), 'MTU stands before any section. Move it below [Interface]'],
	['the same key twice', conf({peer: [...peerLines, 'Endpoint = 198.51.100.8:1']}), 'Endpoint again, first on line 7'],
	['an endpoint that is a mistyped address', withPeer('Endpoint', 'Endpoint = 198.51.100.777:51820'), 'Endpoint is not valid'],
	['an IPv6 endpoint without brackets', withPeer('Endpoint', 'Endpoint = 2001:db8::7:51820'), '[2001:db8::7]:51820'],
	['port 0', withPeer('Endpoint', 'Endpoint = 198.51.100.7:0'), 'Endpoint is not valid'],
	['port 70000', withPeer('Endpoint', 'Endpoint = 198.51.100.7:70000'), 'Endpoint is not valid'],
	['a link-local endpoint', withPeer('Endpoint', 'Endpoint = [fe80::1]:51820'), 'Endpoint is not valid. Write an address without an interface: '],
	['an endpoint with a scope', withPeer('Endpoint', 'Endpoint = [2001:db8::7%eth0]:51820'), 'Endpoint is not valid. Write an address without an interface: '],
	['an endpoint of zeros', withPeer('Endpoint', 'Endpoint = 0.0.0.0:51820'), 'Endpoint is not valid'],
	['an unused address', conf({interface: [interfaceLines[0] ?? '', 'Address = 127.0.0.1/8']}), 'Address is not valid'],
	['an empty address', conf({interface: [interfaceLines[0] ?? '', 'Address =']}), 'Address is not valid'],
	['a DNS server that is a mistyped address', conf({interface: [...interfaceLines, 'DNS = 10.64.0']}), 'DNS is not valid'],
	['an MTU out of range', conf({interface: [...interfaceLines, 'MTU = 99']}), 'MTU is not valid. Write a number from 576'],
	['an MTU too small for IPv6', conf({interface: [...interfaceLines, 'Address = fd00::2', 'MTU = 1200']}), 'line 5: MTU is too small for the IPv6 address'],
	['a keepalive out of range', conf({peer: [...peerLines, 'PersistentKeepalive = 70000']}), 'seconds from 1 to 65535, or off'],
	['a key of zeros', withPeer('PublicKey', `PublicKey = ${Buffer.alloc(32).toString('base64')}`), 'not all zeros'],
	['a key that is too short', withPeer('PublicKey', `PublicKey = ${Buffer.alloc(31, 1).toString('base64')}`), 'PublicKey is not valid'],
	['UTF-16', Buffer.from(conf(), 'utf16le').toString('utf8'), 'not plain text'],
])('%s is refused by name', (_name, text, expected) => {
	expect(complaints(text).join('\n')).toContain(expected);
});

test('several peers are one problem, with the reason', () => {
	const text = `${conf()}[Peer]\n${peerLines.join('\n')}\n[Peer]\n${peerLines.join('\n')}`;
	expect(complaints(text)).toEqual([
		'here.conf line 9: 3 [Peer] sections (lines 5, 9, 13); only one peer can carry the default route, and vks opens the firewall for one endpoint. Keep one [Peer] per file, and put each other peer into a file of its own.',
	]);
	const inner = peerLines.map(line => line.replace('0.0.0.0/0', '10.0.0.0/8'));
	expect(complaints(`${conf({peer: inner})}[Peer]\n${peerLines.map(line => line.replace('0.0.0.0/0', '0.0.0.0/1, 128.0.0.0/1')).join('\n')}`)[0]).toContain('Keep the [Peer] of line 9, which carries the default route, and put');
});

test('AmneziaWG settings are one problem that names them', () => {
	const [only, ...more] = complaints(conf({interface: [...interfaceLines, 'Jc = 4', 'jmin = 40', 'H1 = 1', 'I1 = <b 0xf6>'], peer: [...peerLines, 'AdvancedSecurity = on']}));
	expect(more).toEqual([]);
	expect(only).toContain('Jc (line 4), Jmin (line 5), H1 (line 6), I1 (line 7), AdvancedSecurity (line 13): these are AmneziaWG settings');
});

test.each([
	['PrivatKey', 'PrivateKey'],
	['Endpont', 'Endpoint'],
	['AllowedIP', 'AllowedIPs'],
	['Keepalive', null],
	['PersistentKeepAlives', 'PersistentKeepalive'],
	['Frobnicate', null],
])('the unknown key %s suggests %s', (name, suggestion) => {
	expect(complaints(conf({interface: [...interfaceLines, `${name} = 1`]}))[0]).toContain(suggestion === null ? 'Remove the line' : `Did you mean ${suggestion}?`);
});

test('no message repeats a key, wherever it was put by mistake', () => {
	const secret = randomKey();
	const places = [
		conf({interface: [secret, ...interfaceLines]}),
		conf({interface: [...interfaceLines, `PrivateKey ${secret}`]}),
		conf({interface: [...interfaceLines, `Privatkey = ${secret}`]}),
		conf({interface: [...interfaceLines, `[${secret}]`]}),
		conf({interface: [...interfaceLines, `PrivateKey = ${secret}`]}),
		conf({interface: [...interfaceLines, `Address = ${secret}`, `DNS = ${secret}`, `MTU = ${secret}`]}),
		withPeer('Endpoint', `Endpoint = ${secret}:51820`),
		withPeer('AllowedIPs', `AllowedIPs = ${secret}`),
		withPeer('PublicKey', `PublicKey = ${secret}${secret}`),
	];
	for (const text of places) {
		const said = JSON.stringify(problemsOf(text));
		expect(said).not.toBe('[]');
		// Half a key would be a leak as well.
		expect(said).not.toContain(secret.slice(0, 12));
		expect(said).not.toContain(keys.privateKey.slice(0, 12));
	}
});

test('any text is answered with a server or with problems, never with a throw', () => {
	const word = fc.constantFrom('[Interface]', '[Peer]', 'PrivateKey', 'Address', 'Endpoint', 'DNS', 'AllowedIPs', '=', ',', '/', ':', '\n', '[', ']', '::', '10.0.0.1', keys.privateKey, '0', '%');
	fc.assert(
		fc.property(fc.oneof(fc.string(), fc.array(fc.oneof(word, fc.string({unit: 'grapheme'}))).map(words => words.join(' '))), text => {
			const result = parseWireguardConf({id: 'x', file: 'x.conf', text});
			return result.ok || result.error.length > 0;
		}),
		{numRuns: 500},
	);
});

// With patterns that take the square or the cube of a line's length, each of these takes minutes.
test.each([['a section that never ends', `[${' '.repeat(60_000)}x`], ['a comment of white space', `# city:${' '.repeat(60_000)}x\u2028x`], ['a comment of colons', `# city${':'.repeat(60_000)}`]])('%s costs no time', (_name, line) => {
	expect(problemsOf(`${line}\n`).length).toBeGreaterThan(0);
	expect(problemsOf(conf({top: line.startsWith('#') ? [line] : []}))).toEqual([]);
});
