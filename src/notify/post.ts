/** One message over HTTP, to an address that was found already: no name is looked up here, and nothing is followed elsewhere. */
import {request as requestHttp} from 'node:http';
import {request as requestHttps} from 'node:https';
import {isIP} from 'node:net';
import type {Duplex} from 'node:stream';
import {connect as connectTls} from 'node:tls';
import {portOf} from '../config/opened.ts';
import {errorCode} from '../error-code.ts';
import type {IpAddress} from '../net/address.ts';
import {fixedLookup} from '../net/fixed-lookup.ts';
import {fail, ok, type Result} from '../result.ts';
import type {Letter} from './letter.ts';

export interface Post extends Letter {
	readonly url: URL;
	readonly address: IpAddress;
	/** The tunnel's address, so that nothing of it is sent by another way; undefined leaves it to the kernel. */
	readonly from: IpAddress | undefined;
	/** A connection of our own to it, where the kernel's would be refused as anybody's; null when there is none to be had. */
	readonly reach?: ((address: IpAddress, port: number, from: IpAddress) => Promise<Duplex | null>) | undefined;
	readonly signal: AbortSignal;
}

const withinMs = 10_000;

export interface Unsent {
	/** In words, without the URL: it may hold a secret. */
	readonly why: string;
	/** Whether it is this message that is not taken, now or later. */
	readonly refused: boolean;
}

/** RFC 9110, 15.5: what a later try, or another token, may mend. All else of 4xx is said of the message itself. */
const mendable: readonly number[] = [401, 403, 408, 429];
const isRefusal = (status: number): boolean => status >= 400 && status < 500 && !mendable.includes(status);

export async function post({reach, ...message}: Post): Promise<Result<void, Unsent>> {
	const {url, address, from} = message;
	if (reach === undefined || from === undefined) return send(message, null);
	const socket = await reach(address, portOf(url), from);
	return socket === null ? fail({why: 'it could not be reached', refused: false}) : send(message, socket);
}

function send({url, address, from, headers, body, signal}: Omit<Post, 'reach'>, socket: Duplex | null): Promise<Result<void, Unsent>> {
	// Whatever ends it is told by the request, and after that by nobody.
	socket?.on('error', () => undefined);
	return new Promise(resolve => {
		const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
			method: 'POST',
			headers: {...headers, 'content-length': Buffer.byteLength(body), 'user-agent': 'vks'},
			signal: AbortSignal.any([signal, AbortSignal.timeout(withinMs)]),
			// TLS still checks the name.
			lookup: fixedLookup(address),
			// Kept by nobody: the next one may go through another tunnel. With an agent, a connection that was made would not be used.
			...(socket === null ? {agent: false, ...(from === undefined ? {} : {localAddress: from})} : {createConnection: () => connectionOn(socket, url)}),
		}, response => {
			const {statusCode = 0} = response;
			// Whatever it says: an answer that does not end would hold the connection.
			request.destroy();
			resolve(statusCode >= 200 && statusCode < 300 ? ok(undefined) : fail({why: `it answered with status ${statusCode}`, refused: isRefusal(statusCode)}));
		});
		request.on('close', () => socket?.destroy());
		request.on('error', error => resolve(fail({why: reasonOf(error), refused: false})));
		request.end(body);
	});
}

/** TLS still checks the name. */
const connectionOn = (socket: Duplex, {protocol, hostname}: URL): Duplex => (protocol === 'https:' ? connectTls({socket, host: hostname, ...(isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? {servername: hostname} : {})}) : socket);

function reasonOf(error: Error): string {
	if (error.name === 'TimeoutError' || error.name === 'AbortError') return `it did not answer within ${withinMs / 1000} s`;
	return errorCode(error) ?? error.name;
}
