/** Facts of the kernel as lines, in the words of `ip`, `ss` and `conntrack`. Pure. */
import type {Flow, Link, OpenSocket, Route, RoutingRule, TrackedConnection, TunnelFacts} from '../kernel/kernel.ts';
import type {Tunnel} from '../tunnel/tunnel.ts';

const words = (...parts: ReadonlyArray<string | null | false | undefined>): string => parts.filter(part => typeof part === 'string' && part !== '').join(' ');
const hex = (mark: number): string => `0x${mark.toString(16)}`;

export const linkLines = (links: readonly Link[]): readonly string[] => links.flatMap(({index, name, up, kind, mtu, addresses, xdp}) => [
	words(`${index}: ${name}`, up ? 'up' : 'down', kind, `mtu ${mtu}`, xdp === true && 'xdp'),
	...addresses.map(({address, prefixLength, scope}) => `    ${address}/${prefixLength} ${scope}`),
]);

export const routeLine = ({family, table, destination, kind, gateway, interface: name, metric, ours}: Route): string =>
	words(`table ${table}:`, kind !== 'unicast' && kind, destination ?? (family === 6 ? 'default (IPv6)' : 'default'), gateway !== null && `via ${gateway}`, name !== null && `dev ${name}`, `metric ${metric}`, ours === true && 'of vks');

export const routingRuleLine = ({family, priority, mark, outInterface, table, suppressPrefixLength, to, from, local, special}: RoutingRule): string =>
	words(
		`IPv${family} ${priority}:`, to !== undefined && `to ${to}`, from !== undefined && `${from.transport} from port ${from.port}`, local === true && 'iif lo',
		mark !== null && `fwmark ${hex(mark)}`, outInterface !== null && `oif ${outInterface}`, `lookup ${table}`,
		suppressPrefixLength !== null && `suppress_prefixlength ${suppressPrefixLength}`, special === true && 'and what no rule of vks has',
	);

const end = (address: string, port: number | null): string => (port === null ? address : address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`);
const flowText = ({source, sourcePort, destination, destinationPort}: Flow): string => `${end(source, sourcePort)} > ${end(destination, destinationPort)}`;

export const trackedLine = ({protocol, begun, answered, mark, secondsLeft}: TrackedConnection): string =>
	words(protocol, `${flowText(begun)},`, 'answered', flowText(answered), mark !== 0 && `mark ${hex(mark)}`, secondsLeft !== null && `${secondsLeft} s left`);

export const socketLine = ({protocol, state, flow, uid}: OpenSocket): string => words(protocol, state, flowText(flow), `uid ${uid}`);

/** What `wg show` says, but for its keys. */
export const tunnelLines = ({server, interface: name, implementation, mtu, addresses}: Tunnel, {endpoint, handshakeAtMs, rxBytes, txBytes, keepaliveSeconds}: TunnelFacts, isoTime: (atMs: number) => string): readonly string[] => [
	`${name}: ${implementation}, to ${server.id}, mtu ${mtu}`,
	`addresses: ${addresses.join(', ')}`,
	`endpoint: ${endpoint ?? 'not known'}`,
	`heard: ${handshakeAtMs === null ? 'never' : isoTime(handshakeAtMs)}`,
	`received: ${rxBytes} bytes; sent: ${txBytes} bytes`,
	`keepalive: ${keepaliveSeconds === null ? 'none' : `${keepaliveSeconds} s`}`,
];
