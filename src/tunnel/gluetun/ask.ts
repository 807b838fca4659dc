/**
 * One question to Gluetun's control server: plain HTTP to an address of this namespace, bounded in time and size. The secret
 * goes into a header and nowhere else: a query would stand in Gluetun's log, and is not matched by its routes.
 */
import {request} from 'node:http';
import type {IpAddress} from '../../net/address.ts';
import type {Port} from '../../net/port.ts';
import {fail, ok, type Result} from '../../result.ts';

/** Where it listens: an address of this namespace, so that no name is looked up and no secret leaves. */
export interface GluetunAddress {
	readonly host: IpAddress;
	readonly port: Port;
}

export interface GluetunAccount {
	readonly apiKey: string | null;
	readonly user: string | null;
	readonly password: string | null;
}

export interface GluetunQuestion {
	readonly method: 'GET' | 'PUT';
	readonly path: string;
	readonly body?: string;
}

export interface GluetunAnswer {
	readonly status: number;
	readonly text: string;
}

/** Why there was no answer, in a few words that quote nobody. */
export type AskGluetun = (question: GluetunQuestion, signal: AbortSignal) => Promise<Result<GluetunAnswer, string>>;

export interface AskerOptions {
	readonly address: GluetunAddress;
	/** A function, so that nothing prints it by accident. */
	readonly account: () => GluetunAccount;
	readonly getWithinMs?: number;
	readonly putWithinMs?: number;
}

const mostBytes = 256 * 1024;
const mostRedirects = 3;
/** Gluetun answers an order when it was carried out: it waits for OpenVPN to end, and for the next one to start. */
const slowestOrderMs = 45_000;

export function gluetunAsker({address, account, getWithinMs = 5000, putWithinMs = slowestOrderMs}: AskerOptions): AskGluetun {
	const headers = headersFor(account());
	return async (question, signal) => {
		const within = AbortSignal.any([signal, AbortSignal.timeout(question.method === 'GET' ? getWithinMs : putWithinMs)]);
		let {path} = question;
		for (let redirects = 0; ; redirects++) {
			const answered = await once(address, {...question, path}, {headers, signal: within});
			if (!answered.ok) return answered;
			const {status, text, location} = answered.value;
			if (location === null || question.method !== 'GET') return ok({status, text});
			const next = sameServer(location, address);
			// Anywhere else would be told the secret.
			if (next === null) return fail('it sends us to another server');
			if (redirects === mostRedirects) return fail('it sends us round in circles');
			path = next;
		}
	};
}

function headersFor({apiKey, user, password}: GluetunAccount): Readonly<Record<string, string>> {
	return {
		...(apiKey === null ? {} : {'x-api-key': apiKey}),
		...(user === null || password === null ? {} : {authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`}),
	};
}

interface Way {
	readonly headers: Readonly<Record<string, string>>;
	readonly signal: AbortSignal;
}

interface Raw extends GluetunAnswer {
	readonly location: string | null;
}

function once({host, port}: GluetunAddress, {method, path, body}: GluetunQuestion, {headers, signal}: Way): Promise<Result<Raw, string>> {
	return new Promise(resolve => {
		const failed = (error: unknown): void => resolve(fail(signal.aborted ? 'it did not answer in time' : reasonOf(error)));
		const content = body === undefined ? {} : {'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body))};
		// One connection each, never kept: Gluetun may be gone before the next question.
		const asked = request({host, port, method, path, signal, agent: false, headers: {...headers, ...content}}, response => {
			const chunks: Buffer[] = [];
			let length = 0;
			response.on('data', (chunk: Buffer) => {
				length += chunk.length;
				if (length <= mostBytes) return void chunks.push(chunk);
				asked.destroy();
				resolve(fail(`its answer is longer than ${mostBytes / 1024} KiB`));
			});
			response.on('end', () => {
				const {statusCode = 0, headers: {location = null}} = response;
				resolve(ok({status: statusCode, text: Buffer.concat(chunks).toString('utf8'), location: statusCode >= 300 && statusCode < 400 ? location : null}));
			});
			response.on('error', failed);
		});
		asked.on('error', failed);
		asked.end(body);
	});
}

/** The path of a redirect that stays where it is. */
function sameServer(location: string, {host, port}: GluetunAddress): string | null {
	const here = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
	try {
		const url = new URL(location, here);
		return url.origin === new URL(here).origin ? url.pathname : null;
	} catch {
		return null;
	}
}

/** A code such as ECONNREFUSED; never what the other side wrote. */
const reasonOf = (error: unknown): string => (error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'it broke off');
