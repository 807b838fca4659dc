/** Arbitrary valid configurations: exactly the values that parsing can produce, over their whole range. */
import fc from 'fast-check';
import type {Config, GatewayPermission, InboundPort, LanPermission, ManagementPath, PeerPermission, ProviderWish} from '../../src/config/config.ts';
import {doubtAbout, parseOpenableRange, parseResolver} from '../../src/config/parse-addresses.ts';
import {lanText, parseLan} from '../../src/config/parse-lan.ts';
import {parseTunnelAddresses} from '../../src/config/parse-provider.ts';
import {isDnsPort} from '../../src/config/parse-permissions.ts';
import {mergeCidrs, type Cidr} from '../../src/net/cidr.ts';
import type {Numbers} from '../../src/policy/policy.ts';
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
const pair = (number: fc.Arbitrary<number>) => fc.tuple(number, number).filter(([a, b]) => a !== b);

const numbers: fc.Arbitrary<Numbers> = fc
	.record({marks: pair(mark), tables: pair(table), nflogGroup: fc.integer({min: 1, max: 0xffff})})
	.map(({marks: [tunnelMark, replyMark], tables: [uplinkTable, tunnelTable], nflogGroup}) => ({tunnelMark, replyMark, uplinkTable, tunnelTable, nflogGroup}));

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

export const validConfig: fc.Arbitrary<Config> = fc
	.record({
		tunnelFolder: path,
		server: fc.option(server),
		secretFiles: fc.record({user: fc.option(path), password: fc.option(path), passphrase: fc.option(path), nordvpnToken: fc.option(path), wireguardKey: fc.option(path)}),
		provider,
		networks,
		resolvers: fc.uniqueArray(fc.oneof(ipv4, ipv6).filter(ip => parseResolver(ip).ok), {maxLength: 4}),
		dockerDns: fc.boolean(),
	latency: fc.boolean(),
		ipv6: fc.constantFrom('auto' as const, 'block' as const),
		lan: fc.uniqueArray(lanPermission, {maxLength: 4, selector: lanText}),
		inboundPorts: fc.uniqueArray(inboundPort, {maxLength: 5, selector: each => `${each.port}/${each.transport}@${each.on}`}),
		inboundRates: fc.record({perSource: fc.option(fc.integer({min: 1, max: 100_000})), perPort: fc.option(fc.integer({min: 1, max: 100_000}))}),
		peers: fc.uniqueArray(peer, {maxLength: 4, selector: each => Object.values(each).join(' ')}),
		gateway: fc.uniqueArray(gateway, {maxLength: 2, selector: each => Object.values(each).join(' ')}),
		management,
		uplink: fc.oneof(fc.constant('auto' as const), interfaceName),
		tunnelInterface: interfaceName,
		dhcp: fc.boolean(),
		exitUrl: fc.option(exitUrl),
		rttEveryMs: fc.option(fc.integer({min: 2, max: 3600}).map(seconds => seconds * 1000)),
		drillEveryMs: fc.option(fc.integer({min: 60, max: 2_592_000}).map(seconds => seconds * 1000)),
		drillOnLeak: fc.constantFrom('lockdown' as const, 'report' as const),
		drillWhoami: fc.option(fc.domain()),
		stateFolder: path,
		runFolder: path,
		resolvConf: path,
		firewallBackend: fc.constantFrom('auto' as const, 'libnftables' as const, 'nft' as const),
		logLevel: fc.constantFrom('debug' as const, 'info' as const, 'warn' as const, 'error' as const),
		numbers,
	})
	.map(({networks: opened, ...rest}) => ({...rest, ...opened}))
	.filter(({tunnelInterface, uplink, peers, gateway: behind}) => tunnelInterface !== uplink && ![...peers, ...behind].some(each => each.interface === tunnelInterface));
