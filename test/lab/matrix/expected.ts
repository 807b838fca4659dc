/** What the policy's own evaluation says of a cell. Pure. */
import {familyOf, parseIp, type IpAddress} from '../../../src/net/address.ts';
import {parsePort} from '../../../src/net/port.ts';
import {nic} from '../../helpers/situations.ts';
import type {Packet} from '../../../src/policy/packet.ts';
import {wayIn, wayOfFrame, wayOut, type Way, type World} from '../../../src/policy/way.ts';
import {uidOf, type Cell} from './cell.ts';

export function expectedOf(world: World, cell: Cell): Way {
	const packet = packetOf(cell, cell.after === undefined ? null : expectedOf(world, cell.after));
	const destination = address(cell.destination);
	switch (cell.way) {
		case 'out':
			return wayOut(world, {...packet, destination, bound: cell.device === null ? null : nic(cell.device)});
		case 'frame':
			return wayOfFrame(world, packet, nic(cell.device ?? ''));
		case 'in':
			return wayIn(world, {...packet, destination, source: address(cell.source ?? ''), inInterface: nic(cell.device ?? '')});
	}
}

/** An answer belongs to a connection when what it answers was let pass. */
function packetOf(cell: Cell, before: Way | null): Packet {
	const tracked = before?.verdict === 'accept';
	const family = familyOf(address(cell.destination));
	const errors = cell.protocol === 'icmp' && cell.icmpType === 3;
	const discovery = cell.protocol === 'icmpv6' && (cell.icmpType ?? 0) >= 133;
	return {
		inInterface: null,
		outInterface: null,
		etherType: cell.protocol === 'arp' ? 'arp' : family === 4 ? 'ip' : 'ip6',
		family: cell.protocol === 'arp' ? null : family,
		source: cell.source === null ? null : address(cell.source),
		destination: cell.protocol === 'arp' ? null : address(cell.destination),
		protocol: cell.protocol === 'other' || cell.protocol === 'arp' ? null : cell.protocol,
		sourcePort: cell.sourcePort === null ? null : parsePort(cell.sourcePort),
		destinationPort: cell.destinationPort === null ? null : parsePort(cell.destinationPort),
		icmpType: cell.icmpType,
		hopLimit: cell.hopLimit,
		mark: cell.mark,
		uid: cell.way === 'out' ? uidOf(cell.sender) : null,
		connection: tracked ? 'established' : discovery ? 'untracked' : errors ? 'invalid' : 'new',
		connectionDirection: tracked ? 'reply' : discovery || errors ? null : 'original',
		connectionMark: tracked ? before.packet.connectionMark : 0,
	};
}

function address(text: string): IpAddress {
	const parsed = parseIp(text);
	if (parsed === null) throw new Error(`${text} is no address`);
	return parsed;
}
