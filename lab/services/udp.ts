/** Bound UDP sockets. One per address: a dual-stack wildcard socket answers from whatever address the route prefers. */
import {createSocket} from 'node:dgram';
import type {RemoteInfo, Socket} from 'node:dgram';
import {networkInterfaces} from 'node:os';
import {setTimeout as sleep} from 'node:timers/promises';

type OnMessage = (message: Buffer, from: RemoteInfo, socket: Socket) => void;

/** The lab waits no longer for what serves there: see `hangsAfterMs`, whose file would bring packages into every start. */
const addressWithinMs = 90_000;

/** The lab starts its services while addresses are still being set, which takes as long as the machine is busy. */
export async function bindUdp(address: string, port: number, onMessage: OnMessage): Promise<void> {
	const deadline = performance.now() + addressWithinMs;
	while (performance.now() < deadline && !isOwn(address)) await sleep(5);
	await bindOnce(address, port, onMessage);
}

/**
 * A namespace without any address has no routing table yet, and the kernel then takes every address for a broadcast
 * one: `bind` succeeds, and the answers leave from whatever address the route prefers (inet_dev_addr_type).
 */
const isOwn = (address: string): boolean =>
	Object.values(networkInterfaces()).some(entries => entries?.some(entry => entry.address === address));

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
