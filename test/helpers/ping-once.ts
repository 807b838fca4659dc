/**
 * Sends one ICMP echo request to the address given, with the mark given if any, and exits with 0 once it was answered, 1 after
 * a second without. With `on` after the mark it goes on asking and says a line for each that was refused. Run inside a
 * namespace, as root.
 */
import koffi from 'koffi';

const [afInet, sockRaw, ipprotoIcmp, solSocket, soRcvtimeo, soMark] = [2, 3, 1, 1, 20, 36] as const;
const identifier = process.pid & 0xffff;

function checksum(bytes: Buffer): number {
	let sum = 0;
	for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
	while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

interface Pinger {
	ask(): boolean;
	isAnswered(): boolean;
}

function openPinger(address: string, mark: number): Pinger {
	const libc = koffi.load('libc.so.6');
	const descriptor = Number(libc.func('int socket(int, int, int)')(afInet, sockRaw, ipprotoIcmp));
	const oneSecond = Buffer.alloc(16);
	oneSecond.writeUInt32LE(1, 0);
	const setOption = libc.func('int setsockopt(int, int, int, const uint8_t *, uint32_t)');
	setOption(descriptor, solSocket, soRcvtimeo, oneSecond, oneSecond.length);
	const wanted = Buffer.alloc(4);
	wanted.writeUInt32LE(mark, 0);
	setOption(descriptor, solSocket, soMark, wanted, wanted.length);
	const target = Buffer.alloc(16);
	target.writeUInt16LE(afInet, 0);
	Buffer.from(address.split('.').map(Number)).copy(target, 4);
	const request = Buffer.alloc(40);
	request.writeUInt8(8, 0);
	request.writeUInt16BE(identifier, 4);
	request.writeUInt16BE(checksum(request), 2);
	const send = libc.func('long sendto(int, const uint8_t *, size_t, int, const uint8_t *, uint32_t)');
	const receive = libc.func('long recv(int, _Out_ uint8_t *, size_t, int)');
	const packet = Buffer.alloc(2048);
	return {
		ask: () => Number(send(descriptor, request, request.length, 0, target, target.length)) >= 0,
		isAnswered() {
			for (;;) {
				const length = Number(receive(descriptor, packet, packet.length, 0));
				if (length < 0) return false;
				const icmp = packet.subarray((packet.readUInt8(0) & 0x0f) * 4, length);
				if (icmp.readUInt8(0) === 0 && icmp.readUInt16BE(4) === identifier) return true;
			}
		},
	};
}

function main([address = '', mark = '0', on]: readonly string[]): void {
	const pinger = openPinger(address, Number(mark));
	if (on === 'on') setInterval(() => void (pinger.ask() || process.stdout.write('refused\n')), 20);
	else process.exit(pinger.ask() && pinger.isAnswered() ? 0 : 1);
}

if (import.meta.main) main(process.argv.slice(2));
