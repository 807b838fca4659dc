/** Holds WireGuard's packets back for a while, both ways: this kernel has no netem. One relay per server and family. */
import {createSocket} from 'node:dgram';
import type {Socket} from 'node:dgram';
import {serverPlans, uplinks} from './plan.ts';
import type {ServerPlan} from './plan.ts';

/** Where the isp's rules divert a server's packets to. */
export const relayPort = (server: ServerPlan): number => 41_000 + serverPlans.indexOf(server);

interface Delay {
	readonly delayMs: number;
	readonly jitterMs: number;
}

/** What may be in the air at once; past it packets are lost, as in any queue. */
const queueLimit = 20_000;
const senderLimit = 64;

export async function startRelays(): Promise<{setDelay(delay: Delay): void}> {
	const line = delayLine();
	const {gateway} = uplinks.addresses;
	await Promise.all(
		serverPlans.flatMap(plan => [
			startRelay({type: 'udp4', own: gateway.ipv4, port: relayPort(plan), server: plan.endpoint.ipv4, serverPort: plan.port, line}),
			startRelay({type: 'udp6', own: gateway.ipv6, port: relayPort(plan), server: plan.endpoint.ipv6, serverPort: plan.port, line}),
		]),
	);
	return {setDelay: line.set};
}

function delayLine() {
	let delay: Delay = {delayMs: 0, jitterMs: 0};
	let inAir = 0;
	return {
		set: (next: Delay): void => {
			delay = next;
		},
		/** Jitter is uniform around the delay, so packets overtake each other, as with netem. */
		later: (send: () => void): void => {
			if (inAir >= queueLimit) return;
			inAir += 1;
			const wait = Math.max(0, delay.delayMs + (Math.random() * 2 - 1) * delay.jitterMs);
			setTimeout(() => {
				inAir -= 1;
				send();
			}, wait);
		},
	};
}

interface RelayInput {
	readonly type: 'udp4' | 'udp6';
	readonly own: string;
	readonly port: number;
	readonly server: string;
	readonly serverPort: number;
	readonly line: ReturnType<typeof delayLine>;
}

async function startRelay({type, own, port, server, serverPort, line}: RelayInput): Promise<void> {
	const front = await boundSocket(type, own, port);
	const senders = new Map<string, Socket>();
	front.on('message', (message, from) => {
		const key = `${from.address} ${from.port}`;
		const back = senders.get(key) ?? openBack(key, from);
		line.later(() => back.send(message, serverPort, server));
	});
	const openBack = (key: string, from: {address: string; port: number}): Socket => {
		const oldest = senders.size >= senderLimit ? senders.entries().next().value : undefined;
		if (oldest !== undefined) {
			senders.delete(oldest[0]);
			oldest[1].close();
		}
		const back = createSocket(type);
		back.on('error', () => undefined);
		back.on('message', message => line.later(() => front.send(message, from.port, from.address)));
		senders.set(key, back);
		return back;
	};
}

const boundSocket = (type: 'udp4' | 'udp6', address: string, port: number): Promise<Socket> =>
	new Promise((resolve, reject) => {
		const socket = createSocket({type, recvBufferSize: 1 << 20});
		socket.once('error', reject);
		socket.bind(port, address, () => {
			socket.removeAllListeners('error');
			socket.on('error', () => undefined);
			resolve(socket);
		});
	});
