/** Datagrams to one port of loopback, by both families where there are two. */
import {createSocket, type Socket} from 'node:dgram';
import {once} from 'node:events';
import {errorCode} from '../../error-code.ts';
import type {Port} from '../../net/port.ts';
import {fail, ok, type Result} from '../../result.ts';

/** The end of a flow that is here. */
export interface Sender {
	readonly address: string;
	readonly port: number;
}

export type Answering = (message: Uint8Array, from: Sender) => Promise<Uint8Array | null>;

export interface Listener {
	close(): void;
}

/** `failed` is called once when it hears no more. The error is the system's word for why it cannot listen. */
export async function listenDatagrams(port: Port, answer: Answering, failed: () => void): Promise<Result<Listener, string>> {
	const sockets: Socket[] = [];
	const close = (): void => sockets.splice(0).forEach(socket => socket.close());
	for (const [type, address] of [['udp4', '127.0.0.1'], ['udp6', '::1']] as const) {
		const socket = createSocket({type, ipv6Only: type === 'udp6'});
		const bound = once(socket, 'listening').then(() => null, (cause: unknown) => errorCode(cause) ?? 'unknown');
		socket.bind(port, address);
		const refused = await bound;
		if (refused === 'EADDRNOTAVAIL' || refused === 'EAFNOSUPPORT') {
			socket.close();
			continue;
		}
		sockets.push(socket);
		if (refused !== null) {
			close();
			return fail(refused);
		}
		socket.on('error', () => {
			close();
			failed();
		});
		socket.on('message', (message, from) => void answer(message, from).then(reply => {
			if (reply !== null && sockets.includes(socket)) socket.send(reply, from.port, from.address, () => undefined);
		}));
	}
	return ok({close});
}
