/** The answers of WireGuard's userspace protocol (wireguard.com/xplatform): `key=value` lines, `errno=0`, an empty line. */
import {handshakeAtMs, parseCount} from './parse-wg-handshake.ts';
import type {WireguardFacts} from './kernel.ts';

/** What facts are made of. Everything else, the keys above all, is dropped before anything is looked at. */
const wanted = ['errno', 'endpoint', 'last_handshake_time_sec', 'last_handshake_time_nsec', 'rx_bytes', 'tx_bytes', 'persistent_keepalive_interval'];

/** The errno of an answer: 0 is success. Null when it is not a whole answer. */
export function parseUapiErrno(text: string): number | null {
	const errno = /(?:^|\n)errno=(-?\d{1,9})\n\n$/.exec(text)?.[1];
	return errno === undefined ? null : Number(errno);
}

export function parseUapiGet(text: string, nowMs: number): WireguardFacts | null {
	if (parseUapiErrno(text) !== 0) return null;
	const facts = new Map(
		text
			.split('\n')
			.map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const)
			.filter(([key]) => wanted.includes(key)),
	);
	const count = (key: string): number | null => (facts.has(key) ? parseCount(facts.get(key)) : 0);
	const [seconds, nanoseconds] = [count('last_handshake_time_sec'), count('last_handshake_time_nsec')];
	const [rxBytes, txBytes, keepalive] = [count('rx_bytes'), count('tx_bytes'), count('persistent_keepalive_interval')];
	if (seconds === null || nanoseconds === null || rxBytes === null || txBytes === null || keepalive === null) return null;
	return {
		handshakeAtMs: handshakeAtMs(seconds, nanoseconds, nowMs),
		rxBytes,
		txBytes,
		endpoint: facts.get('endpoint') ?? null,
		keepaliveSeconds: keepalive === 0 ? null : keepalive,
	};
}
