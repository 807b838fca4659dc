/** Bound UDP sockets. One per address: a dual-stack wildcard socket answers from whatever address the route prefers. */
import {createSocket} from 'node:dgram';
import type {RemoteInfo, Socket} from 'node:dgram';
import {setTimeout as sleep} from 'node:timers/promises';

type OnMessage = (message: Buffer, from: RemoteInfo, socket: Socket) => void;

const attempts = 400;

/** Tries for about two seconds: the lab starts its services while addresses are still being set. */
export async function bindUdp(address: string, port: number, onMessage: OnMessage): Promise<void> {
	for (let attempt = 1; ; attempt += 1) {
		try {
			return await bindOnce(address, port, onMessage);
		} catch (error) {
			if (attempt >= attempts) throw error;
			await sleep(5);
		}
	}
}

const bindOnce = (address: string, port: number, onMessage: OnMessage): Promise<void> =>
	new Promise((resolve, reject) => {
		const socket = createSocket({type: address.includes(':') ? 'udp6' : 'udp4', recvBufferSize: 1 << 20});
		socket.once('error', error => {
			socket.close();
			reject(error);
		});
		socket.on('message', (message, from) => onMessage(message, from, socket));
		socket.bind(port, address, () => {
			socket.removeAllListeners('error');
			socket.on('error', () => undefined);
			resolve();
		});
	});
