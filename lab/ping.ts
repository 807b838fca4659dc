/** ICMP echo through the kernel's unprivileged ping socket, so that no `ping` program is needed. */
import koffi from 'koffi';

const afInet = 2;
const sockDgram = 2;
const sockNonblockCloexec = 0o4000 | 0o2000000;
const ipprotoIcmp = 1;

type Native = (...values: readonly unknown[]) => unknown;
type OpenPing = (address: string) => () => boolean;

/** Loads what it needs now; the socket it opens later belongs to whoever the process is by then. */
export function preparePing(): OpenPing {
	const libc = koffi.load('libc.so.6');
	const socket = libc.func('int socket(int, int, int)');
	const sendto = libc.func('long sendto(int, const uint8_t *, size_t, int, const uint8_t *, uint32_t)');
	return address => openPing(address, socket, sendto);
}

/** The returned function sends one echo request and says whether the kernel took it. */
function openPing(address: string, socket: Native, sendto: Native): () => boolean {
	const descriptor: unknown = socket(afInet, sockDgram | sockNonblockCloexec, ipprotoIcmp);
	if (typeof descriptor !== 'number' || descriptor < 0) return () => false;
	const target = Buffer.alloc(16);
	target.writeUInt16LE(afInet, 0);
	Buffer.from(address.split('.').map(Number)).copy(target, 4);
	const request = Buffer.alloc(40);
	request.writeUInt8(8, 0);
	let sequence = 0;
	return () => {
		sequence = (sequence + 1) & 0xffff;
		request.writeUInt16BE(sequence, 6);
		// The kernel fills in the identifier and the checksum.
		return Number(sendto(descriptor, request, request.length, 0, target, target.length)) > 0;
	};
}
