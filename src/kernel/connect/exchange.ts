/** One question over UDP with what Node cannot ask for: a mark, and an interface whatever the routes say. */
import {randomInt} from 'node:crypto';
import {createSocket} from 'node:dgram';
import {isIpv4, type IpAddress} from '../../net/address.ts';
import {int32, SOL_SOCKET, type Libc} from '../ffi/libc.ts';
import {SOCK_DGRAM, type ProbeCalls} from '../probe/calls.ts';
import {AF_INET, AF_INET6, internetAddress} from '../probe/socket-address.ts';
import {SO_BINDTODEVICE, SO_MARK, type ConnectWish} from './connect.ts';

export interface ExchangeWish extends ConnectWish {
	readonly payload: Uint8Array;
}

/** The socket is connected, so that the kernel lets in nothing but what its peer sent. */
export async function exchange(libc: Libc, calls: ProbeCalls, wish: ExchangeWish, signal: AbortSignal): Promise<Uint8Array | null> {
	const four = isIpv4(wish.address);
	const fd = calls.socket(four ? AF_INET : AF_INET6, SOCK_DGRAM, 0);
	if (fd < 0) return null;
	if (signal.aborted || !ask(libc, calls, fd, wish)) {
		libc.close(fd);
		return null;
	}
	return hear(libc, fd, {four, signal});
}

/** From here on the socket is Node's, which tells when something came, and closes it. */
function hear(libc: Libc, fd: number, {four, signal}: {readonly four: boolean; readonly signal: AbortSignal}): Promise<Uint8Array | null> {
	return new Promise(resolve => {
		const socket = createSocket(four ? 'udp4' : 'udp6');
		const end = (answer: Uint8Array | null): void => {
			signal.removeEventListener('abort', giveUp);
			socket.removeAllListeners('message');
			socket.close();
			resolve(answer);
		};
		const giveUp = (): void => end(null);
		socket.once('message', message => end(Uint8Array.from(message)));
		// That nobody listens is what anybody on the way may say (ICMP): an answer may still come.
		socket.on('error', () => undefined);
		signal.addEventListener('abort', giveUp);
		try {
			socket.bind({fd, exclusive: true});
		} catch {
			libc.close(fd);
			end(null);
		}
	});
}

/**
 * Not one of the ports that the kernel gives to everybody (ip_local_port_range): the entry of who had it before is tracked for half a
 * minute more, and where that one was redirected to our resolver (VKS_EGRESS), so would be what we ask.
 */
function bind(calls: ProbeCalls, fd: number, source: IpAddress): number {
	for (let attempt = 0; attempt < 3; attempt++) {
		const bound = calls.bind(fd, internetAddress(source, randomInt(20_000, 32_768)));
		if (bound >= 0) return bound;
	}
	return calls.bind(fd, internetAddress(source, 0));
}

function ask(libc: Libc, calls: ProbeCalls, fd: number, {address, port, mark, source, device, payload}: ExchangeWish): boolean {
	const steps = [
		() => (device === undefined ? 0 : libc.setOption(fd, SOL_SOCKET, SO_BINDTODEVICE, Buffer.from(`${device}\0`))),
		() => (mark === null ? 0 : libc.setOption(fd, SOL_SOCKET, SO_MARK, int32(mark | 0))),
		() => (source === null ? 0 : bind(calls, fd, source)),
		() => calls.connect(fd, internetAddress(address, port)),
		() => calls.sendTo(fd, payload, null),
	];
	return steps.every(step => step() >= 0);
}
