/**
 * What a WireGuard device that somebody else made says of its mark and peers, from `wg show NAME dump` or the userspace
 * protocol. Keys are dropped before anything is looked at. Pure.
 */
import {handshakeAtMs, parseCount} from './parse-wg-handshake.ts';
import {parseUapiErrno} from './parse-wg-uapi.ts';
import type {TunnelFacts} from './kernel.ts';

export interface WgPeer extends TunnelFacts {
	/** Its AllowedIPs are everything, of one family at least: what is not meant for another peer goes to it. */
	readonly takesAll: boolean;
}

export interface WgDevice {
	/** Null where it marks nothing. */
	readonly mark: number | null;
	readonly peers: readonly WgPeer[];
}

const everything = ['0.0.0.0/0', '::/0'];

/** wg(8), "dump": the device's line, then one for each peer. Null where it is none. */
export function parseWgPeers(text: string, nowMs: number): WgDevice | null {
	const [device = '', ...lines] = text.split('\n').filter(line => line !== '');
	const [, , , mark] = device.split('\t');
	if (mark === undefined || device.split('\t').length !== 4 || (mark !== 'off' && !/^0x[0-9a-f]{1,8}$/.test(mark))) return null;
	const peers = lines.map(line => {
		// The keys go first: public-key, preshared-key.
		const [endpoint, allowed, seconds, rx, tx, keepalive, ...more] = line.split('\t').slice(2);
		if (endpoint === undefined || allowed === undefined || keepalive === undefined || more.length > 0) return null;
		return peerOf({endpoint: endpoint === '(none)' ? null : endpoint, allowed: allowed.split(','), seconds, nanoseconds: '0', rx, tx, keepalive: keepalive === 'off' ? '0' : keepalive}, nowMs);
	});
	return complete(mark === 'off' ? 0 : Number(mark), peers);
}

const wanted = ['fwmark', 'endpoint', 'allowed_ip', 'last_handshake_time_sec', 'last_handshake_time_nsec', 'rx_bytes', 'tx_bytes', 'persistent_keepalive_interval'];

/** wireguard.com/xplatform: each peer begins with its public key. Null where it is no whole answer. */
export function parseUapiPeers(text: string, nowMs: number): WgDevice | null {
	if (parseUapiErrno(text) !== 0) return null;
	const [device = new Map<string, readonly string[]>(), ...peers] = text.split(/^public_key=.*$/m).map(fieldsOf);
	const mark = parseCount(device.get('fwmark')?.[0] ?? '0');
	if (mark === null) return null;
	return complete(mark, peers.map(fields => {
		const first = (key: string): string | undefined => fields.get(key)?.[0];
		return peerOf({
			endpoint: first('endpoint') ?? null, allowed: fields.get('allowed_ip') ?? [],
			seconds: first('last_handshake_time_sec') ?? '0', nanoseconds: first('last_handshake_time_nsec') ?? '0',
			rx: first('rx_bytes') ?? '0', tx: first('tx_bytes') ?? '0', keepalive: first('persistent_keepalive_interval') ?? '0',
		}, nowMs);
	}));
}

/** The one that what applications send goes to; null where that is nobody, or cannot be told. */
export function carrierOf(peers: readonly WgPeer[]): WgPeer | null {
	const [first, ...more] = peers.length === 1 ? peers : peers.filter(({takesAll}) => takesAll);
	return first !== undefined && more.length === 0 ? first : null;
}

function fieldsOf(text: string): ReadonlyMap<string, readonly string[]> {
	const fields = new Map<string, string[]>();
	for (const line of text.split('\n')) {
		const [key, value] = [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)];
		if (wanted.includes(key)) fields.set(key, [...(fields.get(key) ?? []), value]);
	}
	return fields;
}

interface PeerText {
	readonly endpoint: string | null;
	readonly allowed: readonly string[];
	readonly seconds: string | undefined;
	readonly nanoseconds: string;
	readonly rx: string | undefined;
	readonly tx: string | undefined;
	readonly keepalive: string;
}

function peerOf({endpoint, allowed, seconds, nanoseconds, rx, tx, keepalive}: PeerText, nowMs: number): WgPeer | null {
	const [sec, nsec, rxBytes, txBytes, keepaliveSeconds] = [seconds, nanoseconds, rx, tx, keepalive].map(parseCount);
	if (sec === null || sec === undefined || nsec === null || nsec === undefined) return null;
	if (rxBytes === null || rxBytes === undefined || txBytes === null || txBytes === undefined || keepaliveSeconds === null || keepaliveSeconds === undefined) return null;
	return {
		endpoint, rxBytes, txBytes,
		handshakeAtMs: handshakeAtMs(sec, nsec, nowMs),
		keepaliveSeconds: keepaliveSeconds === 0 ? null : keepaliveSeconds,
		takesAll: allowed.some(range => everything.includes(range.trim())),
	};
}

function complete(mark: number, peers: readonly (WgPeer | null)[]): WgDevice | null {
	const read = peers.filter(peer => peer !== null);
	return read.length === peers.length ? {mark: mark === 0 ? null : mark, peers: read} : null;
}
