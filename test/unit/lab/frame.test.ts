import {expect, test} from 'vitest';
import {isEndpointsOwn, parseFrame} from '../../../lab/witness/frame.ts';

const ip = (text: string): number[] => text.split('.').map(Number);
const short = (value: number): number[] => [value >> 8, value & 0xff];
const ipv4 = (protocol: number, from: string, to: string, payload: readonly number[]): number[] =>
	[0x45, 0, ...short(20 + payload.length), 0, 0, 0, 0, 64, protocol, 0, 0, ...ip(from), ...ip(to), ...payload];
const captured = (packet: readonly number[]) => {
	const cooked = Buffer.alloc(20);
	cooked.writeUInt16BE(0x0800, 0);
	cooked.writeUInt32BE(2, 4);
	const frame = parseFrame(Buffer.concat([cooked, Buffer.from(packet)]));
	if (frame === null) throw new Error('not a frame');
	return frame;
};

const [us, server] = ['172.30.7.2', '198.51.100.10'];
const undelivered = (from: string, port: number, to: string) => ipv4(1, us, to, [3, 3, 0, 0, 0, 0, 0, 0, ...ipv4(17, from, us, [...short(port), ...short(40_000), 0, 8, 0, 0])]);

test.each([
	['the server hears that its own packet was not delivered', undelivered(server, 51_820, server), true],
	['of another port of its host', undelivered(server, 53, server), false],
	['somebody else hears it', undelivered(server, 51_820, '203.0.113.80'), false],
	['it complains of another host\'s packet', undelivered('203.0.113.80', 51_820, server), false],
	['an echo is asked for', ipv4(1, us, server, [8, 0, ...Array.from({length: 40}, () => 0)]), false],
	['a datagram', ipv4(17, us, server, [...short(40_000), ...short(53), 0, 8, 0, 0]), false],
	['cut short', ipv4(1, us, server, [3, 3, 0, 0, 0, 0, 0, 0, 0x45]), false],
] as const)('an answer of a kernel to a tunnel\'s own server: %s', (_, packet, own) => {
	const frame = captured(packet);
	expect(frame.kind).toBe('outside');
	expect(isEndpointsOwn(frame)).toBe(own);
});
