/** The rules of what is open for a time, as packets. That time is up is no packet's doing: `test/contract/inside/leases.inside.ts`. */
import type {Given, Row} from './policy-rows.ts';

const [up, fromUp] = [{outInterface: 'eth0'}, {inInterface: 'eth0'}] as const;
const answered = {connection: 'established', connectionDirection: 'reply'} as const;

interface Permission {
	readonly id: number;
	readonly direction: 'out' | 'in';
	readonly host: string;
	readonly protocol: NonNullable<Given['protocol']>;
	/** What tells a request, and what tells its answer. */
	readonly request: Given;
	readonly answer: Given;
	/** What else the sending socket must have. */
	readonly sender?: Given;
}

function rowsOf({id, direction, host, protocol, request, answer, sender = {}}: Permission): readonly Row[] {
	const [there, back] = [{destination: host, protocol}, {source: host, protocol}] as const;
	const name = (part: string): string => `exception-${id}-${part}`;
	return direction === 'out'
		? [
			['minimal', 'excepted', 'output', name('out'), 'accept', {...up, ...there, ...request, ...sender}],
			['minimal', 'excepted', 'input', name('answers'), 'accept', {...fromUp, ...back, ...answer, ...answered}],
			['minimal', 'excepted', 'egress', name('egress'), 'accept', {...up, ...there, ...request}],
		]
		: [
			['minimal', 'excepted', 'input', name('in'), 'accept', {...fromUp, ...back, ...request}],
			['minimal', 'excepted', 'output', name('answers'), 'accept', {...up, ...there, ...answer, ...answered}],
			['minimal', 'excepted', 'egress', name('egress'), 'accept', {...up, ...there, ...answer}],
		];
}

/** As `pinholes` in situations.ts has them. */
const pinholeRows = (id: number, host: string): readonly Row[] => [
	['minimal', 'bootstrapping', 'prerouting', `bootstrap-${id}-mark`, 'mark 51820', {...fromUp, source: host, protocol: 'tcp', sourcePort: 443}],
	['minimal', 'bootstrapping', 'output', `bootstrap-${id}-out`, 'accept', {...up, destination: host, protocol: 'tcp', destinationPort: 443, mark: 51_820, uid: 0}],
	['minimal', 'bootstrapping', 'input', `bootstrap-${id}-answers`, 'accept', {...fromUp, source: host, protocol: 'tcp', sourcePort: 443, connection: 'established'}],
	['minimal', 'bootstrapping', 'egress', `bootstrap-${id}-egress`, 'accept', {...up, destination: host, protocol: 'tcp', destinationPort: 443, mark: 51_820}],
];

/** As `echoes` in situations.ts has them. */
const echoRows = (id: number, protocol: 'icmp' | 'icmpv6', [request, reply]: readonly [number, number], host: string): readonly Row[] => [
	['careful', 'measuring', 'prerouting', `latency-${id}-mark`, 'mark 51820', {...fromUp, source: host, protocol, icmpType: reply, ...answered}],
	['careful', 'measuring', 'output', `latency-${id}-out`, 'accept', {...up, destination: host, protocol, icmpType: request, mark: 51_820, uid: 0}],
	['careful', 'measuring', 'input', `latency-${id}-answers`, 'accept', {...fromUp, source: host, protocol, icmpType: reply, ...answered}],
	['careful', 'measuring', 'egress', `latency-${id}-egress`, 'accept', {...up, destination: host, protocol, icmpType: request, mark: 51_820}],
];

const service = (port: number): {readonly request: Given; readonly answer: Given} => ({request: {destinationPort: port}, answer: {sourcePort: port}});

export const exceptionRows: readonly Row[] = [
	...rowsOf({id: 1, direction: 'out', host: '192.168.9.20', protocol: 'tcp', ...service(5432), sender: {uid: 1000}}),
	...rowsOf({id: 2, direction: 'in', host: '192.168.9.77', protocol: 'udp', ...service(5353)}),
	...rowsOf({id: 3, direction: 'out', host: '192.168.9.1', protocol: 'icmp', request: {icmpType: 8}, answer: {icmpType: 0}}),
	...rowsOf({id: 4, direction: 'out', host: 'fd00:9::77', protocol: 'tcp', ...service(443)}),
	...rowsOf({id: 5, direction: 'in', host: 'fd00:9::1', protocol: 'icmpv6', request: {icmpType: 128}, answer: {icmpType: 129}}),
	...echoRows(1, 'icmp', [8, 0], '198.51.100.21'),
	...echoRows(1, 'icmp', [8, 0], '203.0.113.30'),
	...echoRows(2, 'icmpv6', [128, 129], '2001:db8:53::10'),
	...pinholeRows(1, '203.0.113.80'),
	...pinholeRows(2, '2001:db8:80::1'),
];
