/** Pings that were sent, and what they say of the way. */
import type {Latency} from '../control/schema.ts';
import type {IpAddress} from '../net/address.ts';

export interface Ping {
	readonly address: IpAddress;
	readonly sentAtMs: number;
	answeredAtMs: number | null;
	readonly isAnsweredBy: (message: Uint8Array) => boolean;
	answer(atMs: number): void;
}

/** Twelve bytes that come back: who asks, and which of the pings. No answer to somebody else's ping is taken for one to ours. */
export function tokenOf(key: number, number: number): Uint8Array {
	const token = Buffer.alloc(12);
	token.write('vks ', 'latin1');
	token.writeUInt32BE(key, 4);
	token.writeUInt32BE(number, 8);
	return Uint8Array.from(token);
}

/** The shortest of each host: the others waited for something else on the way. */
export function pingResults(pings: readonly Ping[], atMs: number): ReadonlyMap<IpAddress, Latency> {
	const found = new Map<IpAddress, Latency>();
	for (const {address, sentAtMs, answeredAtMs} of pings) {
		const ms = answeredAtMs === null ? null : Math.round((answeredAtMs - sentAtMs) * 10) / 10;
		const before = found.get(address)?.ms ?? null;
		found.set(address, {ms: ms === null ? before : Math.min(ms, before ?? ms), atMs, how: 'echo'});
	}
	return found;
}
