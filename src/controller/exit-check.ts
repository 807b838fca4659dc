/** Asks, through the tunnel, which address the world sees. */
import {Resolver} from 'node:dns/promises';
import {get as getHttp} from 'node:http';
import {get as getHttps} from 'node:https';
import {isIpv4, parseIp, type IpAddress} from '../net/address.ts';
import {z} from 'zod';

export interface ExitIdentity {
	readonly address: IpAddress;
	readonly city: string | null;
	readonly country: string | null;
}

const answerSchema = z.object({ip: z.string(), city: z.string().nullish(), country: z.string().nullish()});
const largestAnswer = 64 * 1024;
const deadlineMs = 5000;

/** Null when nobody answered within five seconds, or not in the expected form (`{"ip", "city", "country"}`). */
export async function askExit(url: string, through: {readonly addresses: readonly IpAddress[]; readonly resolvers: readonly IpAddress[]}): Promise<ExitIdentity | null> {
	const target = new URL(url);
	const localAddress = through.addresses.find(isIpv4);
	const address = await resolveThrough(target.hostname, through.resolvers, localAddress);
	if (address === null) return null;
	const text = await fetchText(target, address, localAddress);
	return text === null ? null : parseExit(text);
}

export function parseExit(text: string): ExitIdentity | null {
	try {
		const {ip, city, country} = answerSchema.parse(JSON.parse(text));
		const address = parseIp(ip);
		return address === null ? null : {address, city: city ?? null, country: country ?? null};
	} catch {
		return null;
	}
}

/** With the tunnel's resolvers and never the system's, which may still name another. */
export async function resolveThrough(host: string, resolvers: readonly IpAddress[], localAddress: IpAddress | undefined): Promise<IpAddress | null> {
	const literal = parseIp(host.replace(/^\[|\]$/g, ''));
	if (literal !== null) return literal;
	if (resolvers.length === 0) return null;
	const resolver = new Resolver({timeout: 2000, tries: 2});
	resolver.setServers([...resolvers]);
	if (localAddress !== undefined) resolver.setLocalAddress(localAddress);
	const [first] = await resolver.resolve4(host).catch(() => []);
	return first === undefined ? null : parseIp(first);
}

function fetchText(url: URL, address: IpAddress, localAddress: IpAddress | undefined): Promise<string | null> {
	return new Promise(resolve => {
		const get = url.protocol === 'https:' ? getHttps : getHttp;
		const options = {
			signal: AbortSignal.timeout(deadlineMs),
			headers: {accept: 'application/json'},
			// The address was resolved through the tunnel; TLS still checks the name.
			lookup: (_host: string, _options: unknown, done: (error: null, found: {address: string; family: number}[]) => void) => done(null, [{address, family: isIpv4(address) ? 4 : 6}]),
			...(localAddress === undefined || !isIpv4(address) ? {} : {localAddress}),
		};
		const request = get(url, options, response => {
			let text = '';
			response.setEncoding('utf8');
			response.on('data', (chunk: string) => {
				text += chunk;
				if (text.length > largestAnswer) request.destroy();
			});
			response.on('end', () => resolve(response.statusCode === 200 ? text : null));
			response.on('error', () => resolve(null));
		});
		request.on('error', () => resolve(null));
		request.on('close', () => resolve(null));
	});
}
