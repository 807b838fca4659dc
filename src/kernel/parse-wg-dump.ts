/** `wg show NAME dump` without its secrets (wg(8), "dump"): tab-separated, the device first, then one line per peer. */
import {handshakeAtMs, parseCount} from './parse-wg-handshake.ts';
import type {WireguardFacts} from './kernel.ts';

/** Null when the text is no such dump. A device without a peer has facts too: none. */
export function parseWgDump(text: string, nowMs: number): WireguardFacts | null {
	const [device, peer] = text.split('\n');
	// private-key, public-key, listen-port, fwmark: all that is asked of the first line is its shape.
	if (device === undefined || device.split('\t').length !== 4) return null;
	if (peer === undefined || peer === '') return {handshakeAtMs: null, rxBytes: 0, txBytes: 0, endpoint: null, keepaliveSeconds: null};
	// The keys go first, so that nothing below can carry them on: public-key, preshared-key.
	const [endpoint, , seconds, rx, tx, keepalive, ...more] = peer.split('\t').slice(2);
	const counts = [seconds, rx, tx].map(parseCount);
	const [handshake = null, rxBytes = null, txBytes = null] = counts;
	if (handshake === null || rxBytes === null || txBytes === null || keepalive === undefined || endpoint === undefined || more.length > 0) return null;
	return {
		handshakeAtMs: handshakeAtMs(handshake, 0, nowMs),
		rxBytes,
		txBytes,
		endpoint: endpoint === '(none)' ? null : endpoint,
		keepaliveSeconds: parseCount(keepalive) === 0 ? null : parseCount(keepalive),
	};
}
