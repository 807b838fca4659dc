/** One packet of the matrix: how it is made, as plain data that crosses a pipe. */
export type Sender = 'root' | 'app' | 'net-raw';

export interface Cell {
	/** `out` by an ordinary socket, `frame` past all of them by AF_PACKET, `in` from the other end of the interface. */
	readonly way: 'out' | 'frame' | 'in';
	readonly sender: Sender;
	readonly protocol: 'tcp' | 'udp' | 'icmp' | 'icmpv6' | 'other' | 'arp';
	readonly source: string | null;
	readonly sourcePort: number | null;
	readonly destination: string;
	readonly destinationPort: number | null;
	readonly icmpType: number | null;
	readonly hopLimit: number;
	readonly mark: number;
	/** The interface a socket is bound to, a frame is put on, or a packet arrives at. */
	readonly device: string | null;
	/** What has to be sent before, and the other way, for this one to be an answer. */
	readonly after?: Omit<Cell, 'after'>;
}

/** Neither TCP nor UDP nor ICMP: what no rule names (ESP, RFC 4303). */
export const otherProtocol = 50;

/** A frame on loopback meets nothing on its way out, and comes back in. */
export const arrives = ({way, device}: Cell): boolean => way === 'in' || (way === 'frame' && device === 'lo');

export const uidOf = (sender: Sender): number => (sender === 'root' ? 0 : 65_534);

export function describeCell({way, sender, protocol, source, sourcePort, destination, destinationPort, icmpType, hopLimit, mark, device, after}: Cell): string {
	return [
		way, sender, protocol, `${source ?? '*'}:${sourcePort ?? '*'} > ${destination}:${destinationPort ?? '*'}`,
		...(icmpType === null ? [] : [`type ${icmpType}`]), ...(hopLimit === 64 ? [] : [`hops ${hopLimit}`]),
		...(mark === 0 ? [] : [`mark 0x${mark.toString(16)}`]), ...(device === null ? [] : [`on ${device}`]),
		...(after === undefined ? [] : [`answering [${describeCell(after)}]`]),
	].join(' ');
}
