/** Frames through AF_PACKET over every link outside the tunnel, as NET_RAW allows. Run in the client; argument: the tunnel's name. */
import {uplinks} from '../../lab/plan.ts';
import {linksBut} from './links.ts';
import {AF_PACKET, openNative, SOCK_RAW} from './native.ts';

const {client, internet} = uplinks.addresses;
const toEverybody = 'ffffffffffff';
const from = '020000000002';

/** IEEE 802 local experimental 1: nobody else on the link sends it. */
const strange = Buffer.concat([Buffer.from(`${toEverybody}${from}88b5`, 'hex'), Buffer.alloc(50)]);
const datagram = Buffer.concat([Buffer.from(`${toEverybody}${from}0800`, 'hex'), ipv4Packet()]);

/** UDP to the internet's echo port; without a checksum, as UDP over IPv4 may be. */
function ipv4Packet(): Buffer {
	const packet = Buffer.alloc(48);
	packet.set([0x45, 0, 0, packet.length, 0, 1, 0, 0, 64, 17, 0, 0, ...addressBytes(client.ipv4), ...addressBytes(internet.ipv4)]);
	let sum = 0;
	for (let offset = 0; offset < 20; offset += 2) sum += packet.readUInt16BE(offset);
	packet.writeUInt16BE(~((sum & 0xffff) + (sum >>> 16)) & 0xffff, 10);
	packet.writeUInt16BE(4_000, 20);
	packet.writeUInt16BE(7, 22);
	packet.writeUInt16BE(28, 24);
	return packet;
}

function addressBytes(address: string): readonly number[] {
	return address.split('.').map(Number);
}

export function main(tunnel: string): void {
	const native = openNative();
	const fd = native.socket(AF_PACKET, SOCK_RAW);
	setInterval(() => {
		for (const name of linksBut(tunnel)) {
			for (const frame of [strange, datagram]) {
				// struct sockaddr_ll, linux/if_packet.h.
				const to = Buffer.alloc(20);
				to.writeUInt16LE(AF_PACKET, 0);
				frame.copy(to, 2, 12, 14);
				to.writeInt32LE(native.indexOf(name), 4);
				native.sendTo(fd, frame, to);
			}
		}
	}, 40);
	process.once('SIGTERM', () => process.exit(0));
}

if (import.meta.main) main(process.argv[2] ?? '');
