/**
 * One question over TLS to addresses that are given: no look-up is made here, and the certificate is checked for the name.
 * Whose packets these are and which way they leave is decided by who makes the connection.
 */
import {request} from 'node:https';
import type {Duplex} from 'node:stream';
import {connect as connectTls} from 'node:tls';
import type {IpAddress} from '../net/address.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';

export interface HttpsQuestion {
	readonly host: string;
	readonly path: string;
	/** Tried in turn. */
	readonly addresses: readonly IpAddress[];
	readonly headers?: Readonly<Record<string, string>>;
	readonly mostBytes: number;
	readonly signal: AbortSignal;
}

export interface HttpsAnswer {
	readonly status: number;
	readonly text: string;
	readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Makes the connection: through the tunnel, or by a pinhole. */
export type Connect = (address: IpAddress, signal: AbortSignal) => Promise<Result<Duplex, Problem>>;

export interface Trust {
	/** Certificates to trust instead of the usual authorities: for a lab. */
	readonly authorities?: string;
}

/** Left out of the Host header, as every browser does. */
const httpsPort = 443;
const connectWithinMs = 10_000;
const answerWithinMs = 30_000;

/** The first address that answers at all decides: another one would answer the same. */
export async function httpsGet(question: HttpsQuestion, connect: Connect, trust: Trust = {}): Promise<Result<HttpsAnswer, Problem>> {
	let last: Problem = unreachable(question.host, 'no address is known');
	for (const address of question.addresses) {
		if (question.signal.aborted) break;
		const signal = AbortSignal.any([question.signal, AbortSignal.timeout(answerWithinMs)]);
		const connected = await connect(address, AbortSignal.any([signal, AbortSignal.timeout(connectWithinMs)]));
		if (!connected.ok) {
			last = connected.error;
			continue;
		}
		const answered = await ask(question, connected.value, {signal, trust});
		if (answered.ok) return answered;
		last = answered.error;
	}
	return fail(last);
}

function ask({host, path, headers = {}, mostBytes}: HttpsQuestion, socket: Duplex, {signal, trust}: {readonly signal: AbortSignal; readonly trust: Trust}): Promise<Result<HttpsAnswer, Problem>> {
	return new Promise(resolve => {
		const settle = (result: Result<HttpsAnswer, Problem>): void => {
			socket.destroy();
			resolve(result);
		};
		const failed = (error: unknown): void => settle(fail(unreachable(host, reasonOf(error))));
		const asked = request({
			host, path, method: 'GET', signal, port: httpsPort, defaultPort: httpsPort,
			headers: {accept: 'application/json', ...headers},
			// One connection, one question: nothing stays open behind a pinhole that closes.
			createConnection: () => connectTls({socket, servername: host, ...(trust.authorities === undefined ? {} : {ca: trust.authorities})}),
		}, response => {
			const chunks: Buffer[] = [];
			let length = 0;
			response.on('data', (chunk: Buffer) => {
				length += chunk.length;
				if (length > mostBytes) failed(new Error(`the answer is longer than ${Math.round(mostBytes / 1024)} KiB`));
				else chunks.push(chunk);
			});
			response.on('end', () => settle(ok({status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8'), headers: response.headers})));
			response.on('error', failed);
		});
		asked.on('error', failed);
		asked.end();
	});
}

/** Codes and certificate faults; never what the other side wrote. */
function reasonOf(error: unknown): string {
	if (!(error instanceof Error)) return 'it failed';
	return 'code' in error && typeof error.code === 'string' ? error.code : error.message.slice(0, 120);
}

const unreachable = (host: string, why: string): Problem => ({
	code: 'no-server',
	severity: 'error',
	what: `${host} could not be asked: ${why}.`,
	stillBlocking: true,
	next: 'vks asks again later and uses the list it has; check the addresses set for it, and that the uplink works.',
});
