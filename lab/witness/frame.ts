/** One captured frame (Linux cooked capture v2) to what a person wants to know about it. Pure. */
import {BlockList} from 'node:net';
import {endpointOf, openvpnPlans} from '../openvpn-plan.ts';
import {nearDestinations, permittedPort, serverPlans, uplinks} from '../plan.ts';

export type FrameKind = 'endpoint' | 'link' | 'permitted' | 'outside';

export interface Sample {
	readonly src: string;
	readonly dst: string;
	/** `tcp`, `udp`, `icmp`, `icmpv6`, an IP protocol number, or the ethertype of what is not IP. */
	readonly protocol: string;
	/** The destination port, or null where there is none. */
	readonly port: number | null;
	/** Of an ICMP error over IPv4: its type and code, and where the packet came from that it complains of. */
	readonly error?: {readonly type: number; readonly code: number; readonly about: string};
}

export interface Frame extends Sample {
	readonly kind: FrameKind;
	readonly interfaceIndex: number;
	readonly sourcePort: number | null;
}

const cookedHeaderBytes = 20;
const loopbackIndex = 1;
const endpointTuples = new Set(
	[
		...serverPlans.flatMap(({endpoint, port}) => [`17 ${endpoint.ipv4} ${port}`, `17 ${endpoint.ipv6} ${port}`]),
		...openvpnPlans.map(plan => `${plan.transport === 'udp' ? 17 : 6} ${endpointOf(plan)} ${plan.port}`),
	],
);
const near = nearList();
const protocolNames = new Map([
	[1, 'icmp'],
	[2, 'igmp'],
	[6, 'tcp'],
	[17, 'udp'],
	[58, 'icmpv6'],
]);

function nearList(): BlockList {
	const list = new BlockList();
	for (const family of ['ipv4', 'ipv6'] as const) {
		for (const range of nearDestinations[family]) {
			const [address = '', prefix = '32'] = range.split('/');
			list.addSubnet(address, Number(prefix), family);
		}
	}
	return list;
}

export function parseFrame(packet: Buffer): Frame | null {
	if (packet.length < cookedHeaderBytes) return null;
	const etherType = packet.readUInt16BE(0);
	const interfaceIndex = packet.readUInt32BE(4);
	const body = packet.subarray(cookedHeaderBytes);
	if (etherType === 0x0800 && body.length >= 20) return parseIpv4(body, interfaceIndex);
	if (etherType === 0x86dd && body.length >= 40) return parseIpv6(body, interfaceIndex);
	const protocol = etherType === 0x0806 ? 'arp' : `0x${etherType.toString(16).padStart(4, '0')}`;
	const src = packet.subarray(12, 18).toString('hex');
	return {kind: protocol === 'arp' ? 'link' : 'outside', interfaceIndex, src, dst: '', protocol, port: null, sourcePort: null};
}

/** The capture's own flush mark, sent on the isp's loopback. */
export const isSentinel = (frame: Frame, port: number): boolean =>
	frame.interfaceIndex === loopbackIndex && frame.port === port;

function parseIpv4(body: Buffer, interfaceIndex: number): Frame {
	const headerBytes = (body.readUInt8(0) & 0x0f) * 4;
	const fragmented = (body.readUInt16BE(6) & 0x1fff) !== 0;
	const number = body.readUInt8(9);
	const src = [...body.subarray(12, 16)].join('.');
	const dst = [...body.subarray(16, 20)].join('.');
	return classify({number, src, dst, interfaceIndex, payload: fragmented ? Buffer.alloc(0) : body.subarray(headerBytes), family: 'ipv4'});
}

function parseIpv6(body: Buffer, interfaceIndex: number): Frame {
	let number = body.readUInt8(6);
	let payload = body.subarray(40);
	// A multicast listener report carries a router-alert option before its ICMPv6 header.
	if (number === 0 && payload.length >= 8) {
		number = payload.readUInt8(0);
		payload = payload.subarray((payload.readUInt8(1) + 1) * 8);
	}
	const src = renderIpv6(body.subarray(8, 24));
	const dst = renderIpv6(body.subarray(24, 40));
	return classify({number, src, dst, interfaceIndex, payload, family: 'ipv6'});
}

interface Packet {
	readonly number: number;
	readonly src: string;
	readonly dst: string;
	readonly interfaceIndex: number;
	readonly payload: Buffer;
	readonly family: 'ipv4' | 'ipv6';
}

function classify({number, src, dst, interfaceIndex, payload, family}: Packet): Frame {
	const hasPorts = (number === 6 || number === 17) && payload.length >= 4;
	const sourcePort = hasPorts ? payload.readUInt16BE(0) : null;
	const port = hasPorts ? payload.readUInt16BE(2) : null;
	const type = payload.length > 0 ? payload.readUInt8(0) : -1;
	const protocol = protocolNames.get(number) ?? String(number);
	const isControl =
		number === 2 ||
		(number === 58 && (type === 143 || (type >= 130 && type <= 137))) ||
		(number === 17 && ((sourcePort === 68 && port === 67) || (sourcePort === 546 && port === 547)));
	const isLink = isControl && near.check(dst, family);
	const isEndpoint = endpointTuples.has(`${number} ${dst} ${port}`);
	const isPermitted = number === 17 && dst === uplinks.addresses.lan.ipv4 && port === permittedPort;
	const kind = isLink ? 'link' : isEndpoint ? 'endpoint' : isPermitted ? 'permitted' : 'outside';
	const error = number === 1 ? errorIn(payload) : undefined;
	return {kind, interfaceIndex, src, dst, protocol, port, sourcePort, ...(error === undefined ? {} : {error})};
}

const [unreachable, timeExceeded, parameterProblem] = [3, 11, 12];

/** RFC 792: eight bytes, then the header of the packet that was not delivered and eight bytes of what it carried. */
function errorIn(icmp: Buffer): Sample['error'] {
	const [type = -1, code = -1] = icmp;
	const quoted = icmp.subarray(8);
	if (![unreachable, timeExceeded, parameterProblem].includes(type) || quoted.length < 28) return undefined;
	const headerBytes = (quoted.readUInt8(0) & 0x0f) * 4;
	const port = quoted.length >= headerBytes + 2 ? quoted.readUInt16BE(headerBytes) : null;
	return {type, code, about: `${quoted.readUInt8(9)} ${[...quoted.subarray(12, 16)].join('.')} ${port}`};
}

/** A kernel's word to a tunnel's server that a packet of that server was not delivered. */
export const isEndpointsOwn = ({dst, error}: Sample): boolean => error !== undefined && endpointTuples.has(error.about) && error.about.split(' ')[1] === dst;

/** RFC 5952: the longest run of zeros, at least two groups, becomes `::`. */
function renderIpv6(bytes: Buffer): string {
	const groups = Array.from({length: 8}, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
	const runs = [...groups.map(group => (group === '0' ? '0' : 'x')).join('').matchAll(/00+/g)];
	const longest = runs.toSorted((a, b) => b[0].length - a[0].length)[0];
	if (longest === undefined) return groups.join(':');
	const end = longest.index + longest[0].length;
	return `${groups.slice(0, longest.index).join(':')}::${groups.slice(end).join(':')}`;
}
