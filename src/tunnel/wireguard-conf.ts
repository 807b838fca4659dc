/** Reads an ordinary wg-quick file. Pure: all that is wrong at once, and keys only inside `settings`. */
import {fail, ok, type Result} from '../result.ts';
import {familyOf, type Family} from '../net/address.ts';
import type {Cidr} from '../net/cidr.ts';
import {loadFrom} from './conf-comments.ts';
import {parseConfLines} from './conf-lines.ts';
import type {Section} from './conf-keys.ts';
import {placeFor} from './conf-place.ts';
import {confReport, type Report} from './conf-report.ts';
import {collectSettings, type Settings} from './conf-settings.ts';
import {isLoopbackHost, readAddresses, readDns, readEndpoint, readKeepalive, readKey, readNumber, readRanges, routedByDefault, type Read} from './conf-values.ts';
import type {LinkAddress} from '../kernel/kernel.ts';
import type {Problem} from '../problem.ts';
import {keyMark} from './key-mark.ts';
import type {WireguardServer} from './tunnel.ts';

/** `id` is the file's name without `.conf`; `file` is what problems call it. */
export interface ConfFile {
	readonly id: string;
	readonly file: string;
	readonly text: string;
	readonly changedAtMs?: number;
}

export function parseWireguardConf({id, file, text, changedAtMs}: ConfFile): Result<WireguardServer, readonly Problem[]> {
	const report = confReport(file);
	if (text.includes('\0')) {
		report.add(null, 'it is not plain text (it holds zero bytes)', 'Save it as UTF-8');
		return fail(report.problems());
	}
	const lines = parseConfLines(text);
	const settings = collectSettings(lines, report);
	const values = readValues(settings, report);
	if (values === null || report.problems().length > 0) return fail(report.problems());
	const {privateKey, publicKey, presharedKey, listenPort, keepaliveSeconds, endpoint, ...plain} = values;
	return ok({
		kind: 'wireguard',
		id,
		...placeFor(id, lines),
		load: loadFrom(lines),
		...plain,
		endpointHost: endpoint.host,
		endpointPort: endpoint.port,
		notes: report.notes,
		fileChangedAtMs: changedAtMs ?? null,
		keyMark: salt => keyMark(salt, privateKey),
		certificate: null,
		settings: (to, mark) => ({privateKey, listenPort, mark, peer: {publicKey, presharedKey, endpoint: to, allowedIps: plain.allowedIps, keepaliveSeconds}}),
	});
}

/** Null when something required is missing or wrong, which `report` then says. */
function readValues(settings: Settings, report: Report) {
	const read = readerFor(settings, report);
	const privateKey = read.one('PrivateKey', readKey, 'Interface');
	const addresses = read.each('Address', readAddresses, 'Interface')?.flat();
	const dns = read.each('DNS', readDns) ?? [];
	const mtu = read.one('MTU', readNumber(576, 65_535));
	const listenPort = read.one('ListenPort', readNumber(0, 65_535));
	const publicKey = read.one('PublicKey', readKey, 'Peer');
	const presharedKey = read.one('PresharedKey', readKey);
	const endpoint = read.one('Endpoint', readEndpoint, 'Peer');
	const ranges = read.each('AllowedIPs', readRanges, 'Peer')?.flat();
	const keepaliveSeconds = read.one('PersistentKeepalive', readKeepalive);
	if (privateKey === null || publicKey === null || endpoint === null || addresses === undefined || ranges === undefined) return null;
	// The kernel takes IPv6 away from a link below RFC 8200's least MTU.
	if (mtu !== null && mtu < 1280 && addresses.some(({address}) => familyOf(address) === 6)) {
		report.add(settings.byKey.get('MTU')?.[0]?.line ?? null, 'MTU is too small for the IPv6 address', 'Write 1280 or more, or remove the IPv6 address');
	}
	noteDns(dns, report);
	if (isLoopbackHost(endpoint.host)) report.note('Endpoint is on loopback: the policy opens nothing for what listens there and what it sends on');
	const families = defaultFamilies(addresses, ranges);
	if (families.length === 0) report.note('AllowedIPs holds no default route (0.0.0.0/0 or ::/0) for which there is an Address: only part of the traffic could use this tunnel');
	return {
		privateKey,
		publicKey,
		presharedKey,
		endpoint,
		addresses: uniqueBy(addresses, item => item.address),
		resolvers: uniqueBy(dns.flatMap(item => item.resolvers), item => item),
		allowedIps: uniqueBy(ranges, item => item),
		mtu,
		listenPort: listenPort === 0 ? null : listenPort,
		keepaliveSeconds,
		families,
	};
}

function readerFor(settings: Settings, report: Report) {
	/** All values of a key; undefined when it is required and absent, or when one is wrong. */
	const each = <T>(name: string, read: Read<T>, requiredIn?: Section): readonly T[] | undefined => {
		const found = settings.byKey.get(name) ?? [];
		if (found.length === 0 && requiredIn !== undefined && settings.sections.has(requiredIn)) report.add(null, `${name} is missing`, `Add ${name} below [${requiredIn}]`);
		const values = found.flatMap(({line, value}) => {
			const result = read(value);
			if (result.ok) return [result.value];
			report.add(line, `${name} is not valid`, `Write ${result.error}`);
			return [];
		});
		return values.length === found.length && (found.length > 0 || requiredIn === undefined) ? values : undefined;
	};
	return {each, one: <T>(name: string, read: Read<T>, requiredIn?: Section): T | null => each(name, read, requiredIn)?.[0] ?? null};
}

function noteDns(dns: readonly {readonly searchDomains: number; readonly unreachable: number}[], report: Report): void {
	const domains = dns.reduce((sum, item) => sum + item.searchDomains, 0);
	const unreachable = dns.reduce((sum, item) => sum + item.unreachable, 0);
	if (domains > 0) report.note(`${domains} DNS search domain${domains === 1 ? '' : 's'} ignored: vks takes resolver addresses only`);
	if (unreachable > 0) report.note(`${unreachable} DNS resolver${unreachable === 1 ? '' : 's'} ignored: loopback and multicast are not behind the tunnel`);
}

const defaultFamilies = (addresses: readonly LinkAddress[], ranges: readonly Cidr[]): readonly Family[] =>
	routedByDefault(ranges).filter(family => addresses.some(item => item.scope === 'global' && familyOf(item.address) === family));

function uniqueBy<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
	return [...new Map(items.map(item => [keyOf(item), item])).values()];
}
