/** TCP and UDP echo on port 7. */
import {createServer} from 'node:net';
import {echoPort} from '../plan.ts';
import {bindUdp} from './udp.ts';

export async function startEcho(addresses: readonly string[]): Promise<void> {
	createServer(socket => {
		socket.on('error', () => undefined);
		socket.pipe(socket);
	}).listen(echoPort, '::');
	await Promise.all(
		addresses.map(address =>
			bindUdp(address, echoPort, (message, from, socket) => socket.send(message, from.port, from.address)),
		),
	);
}
