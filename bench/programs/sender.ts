/**
 * Sends datagrams without pause and notes when the kernel refuses one. Run in the client's namespace; one order per line on
 * stdin, answers on stdout. The system call is made directly, so that the time is that of the packet and not of an event loop.
 */
import {writeSync} from 'node:fs';
import {createInterface} from 'node:readline';
import koffi from 'koffi';
import {z} from 'zod';
import {orderSchema, type Answer, type Order} from './sender-orders.ts';

const everyMs = 0.15;
const [afInet, afInet6, sockDgram, sockNonblock] = [2, 10, 2, 0o4000];

const libc = koffi.load('libc.so.6');
const openSocket = libc.func('int socket(int, int, int)') as (...values: readonly number[]) => number;
const sendto = libc.func('long sendto(int, const uint8_t *, size_t, int, const uint8_t *, uint32_t)') as (...values: readonly unknown[]) => number | bigint;
const payload = Buffer.alloc(64, 'v');
const pause = new Int32Array(new SharedArrayBuffer(4));
const say = (answer: Answer): void => void writeSync(1, `${JSON.stringify(answer)}\n`);

/** Null when the kernel took the packet; otherwise the errno. */
function senderTo(address: string, port: number): () => number | null {
	const isIpv6 = address.includes(':');
	const fd = openSocket(isIpv6 ? afInet6 : afInet, sockDgram | sockNonblock, 0);
	const target = isIpv6 ? ipv6Target(address, port) : ipv4Target(address, port);
	return () => (Number(sendto(fd, payload, payload.length, 0, target, target.length)) > 0 ? null : koffi.errno());
}

function ipv4Target(address: string, port: number): Buffer {
	const target = Buffer.alloc(16);
	target.writeUInt16LE(afInet, 0);
	target.writeUInt16BE(port, 2);
	Buffer.from(address.split('.').map(Number)).copy(target, 4);
	return target;
}

function ipv6Target(address: string, port: number): Buffer {
	const target = Buffer.alloc(28);
	target.writeUInt16LE(afInet6, 0);
	target.writeUInt16BE(port, 2);
	const [head = [], tail = []] = address.split('::').map(half => half.split(':').filter(group => group !== ''));
	const groups = [...head, ...Array.from({length: 8 - head.length - tail.length}, () => '0'), ...tail];
	groups.forEach((group, index) => target.writeUInt16BE(Number.parseInt(group, 16), 8 + index * 2));
	return target;
}

/** Calls `turn` at the rate until it says that it is done, or the time is up. */
function pace(maxMs: number, turn: () => boolean): boolean {
	const deadline = performance.now() + maxMs;
	while (performance.now() < deadline) {
		if (turn()) return true;
		Atomics.wait(pause, 0, 0, everyMs);
	}
	return false;
}

function carryOut({order, to, maxMs}: Order): Answer {
	const sends = to.map(({address, port}) => senderFor(address, port));
	switch (order) {
		case 'until-accepted': {
			let inARow = 0;
			const done = pace(maxMs, () => (inARow = sends.every(send => send() === null) ? inARow + 1 : 0) >= 5);
			return done ? {event: 'accepted'} : {event: 'timeout'};
		}
		case 'until-refused': {
			const refused = sends.map((): {atNs: string; errno: number} | null => null);
			let sent = 0;
			say({event: 'sending'});
			const done = pace(maxMs, () => {
				sends.forEach((send, index) => {
					const errno = send();
					if (errno === null) sent += 1;
					else refused[index] ??= {atNs: String(process.hrtime.bigint()), errno};
				});
				return refused.every(moment => moment !== null);
			});
			return done ? {event: 'refused', moments: refused.filter(moment => moment !== null), sent} : {event: 'timeout'};
		}
		case 'window': {
			let [openedNs, closedNs, accepted] = ['', '', 0];
			say({event: 'sending'});
			const done = pace(maxMs, () => {
				const refusedAll = sends.map(send => send()).every(errno => errno !== null);
				if (!refusedAll) accepted += 1;
				if (!refusedAll && openedNs === '') openedNs = String(process.hrtime.bigint());
				if (refusedAll && openedNs !== '') closedNs = String(process.hrtime.bigint());
				return closedNs !== '';
			});
			return done ? {event: 'window', openedNs, closedNs, accepted} : {event: 'timeout'};
		}
	}
}

const opened = new Map<string, () => number | null>();
function senderFor(address: string, port: number): () => number | null {
	const key = `${address} ${port}`;
	const send = opened.get(key) ?? senderTo(address, port);
	opened.set(key, send);
	return send;
}

say({event: 'ready'});
for await (const line of createInterface({input: process.stdin})) say(carryOut(z.parse(orderSchema, JSON.parse(line))));
