/** Arbitrary valid configurations: exactly the values that parsing can produce, over their whole range. */
import fc from 'fast-check';
import {parseOffer} from '../../src/tunnel/gluetun/choice.ts';
import type {AttachWish, Config, GatewayPermission, HealthTarget, InboundPort, LanPermission, ManagementPath, PeerPermission, ProviderWish} from '../../src/config/config.ts';
import {doubtAbout, parseOpenableRange, parseResolver} from '../../src/config/parse-addresses.ts';
import {parseEgress} from '../../src/config/parse-egress.ts';
import {entryText, type EgressEntry} from '../../src/egress/egress-policy.ts';
import {parseCommand} from '../../src/config/parse-command.ts';
import {lanText, parseLan} from '../../src/config/parse-lan.ts';
import {healthTargetText} from '../../src/config/parse-health.ts';
import {parseMetrics} from '../../src/config/parse-readers.ts';
import {parseTunnelAddresses} from '../../src/config/parse-provider.ts';
import {isDnsPort} from '../../src/config/parse-permissions.ts';
import {mergeCidrs, type Cidr} from '../../src/net/cidr.ts';
import type {Numbers} from '../../src/policy/policy.ts';
import {nameBeside} from '../../src/policy/slots.ts';
import {cidr, interfaceName, ipv4, ipv6, port, privateCidr, transport} from './arbitrary-net.ts';

const sources: fc.Arbitrary<readonly Cidr[]> = fc.array(fc.oneof(privateCidr, cidr), {maxLength: 3}).map(mergeCidrs);

/** Mostly what people write; now and then an operator who insisted, up to every address there is. */
const networks: fc.Arbitrary<Pick<Config, 'network' | 'unsafeNetwork'>> = fc
	.oneof({weight: 3, arbitrary: fc.array(privateCidr, {maxLength: 6})}, {weight: 1, arbitrary: fc.array(fc.oneof(privateCidr, cidr), {maxLength: 6})})
	.map(list => mergeCidrs(list.filter(range => parseOpenableRange(range).ok)))
	.map(network => ({network, unsafeNetwork: network.filter(range => doubtAbout(range) !== null)}));

const span = fc.tuple(port, port).map(([a, b]) => ({first: a < b ? a : b, last: a < b ? b : a}));
const lanPermission: fc.Arbitrary<LanPermission> = fc
	.record({direction: fc.constantFrom('in', 'out', 'both'), range: privateCidr, protocol: fc.constantFrom(null, 'tcp', 'udp', 'icmp', 'icmpv6'), ports: fc.option(span)})
	.map(({protocol, ports, ...rest}): LanPermission => ({...rest, protocol, ports: protocol === 'tcp' || protocol === 'udp' ? ports : null}))
	.filter(permission => parseLan(lanText(permission)).ok);

const egressEntry: fc.Arbitrary<EgressEntry> = fc.tuple(fc.integer({min: 1, max: 9999}), fc.constantFrom('api.example.com', '*.example.org', 'xn--bcher-kva.example'), fc.uniqueArray(port.filter(number => !isDnsPort(number)), {maxLength: 4}))
	.map(([uid, name, ports]) => parseEgress(`uid ${uid} ${name} ${ports.join(' ')}`.trim())).filter(parsed => parsed.ok).map(({value}) => value);

const inboundPort: fc.Arbitrary<InboundPort> = fc.record({port, transport, on: fc.constantFrom('uplink', 'tunnel'), from: sources});

const peer: fc.Arbitrary<PeerPermission> = fc.record({
	interface: interfaceName,
	destination: privateCidr,
	transport,
	port: port.filter(number => !isDnsPort(number)),
});

const gateway: fc.Arbitrary<GatewayPermission> = fc.record({interface: interfaceName, range: privateCidr});

const management: fc.Arbitrary<ManagementPath | null> = fc.option(fc.record({from: sources.filter(list => list.length > 0), port}));

const mark = fc.oneof(fc.integer({min: 1, max: 0xffff_ffff}), fc.constantFrom(1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff));
const table = mark.filter(number => number < 252 || number > 255);
/** One that leaves the next one free too. */
const twoOf = (number: fc.Arbitrary<number>) => number.filter(first => first !== 0xffff_ffff && first !== 251);
const isOneOf = (first: number) => (number: number): boolean => number === first || number === first + 1;
const pair = (number: fc.Arbitrary<number>) => fc.tuple(number, number).filter(([a, b]) => a !== b);

const numbers: fc.Arbitrary<Numbers> = fc
	.record({marks: pair(mark), probeMark: twoOf(mark), tables: pair(table), probeTable: twoOf(table), nflogGroup: fc.integer({min: 1, max: 0xffff})})
	.map(({marks: [tunnelMark, replyMark], tables: [uplinkTable, tunnelTable], ...rest}) => ({tunnelMark, replyMark, uplinkTable, tunnelTable, ...rest}))
	.filter(({tunnelMark, replyMark, uplinkTable, tunnelTable, probeMark, probeTable}) => ![tunnelMark, replyMark].some(isOneOf(probeMark)) && ![uplinkTable, tunnelTable].some(isOneOf(probeTable)));

const path = fc.stringMatching(/^(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]{0,11}){1,5}$/);
const server = fc.string({unit: 'grapheme', minLength: 1, maxLength: 20}).filter(name => name === name.trim() && !/[\p{Cc}/]|\.(?:conf|ovpn)$|^$/u.test(name));
const exitUrl = fc.webUrl({validSchemes: ['http', 'https']}).filter(url => URL.canParse(url)).map(url => new URL(url).href);

const place = fc.stringMatching(/^[A-Z][A-Za-z .-]{0,30}[a-z]$/);
const apiAddresses = fc.array(ipv4.filter(address => parseResolver(address).ok), {minLength: 1, maxLength: 3});

const provider: fc.Arbitrary<ProviderWish> = fc.record({
	name: fc.constantFrom('folder', 'nordvpn', 'mullvad'),
	countries: fc.array(place, {maxLength: 3}),
	cities: fc.array(place, {maxLength: 3}),
	groups: fc.array(place, {maxLength: 1}),
	randomTop: fc.integer({min: 0, max: 200}),
	addresses: ipv4.map(address => parseTunnelAddresses(`${address}/32`)).map(parsed => (parsed.ok ? parsed.value : [])),
	api: fc.record({nordvpn: apiAddresses, mullvad: apiAddresses}),
});

const behindTunnel = fc.oneof(ipv4, ipv6).filter(ip => parseResolver(ip).ok);
const healthTarget: fc.Arbitrary<HealthTarget> = fc.oneof(
	behindTunnel.map(address => ({kind: 'ping', address}) as const),
	fc.tuple(behindTunnel, port.filter(number => !isDnsPort(number))).map(([address, number]) => ({kind: 'connect', address, port: number}) as const),
);

const commandWord = fc.string({minLength: 1, maxLength: 20}).filter(word => parseCommand(JSON.stringify([word])).ok);
const offer = fc.tuple(fc.constantFrom('country:', 'city:', 'hostname:'), place).map(([by, name]) => parseOffer(`${by}${name}`)).filter(each => each !== null);
const endpoint = fc.record({address: fc.oneof(ipv4, ipv6).filter(ip => parseResolver(ip).ok), port, transport});

const attach: fc.Arbitrary<AttachWish> = fc.record({
	to: fc.constantFrom('gluetun' as const, 'external' as const),
	interface: fc.option(interfaceName),
	endpoints: fc.uniqueArray(endpoint, {maxLength: 3, selector: each => JSON.stringify(each)}),
	uid: fc.integer({min: 0, max: 0xffff_fffe}),
	gluetun: fc.record({address: fc.record({host: ipv4.filter(ip => ip.startsWith('127.')), port}), offers: fc.uniqueArray(offer, {maxLength: 3, selector: each => each.id.toLowerCase()})}),
	command: fc.option(fc.tuple(commandWord, commandWord).map(([program, word]) => [program, word] as const)),
});

/** Beside somebody else's tunnel there is none of our own, nor a route for others; and what is asked through it is named. */
function beside(config: Config): Config {
	const wish = config.attach;
	if (wish === null) return config;
	const [first] = config.resolvers;
	const name = wish.interface;
	const to = first === undefined ? 'gluetun' : wish.to;
	const taken = name !== null && (name === config.uplink || config.peers.some(each => each.interface === name));
	return {
		...config, server: null, gateway: [], egress: [], provider: {...config.provider, name: 'folder'},
		portForward: {...config.portForward, by: config.portForward.gateway === null ? 'off' : config.portForward.by},
		attach: {...wish, to, command: to === 'gluetun' ? null : wish.command, interface: taken ? null : name},
	};
}

const metrics = fc.constantFrom('off', '127.0.0.1:9586', '127.9.8.7:65535', '[::1]:1', 'unix:/run/vks/metrics.sock').map(parseMetrics).map(parsed => (parsed.ok ? parsed.value : null));
const hook = fc.tuple(commandWord, fc.array(fc.oneof(commandWord, fc.constantFrom('{port}', '--port={port}', '$(id)', 'a b')), {maxLength: 4})).map(([program, words]): readonly [string, ...string[]] => [program, ...words]);

export const validConfig: fc.Arbitrary<Config> = fc
	.record({
		tunnelFolder: path,
		server: fc.option(server),
		secretFiles: fc.record({user: fc.option(path), password: fc.option(path), passphrase: fc.option(path), nordvpnToken: fc.option(path), wireguardKey: fc.option(path), gluetunKey: fc.option(path), gluetunUser: fc.option(path), gluetunPassword: fc.option(path), notifyToken: fc.option(path)}),
		attach: fc.option(attach, {freq: 2}),
		provider,
		networks,
		resolvers: fc.uniqueArray(fc.oneof(ipv4, ipv6).filter(ip => parseResolver(ip).ok), {maxLength: 4}),
		dockerDns: fc.boolean(),
	latency: fc.boolean(),
	rotateEveryMs: fc.option(fc.integer({min: 300, max: 2_592_000}).map(seconds => seconds * 1000)),
	keyMaxAgeMs: fc.option(fc.integer({min: 1, max: 3650}).map(days => days * 86_400_000)),
	rotateBy: fc.constantFrom('rank' as const, 'random' as const),
		ipv6: fc.constantFrom('auto' as const, 'block' as const),
		lan: fc.uniqueArray(lanPermission, {maxLength: 4, selector: lanText}),
		egress: fc.uniqueArray(egressEntry, {maxLength: 3, selector: entryText}),
		inboundPorts: fc.uniqueArray(inboundPort, {maxLength: 5, selector: each => `${each.port}/${each.transport}@${each.on}`}),
		inboundRates: fc.record({perSource: fc.option(fc.integer({min: 1, max: 100_000})), perPort: fc.option(fc.integer({min: 1, max: 100_000}))}),
		portForward: fc.record({by: fc.constantFrom('off' as const, 'nat-pmp' as const), gateway: fc.option(ipv4.filter(ip => parseResolver(ip).ok)), hook: fc.option(hook), file: fc.option(path)}),
		peers: fc.uniqueArray(peer, {maxLength: 4, selector: each => Object.values(each).join(' ')}),
		gateway: fc.uniqueArray(gateway, {maxLength: 2, selector: each => Object.values(each).join(' ')}),
		management,
		uplink: fc.oneof(fc.constant('auto' as const), interfaceName),
		tunnelInterface: interfaceName,
		dhcp: fc.boolean(),
		exitUrl: fc.option(exitUrl),
		rttEveryMs: fc.option(fc.integer({min: 2, max: 3600}).map(seconds => seconds * 1000)),
		healthTargets: fc.oneof(fc.constant('auto' as const), fc.uniqueArray(healthTarget, {maxLength: 8, selector: healthTargetText})),
		failover: fc.oneof(fc.constantFrom('auto' as const, null), fc.integer({min: 1, max: 20})),
		drillEveryMs: fc.option(fc.integer({min: 60, max: 2_592_000}).map(seconds => seconds * 1000)),
		drillOnLeak: fc.constantFrom('lockdown' as const, 'report' as const),
		drillWhoami: fc.option(fc.domain()),
		metrics,
		notify: fc.option(fc.record({url: exitUrl, format: fc.constantFrom('json' as const, 'ntfy' as const)})),
		stateFolder: path,
		runFolder: path,
		resolvConf: path,
		firewallBackend: fc.constantFrom('auto' as const, 'libnftables' as const, 'nft' as const),
		logLevel: fc.constantFrom('debug' as const, 'info' as const, 'warn' as const, 'error' as const),
		keepMs: fc.integer({min: 1, max: 525_600}).map(minutes => minutes * 60_000),
		keepDrops: fc.integer({min: 0, max: 10_000}),
		keepJournal: fc.integer({min: 0, max: 20_000}),
		journalTo: fc.constantFrom('log' as const, 'memory' as const),
		numbers,
	})
	.map(({networks: opened, ...rest}) => beside({...rest, ...opened}))
	.filter(({portForward: {file}, stateFolder, runFolder}) => file === null || ![stateFolder, runFolder].some(folder => `${file}/`.startsWith(`${folder}/`)))
	.filter(({tunnelInterface, uplink, peers, gateway: behind}) =>
		[tunnelInterface, nameBeside(tunnelInterface)].every(name => name !== uplink && ![...peers, ...behind].some(each => each.interface === name)));
