/** A pcap stream, as tcpdump writes it, to packets. */

const fileHeaderBytes = 24;
const recordHeaderBytes = 16;
/** Little-endian, microseconds: what tcpdump writes on the machines vks runs on. */
const magic = 0xa1b2c3d4;

/** Feed it chunks; it calls back once per whole packet. The buffer handed out is only valid during the call. */
export function pcapReader(onPacket: (packet: Buffer) => void, onHeader: () => void): (chunk: Buffer) => void {
	let rest: Buffer = Buffer.alloc(0);
	let sawHeader = false;
	return chunk => {
		rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
		let offset = 0;
		if (!sawHeader) {
			if (rest.length < fileHeaderBytes) return;
			if (rest.readUInt32LE(0) !== magic) throw new Error('tcpdump wrote something that is not a little-endian pcap');
			sawHeader = true;
			offset = fileHeaderBytes;
			onHeader();
		}
		while (rest.length - offset >= recordHeaderBytes) {
			const end = offset + recordHeaderBytes + rest.readUInt32LE(offset + 8);
			if (rest.length < end) break;
			onPacket(rest.subarray(offset + recordHeaderBytes, end));
			offset = end;
		}
		rest = Buffer.from(rest.subarray(offset));
	};
}
