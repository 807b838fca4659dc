/** Moves bytes over TCP as fast as they go, as either end. One order per line on stdin, one answer to each. */
import {once} from 'node:events';
import {connect, createServer, type Socket} from 'node:net';
import {createInterface} from 'node:readline';
import {z} from 'zod';
import {bulkOrderSchema, type BulkOrder, type Direction} from './bulk-orders.ts';

interface Moving {
	readonly socket: Socket;
	readonly direction: Direction;
}

const chunk = Buffer.alloc(256 * 1024, 'v');
const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

async function pour(socket: Socket): Promise<void> {
	while (!socket.destroyed) if (!socket.write(chunk)) await once(socket, 'drain').catch(() => undefined);
}

/** A record of TLS's handshake: whoever begins so wants to be sent something (RFC 8446, 5.1). */
const handshake = 22;

async function serve(port: number): Promise<void> {
	const server = createServer(socket => {
		socket.on('error', () => undefined).once('data', first => {
			if (first[0] === 'd'.charCodeAt(0) || first[0] === handshake) void pour(socket);
			else socket.resume();
		});
	}).listen(port, '0.0.0.0');
	await once(server, 'listening');
}

async function move({host, port, direction}: Extract<BulkOrder, {order: 'move'}>): Promise<Moving> {
	const socket = connect({host, port});
	await once(socket, 'connect');
	socket.on('error', () => undefined).write(direction === 'down' ? 'd' : 'u');
	if (direction === 'down') socket.resume();
	else void pour(socket);
	return {socket, direction};
}

/** What was handed to the kernel, and not what waits here. */
const bytesOf = ({socket, direction}: Moving): number => (direction === 'down' ? socket.bytesRead : socket.bytesWritten - socket.writableLength);

async function main(): Promise<void> {
	let moving: Moving | null = null;
	say({event: 'ready'});
	for await (const line of createInterface({input: process.stdin})) {
		const order = z.parse(bulkOrderSchema, JSON.parse(line));
		if (order.order === 'serve') await serve(order.port);
		if (order.order === 'move') moving = await move(order);
		if (order.order === 'stop') moving?.socket.destroy();
		say(order.order === 'count' && moving !== null ? {bytes: bytesOf(moving), atMs: performance.now()} : {event: order.order});
	}
}

await main();
