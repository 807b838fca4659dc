/** Reads an .ovpn file. Pure: all that is wrong at once, and nothing of it reaches OpenVPN but what is written anew here. */
import {parseIp, type IpAddress} from '../../net/address.ts';
import type {Endpoint} from '../../net/port.ts';
import type {Problem} from '../../problem.ts';
import {fail, ok, type Result} from '../../result.ts';
import {loadFrom} from '../conf-comments.ts';
import {placeFor} from '../conf-place.ts';
import {confReport, type Report} from '../conf-report.ts';
import {readDns, readNumber} from '../conf-values.ts';
import type {OpenvpnServer} from '../tunnel.ts';
import {collectDirectives, type Collected} from './collect.ts';
import {validityOf} from './certificate.ts';
import {readCredentials} from './credentials.ts';
import {isEncrypted} from './material.ts';
import {parseOvpnLines} from './lines.ts';
import {readRemotes} from './remotes.ts';
import {renderConfig} from './render.ts';

/** What a file that the .ovpn names holds, or why it cannot be read. */
export type Beside = {readonly kind: 'text'; readonly text: string} | {readonly kind: 'unreadable'; readonly why: string};

export interface OvpnFile {
	/** The file's name without `.ovpn`. */
	readonly id: string;
	readonly file: string;
	readonly text: string;
	/** The files it names, by their name in the same folder. */
	readonly beside: ReadonlyMap<string, Beside>;
	readonly changedAtMs?: number;
}

export function parseOvpn({id, file, text, beside, changedAtMs}: OvpnFile): Result<OpenvpnServer, readonly Problem[]> {
	const report = confReport(file);
	if (text.includes('\0')) {
		report.add(null, 'it is not plain text (it holds zero bytes)', 'Save it as UTF-8');
		return fail(report.problems());
	}
	const lines = parseOvpnLines(text);
	const collected = collectDirectives(lines, beside, report);
	const {directives, blocks, material, passed} = collected;
	const remotes = readRemotes(directives, blocks, report);
	const credentials = readCredentials(collected, beside, report);
	const mtu = readTunMtu(collected, report);
	const resolvers = readResolvers(collected, report);
	checkWhole(collected, lines.some(({kind}) => kind === 'unreadable'), report);
	const [first] = remotes;
	if (first === undefined || report.problems().length > 0) return fail(report.problems());
	const comments = lines.flatMap(line => (line.kind === 'comment' ? [line] : []));
	const encrypted = isEncrypted(material.get('key') ?? '');
	return ok({
		kind: 'openvpn',
		id,
		...placeFor(id, comments),
		load: loadFrom(comments),
		remotes,
		endpointHost: first.host,
		endpointPort: first.port,
		resolvers,
		mtu,
		asks: {user: credentials.asked, passphrase: encrypted},
		notes: report.notes,
		fileChangedAtMs: changedAtMs ?? null,
		keyMark: () => null,
		certificate: validityOf(material),
		credentials: () => credentials.found,
		config: (endpoint: Endpoint) => renderConfig({endpoint, passed, material, keyDirection: collected.keyDirection, mtu, asksUser: credentials.asked}),
	});
}

function readTunMtu({directives}: Collected, report: Report): number | null {
	const found = directives.findLast(({name}) => name === 'tun-mtu');
	if (found === undefined) return null;
	const value = readNumber(576, 9000)(found.words[0] ?? '');
	if (!value.ok) report.add(found.line, 'tun-mtu is not valid', `Write ${value.error}`);
	return value.ok ? value.value : null;
}

function readResolvers({directives}: Collected, report: Report): readonly IpAddress[] {
	const found = directives.filter(({name}) => name === 'dhcp-option').flatMap(({line, words: [option = '', value = '']}) => {
		if (!/^DNS6?$/.test(option) || parseIp(value) === null) {
			report.note(`dhcp-option on line ${line} was ignored: vks takes addresses of resolvers only`);
			return [];
		}
		const read = readDns(value);
		if (read.ok && read.value.resolvers.length > 0) return read.value.resolvers;
		report.note(`dhcp-option on line ${line} was ignored: loopback and multicast are not behind the tunnel`);
		return [];
	});
	return [...new Set(found)];
}

/** What no single line can tell. */
function checkWhole({directives, blocks, material, passed}: Collected, cutShort: boolean, report: Report): void {
	const has = (name: string): boolean => directives.some(directive => directive.name === name);
	if (!cutShort && !has('client') && !has('tls-client')) report.add(null, 'there is no `client`', 'Ask the provider for the file of a client, or add the line `client`');
	const broken = report.problems().length > 0;
	if (!broken && !material.has('ca') && !material.has('peer-fingerprint')) report.add(null, 'there is neither <ca> nor <peer-fingerprint>, so any server would be believed', 'Add the certificate of the provider between <ca> and </ca>');
	if (material.has('cert') !== material.has('key') && !broken) report.add(null, `there is a ${material.has('cert') ? 'cert without key' : 'key without cert'}`, 'Add both, or remove both');
	const asks = has('auth-user-pass') || blocks.some(({name}) => name === 'auth-user-pass');
	if (!broken && !material.has('cert') && !asks) report.add(null, 'there is neither a certificate of yours nor auth-user-pass', 'Add `auth-user-pass`, or <cert> and <key>');
	const verified = ['remote-cert-tls', 'remote-cert-eku', 'remote-cert-ku', 'ns-cert-type', 'verify-x509-name'].some(name => passed.some(directive => directive.name === name));
	if (!verified && material.has('ca') && !material.has('peer-fingerprint')) report.note('without remote-cert-tls or verify-x509-name, another customer\'s certificate would be taken for the server\'s');
}
