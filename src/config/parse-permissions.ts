/** The small grammars of permissions: inbound ports, peers, and the management path. */
import {mergeCidrs, type Cidr} from '../net/cidr.ts';
import {loopback, parseInterfaceName} from '../net/interface-name.ts';
import {parsePort, type Port, type Transport} from '../net/port.ts';
import {ok} from '../result.ts';
import type {GatewayPermission, InboundPort, ManagementPath, PeerPermission} from './config.ts';
import {doubtAbout, parseOpenableRange, parseRange} from './parse-addresses.ts';
import {all, faulty, type Parsed} from './parse-text.ts';

/** `8080/tcp`, `6881/udp@tunnel`, `9000/tcp from 192.168.1.0/24 192.168.2.0/24` */
export function parseInboundPort(text: string): Parsed<InboundPort> {
	const found = /^(?<port>\d+)\/(?<transport>tcp|udp)(?:@(?<on>uplink|tunnel))?(?:\s+from\s+(?<from>.+))?$/i.exec(text)?.groups;
	if (found === undefined) return faulty({value: text, wrong: 'is not an inbound port'});
	const port = portOf(found['port']);
	if (port === null) return noSuchPort(text);
	const from = parseSources(found['from']);
	if (!from.ok) return from;
	const on = found['on']?.toLowerCase() === 'tunnel' ? 'tunnel' : 'uplink';
	return ok({port, transport: transportOf(found['transport']), on, from: from.value});
}

/** `eth1 172.31.0.0/24 tcp 5432` */
export function parsePeer(text: string): Parsed<PeerPermission> {
	const found = /^(?<name>\S+)\s+(?<range>\S+)\s+(?<transport>tcp|udp)\s+(?<port>\d+)$/i.exec(text)?.groups;
	if (found === undefined) return faulty({value: text, wrong: 'is not a peer'});
	const name = parseInterfaceName(found['name'] ?? '');
	if (name === null || name === loopback) return faulty({value: text, wrong: 'does not name an interface of another network'});
	const destination = parseOpenableRange(found['range'] ?? '');
	if (!destination.ok) return destination;
	const doubt = doubtAbout(destination.value);
	if (doubt !== null) return faulty({value: destination.value, wrong: doubt, right: 'Peers are private networks beside the tunnel: name the range of that network.'});
	const port = portOf(found['port']);
	if (port === null) return noSuchPort(text);
	if (isDnsPort(port)) return faulty({value: text, wrong: 'asks for DNS, which is refused everywhere outside the tunnel', right: 'Remove it, or name the address in /etc/hosts.'});
	return ok({interface: name, destination: destination.value, transport: transportOf(found['transport']), port});
}

/** `eth1 172.31.0.0/24` */
export function parseGateway(text: string): Parsed<GatewayPermission> {
	const [name = '', word = '', ...rest] = text.split(/\s+/);
	if (word === '' || rest.length > 0) return faulty({value: text, wrong: 'is not an interface and a range'});
	const device = parseInterfaceName(name);
	if (device === null || device === loopback) return faulty({value: text, wrong: 'does not name an interface that hosts are behind'});
	const range = parseOpenableRange(word);
	if (!range.ok) return range;
	const doubt = doubtAbout(range.value);
	return doubt === null ? ok({interface: device, range: range.value}) : faulty({value: range.value, wrong: doubt, right: 'Name the private range of the hosts that are routed through vks.'});
}

/** `tcp 22 from 192.168.1.10`. The range is not optional: this way stays open in lockdown. */
export function parseManagement(text: string): Parsed<ManagementPath | null> {
	if (text === '') return ok(null);
	const found = /^tcp\s+(?<port>\d+)(?:\s+from\s+(?<from>.+))?$/i.exec(text)?.groups;
	if (found === undefined) return faulty({value: text, wrong: 'is not a management path'});
	const port = portOf(found['port']);
	if (port === null) return noSuchPort(text);
	if (found['from'] === undefined) return faulty({value: text, wrong: 'does not say from where'});
	const from = parseSources(found['from']);
	return from.ok ? ok({from: from.value, port}) : from;
}

export const isDnsPort = (port: Port): boolean => [53, 853].includes(port);

function parseSources(text: string | undefined): Parsed<readonly Cidr[]> {
	const ranges = all((text ?? '').split(/\s+/).filter(word => word !== '').map(parseRange));
	return ranges.ok ? ok(mergeCidrs(ranges.value)) : ranges;
}

const portOf = (digits: string | undefined): Port | null => parsePort(digits ?? '');
const noSuchPort = (text: string): Parsed<never> => faulty({value: text, wrong: 'has a port that is not from 1 to 65535'});
const transportOf = (word: string | undefined): Transport => (word?.toLowerCase() === 'udp' ? 'udp' : 'tcp');
