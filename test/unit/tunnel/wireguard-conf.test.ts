import {inspect} from 'node:util';
import {expect, test} from 'vitest';
import {conf, interfaceLines, keys, parsed, peerLines} from './conf-helper.ts';

test('a whole file becomes a server', () => {
	const server = parsed(
		conf({
			interface: [...interfaceLines, 'Address = fd00:2::2/64, 10.2.0.3', 'DNS = 10.2.0.1', 'DNS = fd00:2::1, corp.example', 'MTU = 1380', 'ListenPort = 51821'],
			peer: [...peerLines, 'AllowedIPs = ::/0', `PresharedKey = ${keys.presharedKey}`, 'PersistentKeepalive = 25'],
		}),
	);
	expect(server).toMatchObject({
		kind: 'wireguard',
		id: 'here',
		endpointHost: '198.51.100.7',
		endpointPort: 51820,
		addresses: [
			{address: '10.2.0.2', prefixLength: 32, scope: 'global'},
			{address: 'fd00:2::2', prefixLength: 64, scope: 'global'},
			{address: '10.2.0.3', prefixLength: 32, scope: 'global'},
		],
		resolvers: ['10.2.0.1', 'fd00:2::1'],
		allowedIps: ['0.0.0.0/0', '::/0'],
		mtu: 1380,
		families: [4, 6],
		notes: ['1 DNS search domain ignored: vks takes resolver addresses only'],
	});
	expect(server.settings('198.51.100.7:51820', 0xca6c)).toEqual({
		privateKey: keys.privateKey,
		listenPort: 51821,
		mark: 0xca6c,
		peer: {
			publicKey: keys.publicKey,
			presharedKey: keys.presharedKey,
			endpoint: '198.51.100.7:51820',
			allowedIps: ['0.0.0.0/0', '::/0'],
			keepaliveSeconds: 25,
		},
	});
});

test('printing or serialising a server shows no key', () => {
	const server = parsed(conf({peer: [...peerLines, `PresharedKey = ${keys.presharedKey}`]}));
	const printed = JSON.stringify(server) + inspect(server, {depth: 9, showHidden: true});
	for (const key of [keys.privateKey, keys.presharedKey]) expect(printed).not.toContain(key);
});

test.each([
	['CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
	['a byte order mark', (text: string) => `\uFEFF${text}`],
	['keys in any case', (text: string) => text.replace('PrivateKey', 'PRIVATEKEY').replace('[Peer]', '[PEER]').replace('AllowedIPs', 'allowedips')],
	['no spaces around =', (text: string) => text.replaceAll(' = ', '=')],
	['comments after values', (text: string) => text.replaceAll(/(= .*)$/gm, '$1 # said the provider')],
	['comments with ;', (text: string) => `; from the provider\n${text}`],
])('%s changes nothing', (_name, change) => {
	const [plain, changed] = [parsed(conf()), parsed(change(conf()))];
	const told = (server: typeof plain) => ({...server, settings: server.settings('x', 1), keyMark: server.keyMark(new Uint8Array(8))});
	expect(told(changed)).toEqual(told(plain));
});

test.each([
	['vpn.example.net:51820', 'vpn.example.net', 51820],
	['SE1.Example.net:443', 'SE1.Example.net', 443],
	['[2001:0db8:0::7]:51820', '2001:db8::7', 51820],
	['127.0.0.1:51820', '127.0.0.1', 51820],
])('the endpoint %s is read', (text, host, port) => {
	const server = parsed(conf({peer: peerLines.map(line => (line.startsWith('Endpoint') ? `Endpoint = ${text}` : line))}));
	expect([server.endpointHost, server.endpointPort]).toEqual([host, port]);
});

test.each([
	['off', null],
	['0', null],
	['25', 25],
])('PersistentKeepalive = %s', (text, seconds) => {
	expect(parsed(conf({peer: [...peerLines, `PersistentKeepalive = ${text}`]})).settings('x', 1).peer.keepaliveSeconds).toBe(seconds);
});

test('a ListenPort of 0 leaves the choice to the kernel', () => {
	expect(parsed(conf({interface: [...interfaceLines, 'ListenPort = 0']})).settings('x', 1).listenPort).toBeNull();
});

test.each(['PreUp', 'PostUp', 'PreDown', 'PostDown'])('%s is refused and said so', hook => {
	const text = conf({interface: [...interfaceLines, `${hook} = iptables -I OUTPUT ! -o %i -j REJECT`]});
	expect(parsed(text).notes).toEqual([`${hook} on line 4 was refused: vks never runs hooks`]);
});

test.each([
	['Table = off', 'Table on line 4 was ignored: vks routes by itself'],
	['FwMark = 0xca6c', 'FwMark on line 4 was ignored: vks sets a mark of its own'],
	['SaveConfig = true', 'SaveConfig on line 4 was ignored: vks never writes to a server file'],
	['ExcludedApplications = a.b', 'ExcludedApplications on line 4 was ignored: vks guards every application'],
	['DNS = 127.0.0.1', '1 DNS resolver ignored: loopback and multicast are not behind the tunnel'],
])('%s is noted', (line, note) => {
	expect(parsed(conf({interface: [...interfaceLines, line]})).notes).toEqual([note]);
});

test.each([
	['0.0.0.0/0', [4]],
	['0.0.0.0/1, 128.0.0.0/1', [4]],
	['0.0.0.0/0, ::/0', [4]],
	['::/0', []],
	['10.0.0.0/8', []],
])('AllowedIPs = %s with an IPv4 address routes families %j by default', (text, families) => {
	const server = parsed(conf({peer: peerLines.map(line => (line.startsWith('Allowed') ? `AllowedIPs = ${text}` : line))}));
	expect(server.families).toEqual(families);
	expect(server.notes.some(note => note.includes('no default route'))).toBe(families.length === 0);
});

test('an IPv6 address that only serves the link does not make IPv6 routed', () => {
	const text = conf({interface: [...interfaceLines, 'Address = fe80::2/64'], peer: [...peerLines, 'AllowedIPs = ::/0']});
	expect(parsed(text)).toMatchObject({families: [4], addresses: [{scope: 'global'}, {address: 'fe80::2', scope: 'link'}]});
});
