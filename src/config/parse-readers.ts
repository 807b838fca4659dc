/** Where machines read. */
import {isLoopback, parseIp} from '../net/address.ts';
import {parsePort} from '../net/port.ts';
import {ok} from '../result.ts';
import type {ListenPlace} from './config.ts';
import {parsePath} from './parse-paths.ts';
import {faulty, type Parsed} from './parse-text.ts';

/** A socket's path holds 107 bytes (sun_path, linux/un.h); it is bound in a private folder beside it first. */
const socketPathBytes = 90;

export function parseMetrics(text: string): Parsed<ListenPlace | null> {
	if (text.toLowerCase() === 'off') return ok(null);
	const [, path] = /^unix:(.*)$/i.exec(text) ?? [];
	if (path !== undefined) return parseSocketPath(path);
	const [, six, four, number = ''] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
	const address = parseIp(six ?? four ?? '');
	const port = parsePort(number);
	if (address === null || port === null) return faulty({value: text, wrong: 'is neither off, nor an address with a port, nor a unix socket'});
	return isLoopback(address) ? ok({kind: 'tcp', address, port}) : faulty({value: text, wrong: 'is not loopback: whoever reaches that address would read how this machine is guarded'});
}

/** Of `ntfy://`, the URL that is meant. */
export interface NotifyUrl {
	readonly url: string;
	readonly isNtfy: boolean;
}

/** Its path may be a secret, so nothing of it is shown. */
export function parseNotifyUrl(text: string): Parsed<NotifyUrl | null> {
	if (text === '') return ok(null);
	const isNtfy = /^ntfy:\/\//i.test(text);
	const meant = text.replace(/^ntfy:/i, 'https:');
	const url = URL.canParse(meant) ? new URL(meant) : null;
	if (url === null || !['http:', 'https:'].includes(url.protocol)) return faulty({value: null, wrong: 'is not an http, https or ntfy URL'});
	if (url.username !== '' || url.password !== '') return faulty({value: null, wrong: 'holds a user or a password', right: 'Write a token into VKS_NOTIFY_TOKEN, or VKS_NOTIFY_TOKEN_FILE.'});
	return ok({url: url.href, isNtfy});
}

function parseSocketPath(text: string): Parsed<ListenPlace> {
	const path = parsePath(text);
	if (!path.ok) return path;
	if (path.value === '/') return faulty({value: text, wrong: 'is not the path of a socket'});
	return Buffer.byteLength(path.value) > socketPathBytes ? faulty({value: text, wrong: `is longer than ${socketPathBytes} bytes, which a socket has no room for`}) : ok({kind: 'unix', path: path.value});
}
