/** A gateway in memory: answers what `Kernel.exchange` sends it as RFC 6886 has it, or refuses, or is silent. */
import type {ExchangeWish, Kernel} from '../../src/kernel/kernel.ts';

export interface FakeGateway {
	readonly exchange: Kernel['exchange'];
	readonly asked: ExchangeWish[];
	/** What it gives for each transport; a number is a result code of section 3.5, null is silence. */
	answer: {readonly udp: number; readonly tcp: number; readonly lifetime: number; readonly internal?: number} | {readonly code: number} | null;
}

export function fakeGateway(): FakeGateway {
	const gateway: FakeGateway = {
		asked: [],
		answer: {udp: 51_413, tcp: 51_413, lifetime: 60},
		async exchange(wish) {
			if (wish.port !== 5351) return null;
			gateway.asked.push(wish);
			const {answer} = gateway;
			if (answer === null) return null;
			const request = Buffer.from(wish.payload);
			const reply = Buffer.alloc(16);
			reply.writeUInt8(request.readUInt8(1) + 128, 1);
			reply.writeUInt32BE(7, 4);
			if ('code' in answer) {
				reply.writeUInt16BE(answer.code, 2);
				return reply;
			}
			reply.writeUInt16BE(answer.internal ?? request.readUInt16BE(4), 8);
			reply.writeUInt16BE(request.readUInt8(1) === 1 ? answer.udp : answer.tcp, 10);
			reply.writeUInt32BE(answer.lifetime, 12);
			return reply;
		},
	};
	return gateway;
}
