/** One question over UDP with what Node cannot ask for: a mark, and an interface whatever the routes say. */
import {setTimeout as sleep} from 'node:timers/promises';
import {isIpv4} from '../../net/address.ts';
import {int32, SOL_SOCKET, type Libc} from '../ffi/libc.ts';
import {SOCK_DGRAM, type ProbeCalls} from '../probe/calls.ts';
import {AF_INET, AF_INET6, internetAddress} from '../probe/socket-address.ts';
import {SO_BINDTODEVICE, SO_MARK, type ConnectWish} from './connect.ts';

export interface ExchangeWish extends ConnectWish {
	readonly payload: Uint8Array;
}

const lookAgainMs = 5;
/** More than a resolver may send without being asked for more (RFC 6891 servers keep to 1232 and below). */
const LARGEST = 4096;

/** The socket is connected, so that the kernel lets in nothing but what its peer sent. */
export async function exchange(libc: Libc, calls: ProbeCalls, wish: ExchangeWish, signal: AbortSignal): Promise<Uint8Array | null> {
	const fd = calls.socket(isIpv4(wish.address) ? AF_INET : AF_INET6, SOCK_DGRAM, 0);
	if (fd < 0) return null;
	try {
		if (!ask(libc, calls, fd, wish)) return null;
		const [answer, sender] = [Buffer.alloc(LARGEST), Buffer.alloc(28)];
		while (!signal.aborted) {
			const length = calls.receiveFrom(fd, answer, sender);
			if (length > 0) return Uint8Array.from(answer.subarray(0, length));
			await sleep(lookAgainMs, undefined, {signal}).catch(() => undefined);
		}
		return null;
	} finally {
		libc.close(fd);
	}
}

function ask(libc: Libc, calls: ProbeCalls, fd: number, {address, port, mark, source, device, payload}: ExchangeWish): boolean {
	const steps = [
		() => (device === undefined ? 0 : libc.setOption(fd, SOL_SOCKET, SO_BINDTODEVICE, Buffer.from(`${device}\0`))),
		() => (mark === null ? 0 : libc.setOption(fd, SOL_SOCKET, SO_MARK, int32(mark | 0))),
		() => (source === null ? 0 : calls.bind(fd, internetAddress(source, 0))),
		() => calls.connect(fd, internetAddress(address, port)),
		() => calls.sendTo(fd, payload, null),
	];
	return steps.every(step => step() >= 0);
}
