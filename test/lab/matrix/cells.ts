/** The cells of one scene: the whole product of what may differ, thinned by a fixed hash. Pure. */
import {serverPlan, uplinks} from '../../../lab/plan.ts';
import type {Ruleset} from '../../../src/policy/policy.ts';
import {aimed} from './aimed.ts';
import type {Cell, Sender} from './cell.ts';

const {addresses} = uplinks;
const s1 = serverPlan('s1');
const marks = {none: 0, tunnel: 0xca6c, reply: 0xca6d, foreign: 0x51} as const;

/** What each class of destination is called when a state's table is printed. */
const destinations = {
	endpoint: [s1.endpoint.ipv4, s1.endpoint.ipv6],
	'LAN in NETWORK': [addresses.lan.ipv4, '192.168.77.5', 'fd00:77::5', addresses.lan.ipv6],
	'LAN beside it': [addresses.peer.ipv4, addresses.gateway.ipv4, addresses.peer.ipv6, '10.9.9.9'],
	peer: [addresses.secondGateway.ipv4, addresses.secondGateway.ipv6],
	internet: [addresses.internet.ipv4, addresses.internet.ipv6],
	resolver: [s1.gateway.ipv4, s1.gateway.ipv6],
	'other resolver': [addresses.otherResolver.ipv4, addresses.otherResolver.ipv6],
	'link-local': ['169.254.7.7', 'fe80::7'],
	multicast: ['224.0.0.251', '239.1.2.3', 'ff02::fb', 'ff02::1:ff00:7', 'ff05::2'],
	broadcast: ['255.255.255.255', '172.30.7.255'],
	loopback: ['127.0.0.1', '127.0.0.11', '::1'],
	own: [addresses.client.ipv4, addresses.client.ipv6, '10.64.1.2'],
} as const;

const all = Object.values(destinations).flat();
const ports = [51_820, 53, 853, 443, 8080, 9000, 5432, 67] as const;
/** Published ports as a source, and a DHCP client's. */
const sourcePorts = [8080, 9001, 22, 68] as const;
const isSix = (address: string): boolean => address.includes(':');
const onlyOnLink = (address: string): boolean => /^(fe8|ff)/.test(address);
const forMany = (address: string): boolean => /^(ff|22[4-9]\.|23\d\.|255\.)/.test(address) || address.endsWith('.255');

const plain: Cell = {way: 'out', sender: 'app', protocol: 'udp', source: null, sourcePort: null, destination: '', destinationPort: null, icmpType: null, hopLimit: 64, mark: 0, device: null};

const senders: readonly {readonly sender: Sender; readonly mark: number}[] = [
	{sender: 'app', mark: marks.none},
	...(['root', 'net-raw'] as const).flatMap(sender => Object.values(marks).map(mark => ({sender, mark}))),
];

/** Every kind of message to one destination. */
function messages(destination: string): readonly Partial<Cell>[] {
	const streams = forMany(destination) ? (['udp'] as const) : (['tcp', 'udp'] as const);
	return [
		...streams.flatMap(protocol => ports.map(destinationPort => ({protocol, destinationPort}))),
		...streams.flatMap(protocol => sourcePorts.map(sourcePort => ({protocol, sourcePort, destinationPort: sourcePort === 68 ? 67 : 40_000}))),
		isSix(destination) ? {protocol: 'icmpv6', icmpType: 128} : {protocol: 'icmp', icmpType: 8},
		{protocol: 'other'},
		...(isSix(destination) ? [133, 135, 136].map(icmpType => ({protocol: 'icmpv6', icmpType, hopLimit: 255}) as const) : []),
	];
}

/** By sockets: unbound, bound to an interface, or to the tunnel's or the uplink's address. */
function outgoing(): readonly Cell[] {
	return all.flatMap(destination => messages(destination).flatMap(message => senders.flatMap(who => places(destination).map((place): Cell => ({...plain, ...who, ...message, ...place, destination})))))
		.filter(({sender, protocol, icmpType}) => sender !== 'app' || (protocol !== 'other' && (icmpType === null || icmpType === 8 || icmpType === 128)));
}

function places(destination: string): readonly Partial<Cell>[] {
	const bound = ['eth0', 'eth1'].map(device => ({device}));
	if (onlyOnLink(destination)) return bound;
	const local = isSix(destination) ? [addresses.client.ipv6] : ['10.64.1.2', addresses.client.ipv4];
	// A bound address and a bound port are two dimensions too many: the hash leaves one of eight of these.
	return [{}, {}, ...(destination.startsWith('127.') || destination === '::1' ? [] : [...bound, ...local.map(source => ({source}))])];
}

/** By packet sockets, on every interface there is. */
function frames(): readonly Cell[] {
	const raw = senders.filter(({sender}) => sender !== 'app');
	return ['eth0', 'eth1', 'wg0'].flatMap(device => {
		const ip = device === 'wg0' ? [] : ['172.30.7.2', '10.64.1.2'].map((source): Cell => ({...plain, way: 'frame', sender: 'net-raw', protocol: 'arp', source, destination: '172.30.7.3', device}));
		const sent = all.filter(address => device !== 'wg0' || !onlyOnLink(address)).flatMap(destination => messages(destination).flatMap(message => raw.map((who): Cell => ({
			...plain, sourcePort: message.protocol === 'tcp' || message.protocol === 'udp' ? 41_000 : null, ...who, ...message, way: 'frame', destination, device,
			source: isSix(destination) ? addresses.client.ipv6 : addresses.client.ipv4,
		}))));
		// A tunnel takes IP packets without an Ethernet header.
		return device === 'wg0' ? [] : [...ip, ...sent];
	});
}

const arriving: readonly {readonly device: string; readonly sources: readonly string[]}[] = [
	{device: 'eth0', sources: [s1.endpoint.ipv4, addresses.lan.ipv4, addresses.peer.ipv4, '192.168.77.5', addresses.internet.ipv4, 'fd00:77::5', addresses.peer.ipv6, addresses.internet.ipv6, 'fe80::7', '127.0.0.1', addresses.client.ipv4]},
	{device: 'eth1', sources: [addresses.secondGateway.ipv4, addresses.internet.ipv4, addresses.secondGateway.ipv6, addresses.lan.ipv4]},
	{device: 'wg0', sources: [addresses.internet.ipv4, s1.gateway.ipv4, addresses.internet.ipv6, addresses.lan.ipv4]},
];
/** To us, or through us; the last two of each family are somebody else's. */
const receivers = [addresses.client.ipv4, '10.64.1.2', '255.255.255.255', '172.30.7.255', '224.0.0.1', addresses.secondClient.ipv4, addresses.internet.ipv4, addresses.peer.ipv4, addresses.client.ipv6, 'fd64:1::2', 'ff02::1', addresses.internet.ipv6, addresses.peer.ipv6];

function incoming(): readonly Cell[] {
	return arriving.flatMap(({device, sources}) => sources.flatMap(source => receivers.filter(receiver => isSix(receiver) === isSix(source)).flatMap(destination => [
		...(['tcp', 'udp'] as const).flatMap(protocol => [8080, 9000, 9001, 22, 6881, 53, 68, 443].flatMap(destinationPort => [40_100, 51_820, 67, 5432].map(sourcePort => ({protocol, destinationPort, sourcePort})))),
		...(isSix(source) ? [{protocol: 'icmpv6', icmpType: 128}, ...[134, 135, 136].flatMap(icmpType => [64, 255].map(hopLimit => ({protocol: 'icmpv6', icmpType, hopLimit}) as const))] as const : [{protocol: 'icmp', icmpType: 8}, {protocol: 'icmp', icmpType: 3}] as const),
		{protocol: 'other'} as const,
	].map((message): Cell => ({...plain, sender: 'root', ...message, way: 'in', source, destination, device})))));
}

/** Answers to what was let out or in before. Ports of their own, so that no other cell's connection is met. */
function answers(): readonly Cell[] {
	const outThenIn = [
		{destination: s1.endpoint.ipv4, destinationPort: 51_820, mark: marks.tunnel, device: 'eth0', mine: addresses.client.ipv4},
		{destination: addresses.lan.ipv4, destinationPort: 443, mark: 0, device: 'eth0', mine: addresses.client.ipv4},
		{destination: addresses.peer.ipv4, destinationPort: 443, mark: 0, device: 'eth0', mine: addresses.client.ipv4},
		{destination: addresses.secondGateway.ipv4, destinationPort: 5432, mark: 0, device: 'eth1', mine: addresses.secondClient.ipv4},
		{destination: addresses.internet.ipv4, destinationPort: 443, mark: 0, device: 'wg0', mine: '10.64.1.2'},
		{destination: s1.gateway.ipv4, destinationPort: 53, mark: 0, device: 'wg0', mine: '10.64.1.2'},
		{destination: addresses.internet.ipv6, destinationPort: 443, mark: 0, device: 'wg0', mine: 'fd64:1::2'},
		{destination: addresses.lan.ipv6, destinationPort: 443, mark: 0, device: 'eth0', mine: addresses.client.ipv6},
	].map(({destination, destinationPort, mark, device, mine}, index): Cell => {
		const after = {...plain, sender: 'root', destination, destinationPort, sourcePort: 42_000 + index, mark} as const;
		return {...plain, sender: 'root', way: 'in', source: destination, sourcePort: destinationPort, destination: mine, destinationPort: 42_000 + index, device, after};
	});
	const inThenOut = [addresses.lan.ipv4, addresses.peer.ipv4, addresses.internet.ipv4, addresses.peer.ipv6].flatMap((source, index) => [9001, 9002].map((door): Cell => {
		const mine = isSix(source) ? addresses.client.ipv6 : addresses.client.ipv4;
		const after = {...plain, sender: 'root', way: 'in', source, sourcePort: 43_000 + index, destination: mine, destinationPort: door, device: 'eth0'} as const;
		return {...plain, source: mine, sourcePort: door, destination: source, destinationPort: 43_000 + index, after};
	}));
	const forwarded: Cell = {...plain, sender: 'root', way: 'in', source: addresses.internet.ipv4, sourcePort: 44_000, destination: '10.64.1.2', destinationPort: 6881, device: 'wg0'};
	const {after: _none, ...request} = forwarded;
	return [...outThenIn, ...inThenOut, forwarded, {...plain, source: '10.64.1.2', sourcePort: 6881, destination: addresses.internet.ipv4, destinationPort: 44_000, after: request}];
}

/** Sockets and frames first: what arrives is answered by the kernel, and those answers would be counted with them. */
export function cellsOf(scene: string, ruleset: Ruleset): readonly Cell[] {
	const [leaving, coming] = aimed(ruleset);
	return [...leaving, ...thinned(outgoing(), scene, 170), ...thinned(frames(), scene, 70), ...onLoopback(), ...coming, ...thinned(incoming(), scene, 100), ...answers()];
}

const onLoopback = (): readonly Cell[] => ['127.0.0.1', '::1'].map((address): Cell => ({...plain, way: 'frame', sender: 'net-raw', source: address, sourcePort: 41_000, destination: address, destinationPort: 443, device: 'lo'}));

function thinned(cells: readonly Cell[], seed: string, keep: number): readonly Cell[] {
	const share = keep / cells.length;
	return cells.filter((_, index) => hash(`${seed} ${index}`) < share);
}

/** FNV-1a, from 0 to 1. */
function hash(text: string): number {
	let value = 0x811c_9dc5;
	for (const char of text) value = Math.imul(value ^ (char.codePointAt(0) ?? 0), 0x0100_0193) >>> 0;
	value = Math.imul(value ^ (value >>> 15), 0x2c1b_3c6d) >>> 0;
	return ((value ^ (value >>> 13)) >>> 0) / 0x1_0000_0000;
}
