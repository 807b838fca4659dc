/** Paths, server names, the uplink and the exit URL. */
import {posix} from 'node:path';
import {loopback, parseInterfaceName, type InterfaceName} from '../net/interface-name.ts';
import {ok} from '../result.ts';
import {faulty, type Parsed} from './parse-text.ts';

/** A socket's path holds 107 bytes (sun_path, linux/un.h); the rest is for the names of the sockets. */
const RUN_FOLDER_BYTES = 80;

export function parsePath(text: string): Parsed<string> {
	if (!text.startsWith('/')) return faulty({value: text, wrong: 'is not an absolute path'});
	if (/\p{Cc}/u.test(text)) return faulty({value: text, wrong: 'holds a control character'});
	const path = posix.normalize(text);
	return ok(path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path);
}

export const parseOptionalPath = (text: string): Parsed<string | null> => (text === '' ? ok(null) : parsePath(text));

export function parseRunFolder(text: string): Parsed<string> {
	const path = parsePath(text);
	return path.ok && Buffer.byteLength(path.value) > RUN_FOLDER_BYTES
		? faulty({value: text, wrong: `is longer than ${RUN_FOLDER_BYTES} bytes, and a socket in it would have no room`})
		: path;
}

/** Which servers exist is the catalogue's knowledge; here the name only has to be one. */
export function parseServer(text: string): Parsed<string | null> {
	if (text === '') return ok(null);
	if (/[\p{Cc}/]/u.test(text) || text.length > 100) return faulty({value: text, wrong: 'is not the name of a server'});
	const [ending] = /\.(?:conf|ovpn)$/.exec(text) ?? [];
	if (ending !== undefined) return faulty({value: text, wrong: `ends in ${ending}`});
	return ok(text);
}

export function parseUplink(text: string): Parsed<InterfaceName | 'auto'> {
	if (text === 'auto') return ok('auto');
	const name = parseInterfaceName(text);
	if (name === null) return faulty({value: text, wrong: 'is not the name of an interface'});
	return name === loopback ? faulty({value: text, wrong: 'is loopback, which leads nowhere'}) : ok(name);
}

export function parseTunnelInterface(text: string): Parsed<InterfaceName> {
	const name = parseInterfaceName(text);
	if (name === null) return faulty({value: text, wrong: 'is not the name of an interface'});
	return name === loopback ? faulty({value: text, wrong: 'is loopback, which cannot be a tunnel'}) : ok(name);
}

export function parseExitUrl(text: string): Parsed<string | null> {
	if (text.toLowerCase() === 'off') return ok(null);
	const url = URL.canParse(text) ? new URL(text) : null;
	if (url === null || !['http:', 'https:'].includes(url.protocol)) return faulty({value: text, wrong: 'is not an http or https URL'});
	if (url.username !== '' || url.password !== '') return faulty({value: text, wrong: 'holds a user or a password'});
	return ok(url.href);
}

/** A word that cannot be typed by accident, because what it allows defeats the kill switch. */
export function parseUnsafeOverride(text: string): Parsed<boolean> {
	if (text === '' || text === 'yes-i-know') return ok(text !== '');
	return faulty({value: text, wrong: 'is not yes-i-know'});
}
