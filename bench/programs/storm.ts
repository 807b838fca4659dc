/**
 * Sends datagrams at a rate, one after another to each target, and says at the end how many: for what the firewall refuses.
 * Run in the client's namespace with `--rate N --seconds N --to ADDRESS:PORT …`. The system call is made directly: an event
 * loop's own sockets would cost more than what is measured.
 */
import {parseArgs} from 'node:util';
import koffi from 'koffi';

const tickMs = 2;
const [afInet, sockDgram, sockNonblock] = [2, 2, 0o4000];
const {values} = parseArgs({options: {rate: {type: 'string'}, seconds: {type: 'string'}, to: {type: 'string', multiple: true}, uid: {type: 'string'}}});
const [rate, seconds] = [Number(values.rate), Number(values.seconds)];
if (values.uid !== undefined) process.setuid?.(Number(values.uid));

const libc = koffi.load('libc.so.6');
const openSocket = libc.func('int socket(int, int, int)') as (...numbers: readonly number[]) => number;
const sendto = libc.func('long sendto(int, const uint8_t *, size_t, int, const uint8_t *, uint32_t)') as (...parts: readonly unknown[]) => number | bigint;
const socket = openSocket(afInet, sockDgram | sockNonblock, 0);
const payload = Buffer.alloc(64, 'v');
const targets = (values.to ?? []).map(target => {
	const [address = '', port = ''] = target.split(':');
	const bytes = Buffer.alloc(16);
	bytes.writeUInt16LE(afInet, 0);
	bytes.writeUInt16BE(Number(port), 2);
	Buffer.from(address.split('.').map(Number)).copy(bytes, 4);
	return bytes;
});

function storm(): void {
	let [sent, owed, last] = [0, 0, performance.now()];
	const endMs = last + seconds * 1000;
	const timer = setInterval(() => {
		const now = performance.now();
		owed = Math.min(owed + ((now - last) * rate) / 1000, rate / 10);
		last = now;
		for (; owed >= 1; owed -= 1) {
			const target = targets[sent % targets.length];
			if (target !== undefined) sendto(socket, payload, payload.length, 0, target, target.length);
			sent += 1;
		}
		if (now < endMs) return;
		clearInterval(timer);
		process.stdout.write(`${JSON.stringify({sent})}\n`);
	}, tickMs);
}

storm();
