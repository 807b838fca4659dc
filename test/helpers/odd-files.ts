/** Server files as people have them, one of each oddity, with keys made for this run; and what an operator is told of each. */
import {conf, interfaceLines, keys, peerLines} from '../unit/tunnel/conf-helper.ts';
import {block, material, ovpn} from '../unit/tunnel/openvpn/ovpn-helper.ts';

export interface OddFile {
	/** With its ending; what stands before it is what is odd. */
	readonly name: string;
	readonly text: string | Buffer;
	readonly mode?: number;
	readonly uid?: number;
	/** What stands beside it in the folder. */
	readonly beside?: Readonly<Record<string, string>>;
	/** The notes of a server that can be used; none by default. */
	readonly notes?: readonly string[];
	/** Beginnings and ends of what is said of one that cannot. */
	readonly refused?: readonly string[];
}

const endpoint = (text: string): string => conf({peer: peerLines.map(line => (line.startsWith('Endpoint') ? `Endpoint = ${text}` : line))});
const peerKey = (...lines: readonly string[]): string => conf({peer: [...peerLines, ...lines]});
const interfaceKey = (...lines: readonly string[]): string => conf({interface: [...interfaceLines, ...lines]});
const remote = 'remote 192.0.2.1 1194 udp';
const withLine = (...lines: readonly string[]): string => ovpn(remote, ...lines);
/** `# it is odd` as the file's place would be shown; a BOM in front of a comment is no part of it. */
const bom = '\uFEFF';

const wireguard: readonly OddFile[] = [
	{name: 'plain.conf', text: conf()},
	{name: 'crlf.conf', text: conf().replaceAll('\n', '\r\n')},
	{name: 'bom.conf', text: `${bom}${conf()}`},
	{name: 'bom-crlf-ipv6.conf', text: `${bom}${endpoint('[2001:DB8::7]:51820')}`.replaceAll('\n', '\r\n')},
	{name: 'inline-comments.conf', text: conf({interface: interfaceLines.map(line => `${line} # mine`), peer: peerLines.map(line => `${line}   #theirs`)})},
	{name: 'spelling.conf', text: conf().replace('PrivateKey', 'privatekey').replace('[Peer]', '[ PEER ]')},
	{name: 'host-name.conf', text: endpoint('vpn.example.net:51820')},
	{name: 'hooks.conf', text: interfaceKey('PreUp = x', 'PostUp = iptables -A OUTPUT -j REJECT; true', 'PreDown = x', 'PostDown = x'), notes: [
		'PreUp on line 4 was refused: vks never runs hooks', 'PostUp on line 5 was refused: vks never runs hooks',
		'PreDown on line 6 was refused: vks never runs hooks', 'PostDown on line 7 was refused: vks never runs hooks',
	]},
	{name: 'wg-quick-keys.conf', text: interfaceKey('Table = off', 'FwMark = 0x2a', 'SaveConfig = true'), notes: [
		'Table on line 4 was ignored: vks routes by itself', 'FwMark on line 5 was ignored: vks sets a mark of its own', 'SaveConfig on line 6 was ignored: vks never writes to a server file',
	]},
	{name: 'part-of-the-traffic.conf', text: conf({peer: peerLines.map(line => line.replace('0.0.0.0/0', '10.0.0.0/8'))}), notes: ['AllowedIPs holds no default route (0.0.0.0/0 or ::/0) for which there is an Address: only part of the traffic could use this tunnel']},
	{name: 'wrapped.conf', text: endpoint('127.0.0.1:51820'), notes: ['Endpoint is on loopback: the policy opens nothing for what listens there and what it sends on']},
	{name: 'read-by-others.conf', text: conf(), mode: 0o644, notes: ['read-by-others.conf can be read by others (mode 0644): chmod 600 FOLDER/read-by-others.conf']},
	{name: 'changed-by-others.conf', text: conf(), mode: 0o666, notes: ['changed-by-others.conf can be read and changed by others (mode 0666): chmod 600 FOLDER/changed-by-others.conf']},
	{name: 'unknown-key.conf', text: peerKey('Reserved = 1, 2, 3'), refused: ['unknown-key.conf line 9: unknown key "Reserved". Remove the line; vks takes the keys of wg-quick.']},
	{name: 'misspelt-key.conf', text: interfaceKey('Adress = fd00::2'), refused: ['misspelt-key.conf line 4: unknown key "Adress". Did you mean Address?']},
	{name: 'unknown-section.conf', text: `${conf()}[Socks5]\nx = y\n`, refused: ['unknown-section.conf line 9: unknown section "Socks5". A file has one [Interface] and one [Peer].']},
	{name: 'duplicate-key.conf', text: peerKey('Endpoint = 198.51.100.8:51820'), refused: ['duplicate-key.conf line 9: Endpoint again, first on line 7. Keep one Endpoint.']},
	{name: 'two-peers.conf', text: `${conf()}[Peer]\n${peerLines.map(line => line.replace('0.0.0.0/0', '10.0.0.0/8')).join('\n')}\n`, refused: ['two-peers.conf line 9: 2 [Peer] sections (lines 5, 9); only one peer can carry the default route', 'Keep the [Peer] of line 5, which carries the default route, and put each other peer into a file of its own.']},
	{name: 'amnezia-1.conf', text: interfaceKey('Jc = 4', 'Jmin = 40', 'Jmax = 70', 'S1 = 0', 'S2 = 0', 'H1 = 1', 'H2 = 2', 'H3 = 3', 'H4 = 4'), refused: ['amnezia-1.conf line 4: Jc (line 4), Jmin (line 5), Jmax (line 6), S1 (line 7), S2 (line 8), H1 (line 9), H2 (line 10), H3 (line 11), H4 (line 12): these are AmneziaWG settings, another protocol than WireGuard.', 'Ask the provider for a plain WireGuard file; vks does not speak AmneziaWG.']},
	{name: 'amnezia-2.conf', text: conf({interface: [...interfaceLines, 'S3 = 8', 'S4 = 8', 'I1 = <b 0xf6>', 'I5 = <r 8>'], peer: [...peerLines, 'AdvancedSecurity = on']}), refused: ['S3 (line 4), S4 (line 5), I1 (line 6), I5 (line 7), AdvancedSecurity (line 13): these are AmneziaWG settings']},
	{name: 'endpoint-with-scope.conf', text: endpoint('[fe80::1%eth0]:51820'), refused: ['endpoint-with-scope.conf line 7: Endpoint is not valid. Write an address without an interface: a link-local one leads to a neighbour, not to a server.']},
	{name: 'port-out-of-range.conf', text: endpoint('198.51.100.7:65536'), refused: ['port-out-of-range.conf line 7: Endpoint is not valid. Write host:port, such as 198.51.100.7:51820']},
	{name: 'bare-ipv6.conf', text: endpoint('2001:db8::7:51820'), refused: ['bare-ipv6.conf line 7: Endpoint is not valid.', 'or [2001:db8::7]:51820.']},
	{name: 'key-on-a-bad-line.conf', text: conf({interface: [`PrivateKey ${keys.privateKey}`, interfaceLines[1] ?? '']}), refused: ['line 2: unknown key.', 'PrivateKey is missing.', 'Add PrivateKey below [Interface].']},
	{name: 'utf-16.conf', text: Buffer.from(`${bom}${conf()}`, 'utf16le'), refused: ['utf-16.conf: it is not plain text (it holds zero bytes). Save it as UTF-8.']},
	{name: 'zero-byte.conf', text: `${conf()}\0`, refused: ['zero-byte.conf: it is not plain text (it holds zero bytes). Save it as UTF-8.']},
	{name: 'empty.conf', text: '', refused: ['there is no [Interface] section.', 'Add [Peer] with PublicKey, Endpoint and AllowedIPs.']},
	{name: 'huge.conf', text: `${conf()}#${'x'.repeat(64 * 1024)}`, refused: ['huge.conf is larger than 64 KiB, which no WireGuard file is. Replace it with the file the provider gave.']},
];

const ignored = (line: string, why: string): string => `${line.split(' ')[0] ?? ''} on line 2 was ignored: ${why}`;
const hook = 'was refused: vks never runs hooks';
const decides = 'vks decides how OpenVPN runs and where it writes. Remove the line.';

/** A directive that is refused with its file: the directive's line, and the end of what is said of it. */
const refusing: ReadonlyArray<readonly [line: string, end: string]> = [
	['tls-verify /etc/openvpn/check', 'it names a program that checks who is there, and vks runs none of a file. Remove the line, or ask the provider for a file that checks by verify-x509-name.'],
	['plugin /usr/lib/openvpn/x.so', 'it loads a library into OpenVPN. Remove the line.'],
	['http-proxy 192.0.2.9 8080', 'it leads by another host than the server, and the policy opens the server only. Ask the provider for a file without a proxy.'],
	['socks-proxy 192.0.2.9', 'Ask the provider for a file without a proxy.'],
	['management 127.0.0.1 7505', 'vks controls OpenVPN by that interface itself. Remove the line.'],
	['pkcs12 me.p12', 'it is in a form vks does not read. Split it: `openssl pkcs12 -in FILE` prints what belongs between <ca>, <cert> and <key>.'],
	['config other.ovpn', 'it takes in another file. Copy what that file holds into this one.'],
	['cd /etc/openvpn', decides], ['chroot /var/empty', decides], ['daemon', decides], ['log /var/log/openvpn.log', decides], ['status /run/status 10', decides], ['writepid /run/x.pid', decides],
	['secret static.key', 'Ask the provider for a file with certificates.'],
	['scramble obfuscate word', 'it is of a changed OpenVPN that hides its traffic, another protocol. Ask the provider for a plain OpenVPN file; vks does not speak it.'],
	['static-challenge "Code" 1', 'Ask the provider for credentials without a second factor.'],
];
const nameOf = (line: string): string => line.split(' ')[0] ?? '';

const openvpn: readonly OddFile[] = [
	{name: 'plain.ovpn', text: withLine()},
	{name: 'crlf-bom.ovpn', text: `${bom}${withLine()}`.replaceAll('\n', '\r\n')},
	{name: 'ipv6.ovpn', text: ovpn('remote 2001:DB8::7 1194 udp6', 'tun-ipv6')},
	{name: 'proto-tcp6.ovpn', text: ovpn('proto tcp6', 'remote 2001:db8::7 443')},
	{name: 'several-remotes-with-names.ovpn', text: ovpn('remote vpn.example.net 443 tcp', remote)},
	{name: 'connection-blocks.ovpn', text: ovpn('proto tcp', block('connection', 'remote 192.0.2.1 443'), block('connection', 'remote 192.0.2.2 1194\nproto udp'))},
	{name: 'compress.ovpn', text: withLine('compress lz4-v2', 'comp-lzo no')},
	{name: 'drops-rights.ovpn', text: withLine('user nobody', 'group nogroup', 'explicit-exit-notify 3')},
	{name: 'inline-login.ovpn', text: withLine(block('auth-user-pass', 'somebody\nhunter-two'))},
	{name: 'login-beside.ovpn', text: withLine('auth-user-pass login.txt'), beside: {'login.txt': 'somebody\nhunter-two\n'}},
	{name: 'hooks.ovpn', text: withLine('script-security 2', 'up /etc/openvpn/update-resolv-conf', 'down /etc/openvpn/update-resolv-conf', 'route-up /x'), notes: [`script-security on line 2 ${hook}`, `up on line 3 ${hook}`, `down on line 4 ${hook}`, `route-up on line 5 ${hook}`]},
	{name: 'dhcp-option.ovpn', text: withLine('dhcp-option DOMAIN example.net', 'dhcp-option DNS 10.8.0.1'), notes: ['dhcp-option on line 2 was ignored: vks takes addresses of resolvers only']},
	{name: 'remote-random.ovpn', text: withLine('remote-random'), notes: [ignored('remote-random', 'vks tries the servers of a file in its order')]},
	{name: 'setenv.ovpn', text: withLine('setenv CLIENT_CERT 0'), notes: [ignored('setenv', 'nobody reads it here')]},
	{name: 'routes.ovpn', text: withLine('redirect-gateway def1'), notes: [ignored('redirect-gateway', 'vks routes by itself')]},
	{name: 'optional.ovpn', text: withLine('ignore-unknown-option shiny', 'shiny 1'), notes: ['shiny on line 3 was ignored: the file says that it may be']},
	...refusing.map(([line, end]): OddFile => ({name: `with-${nameOf(line)}.ovpn`, text: withLine(line), refused: [`with-${nameOf(line)}.ovpn line 2: ${nameOf(line)}: `, end]})),
	{name: 'unknown-directive.ovpn', text: withLine('shiny 1'), refused: ['unknown-directive.ovpn line 2: unknown directive "shiny". Remove the line; vks takes the directives of OpenVPN 2.6.']},
	{name: 'login-elsewhere.ovpn', text: withLine('auth-user-pass /etc/vpn/login'), refused: ['login-elsewhere.ovpn line 2: auth-user-pass names no file in this folder. Put the file beside this one and write its name alone, or put its text into a block.']},
	{name: 'login-gone.ovpn', text: withLine('auth-user-pass gone.txt'), refused: ['login-gone.ovpn line 2: auth-user-pass names a file that is not there. Put it beside this one, readable for the user vks runs as']},
	{name: 'block-without-end.ovpn', text: withLine('<tls-auth>', 'half'), refused: ['block-without-end.ovpn line 2: it cannot be read: <tls-auth> has no end. Close it with </tls-auth> on a line of its own']},
	{name: 'end-without-block.ovpn', text: withLine('</tls-auth>'), refused: ['end-without-block.ovpn line 2: it cannot be read: </tls-auth> ends what never began.']},
	{name: 'block-of-rubbish.ovpn', text: withLine(block('tls-crypt', 'rubbish')), refused: ['block-of-rubbish.ovpn line 2: tls-crypt is not valid. Put a static key (-----BEGIN OpenVPN Static key V1-----) there.']},
	{name: 'login-without-tags.ovpn', text: withLine('auth-user-pass', 'somebody', 'hunter-two'), refused: ['line 3: unknown directive, not repeated here because it might be a password.', 'line 4: unknown directive, not repeated']},
	{name: 'proxy-for-one.ovpn', text: ovpn(block('connection', 'remote 192.0.2.1\nhttp-proxy 192.0.2.9 80')), refused: ['proxy-for-one.ovpn line 3: http-proxy: it leads by another host than the server']},
	{name: 'port-out-of-range.ovpn', text: ovpn('remote 192.0.2.1 65536'), refused: ['port-out-of-range.ovpn line 1: remote is not valid. Write `remote ADDRESS PORT udp` or `remote ADDRESS PORT tcp`.']},
	{name: 'remote-with-scope.ovpn', text: ovpn('remote fe80::1%eth0'), refused: ['remote-with-scope.ovpn line 1: remote is not valid. Write an address without an interface:']},
	{name: 'tap.ovpn', text: withLine('dev tap'), refused: ['tap.ovpn line 2: dev is not tun.', 'ask the provider for a file with `dev tun`.']},
	{name: 'utf-16.ovpn', text: Buffer.from(withLine(), 'utf16le'), refused: ['utf-16.ovpn: it is not plain text (it holds zero bytes). Save it as UTF-8.']},
	{name: 'huge.ovpn', text: `${withLine()}#${'x'.repeat(256 * 1024)}`, refused: ['huge.ovpn is larger than 256 KiB, which no OpenVPN file is. Replace it with the file the provider gave.']},
	{name: 'login-read-by-others.ovpn', text: withLine('auth-user-pass open.txt'), beside: {'open.txt': 'somebody\nhunter-two\n'}, notes: ['open.txt can be read by others (mode 0644): chmod 600 FOLDER/open.txt']},
];

/** What must be in no answer: the secrets of these files. */
export const oddSecrets: readonly string[] = [keys.privateKey.slice(0, 12), 'somebody', 'hunter-two', material.key.split('\n')[1]?.slice(0, 12) ?? ''];

export const oddFiles: readonly OddFile[] = [...wireguard, ...openvpn];
