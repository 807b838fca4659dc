/** One match as nft text, and as a predicate over a packet. The two are written side by side so that they stay the same. */
import {cidrContains, cidrFamily, type Cidr} from '../net/cidr.ts';
import {inSpan, spanText, type PortSpan} from '../net/port.ts';
import {renderPace} from './pace.ts';
import {nftProtocol} from './lease.ts';
import type {Packet} from './packet.ts';
import type {Match} from './policy.ts';

/** Renders a match in nft syntax, in a fixed order of terms. Addresses of one match are of one family. */
export function renderMatch(match: Match): string {
	const terms = [
		match.inInterface && `iifname ${names(match.inInterface)}`,
		match.outInterface && `oifname ${names(match.outInterface)}`,
		match.etherType && `ether type ${match.etherType}`,
		match.disguised && `meta protocol ${match.disguised} ether type != ${match.disguised}`,
		match.arpSource && `arp saddr ip ${oneOrSet(match.arpSource)}`,
		match.family && `meta nfproto ipv${match.family}`,
		match.source && `${keyword(match.source)} saddr ${oneOrSet(match.source)}`,
		match.destination && `${keyword(match.destination)} daddr ${oneOrSet(match.destination)}`,
		match.hopLimit !== undefined && `ip6 hoplimit ${match.hopLimit}`,
		...transport(match),
		match.synOnly && 'tcp flags & (syn | rst) == syn',
		match.held && `${match.held.family === 4 ? 'ip' : 'ip6'} daddr . tcp dport @${match.held.set}`,
		match.diverted && 'ct status dnat',
		match.lease !== undefined && `meta l4proto @${match.lease}`,
		match.connection && `ct state ${oneOrSet(match.connection)}`,
		match.connectionDirection && `ct direction ${match.connectionDirection}`,
		match.connectionMark !== undefined && `ct mark ${hex(match.connectionMark)}`,
		match.mark !== undefined && `meta mark ${hex(match.mark)}`,
		match.uid !== undefined && `meta skuid ${match.uid}`,
		match.pace && renderPace(match.pace),
	];
	return terms.filter(term => typeof term === 'string').join(' ');
}

/** Whether the packet meets every term of the match. */
export function matches(match: Match, packet: Packet): boolean {
	return (
		within(match.inInterface, packet.inInterface)
		&& within(match.outInterface, packet.outInterface)
		&& (match.etherType === undefined || match.etherType === packet.etherType)
		// A packet here is what it says it is.
		&& match.disguised === undefined
		&& (match.arpSource === undefined || (packet.etherType === 'arp' && withinRanges(match.arpSource, packet.source)))
		&& (match.family === undefined || match.family === packet.family)
		&& withinRanges(match.source, packet.source)
		&& withinRanges(match.destination, packet.destination)
		&& (match.hopLimit === undefined || match.hopLimit === packet.hopLimit)
		&& within(match.protocol, packet.protocol)
		&& within(match.sourcePorts, packet.sourcePort)
		&& within(match.destinationPorts, packet.destinationPort)
		&& withinSpan(match.sourceSpan, packet.sourcePort)
		&& withinSpan(match.destinationSpan, packet.destinationPort)
		// One packet is within every limit.
		&& (match.pace === undefined || match.pace.family === packet.family)
		// A packet here has no flags; such a rule decides nothing.
		&& (match.synOnly === undefined || packet.connection === 'new')
		&& within(match.icmpTypes, packet.icmpType)
		&& within(match.connection, packet.connection)
		&& (match.connectionDirection === undefined || match.connectionDirection === packet.connectionDirection)
		&& (match.connectionMark === undefined || match.connectionMark === packet.connectionMark)
		&& (match.mark === undefined || match.mark === packet.mark)
		&& (match.uid === undefined || match.uid === packet.uid)
		&& (match.diverted === undefined || packet.diverted === true)
		&& (match.held === undefined || (packet.protocol === 'tcp' && packet.family === match.held.family && packet.heldIn?.includes(match.held.set) === true))
	);
}

function transport(match: Match): readonly (string | false)[] {
	const {protocol, sourcePorts, destinationPorts, sourceSpan, destinationSpan, icmpTypes} = match;
	if (protocol === undefined) return [];
	const [only] = protocol;
	const word = protocol.length === 1 && only !== undefined ? only : 'th';
	if (icmpTypes) return [`${word} type ${oneOrSet(icmpTypes)}`];
	return [
		(word === 'th' || !(sourcePorts ?? destinationPorts ?? sourceSpan ?? destinationSpan)) && `meta l4proto ${oneOrSet(protocol.map(nftProtocol))}`,
		sourcePorts !== undefined && `${word} sport ${oneOrSet(sourcePorts)}`,
		destinationPorts !== undefined && `${word} dport ${oneOrSet(destinationPorts)}`,
		sourceSpan !== undefined && `${word} sport ${spanText(sourceSpan)}`,
		destinationSpan !== undefined && `${word} dport ${spanText(destinationSpan)}`,
	];
}

const keyword = ([first]: readonly Cidr[]): string => (first !== undefined && cidrFamily(first) === 6 ? 'ip6' : 'ip');
const names = (values: readonly string[]): string => oneOrSet(values.map(name => `"${name}"`));
const hex = (value: number): string => `0x${value.toString(16)}`;

function oneOrSet(values: readonly (string | number)[]): string {
	return values.length === 1 ? String(values[0]) : `{ ${values.join(', ')} }`;
}

function within<T>(wanted: readonly T[] | undefined, actual: T | null): boolean {
	return wanted === undefined || (actual !== null && wanted.includes(actual));
}

const withinSpan = (span: PortSpan | undefined, port: Packet['sourcePort']): boolean => span === undefined || (port !== null && inSpan(span, port));

function withinRanges(ranges: readonly Cidr[] | undefined, address: Packet['source']): boolean {
	return ranges === undefined || (address !== null && ranges.some(range => cidrContains(range, address)));
}
