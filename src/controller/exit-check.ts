/** Asks, through the tunnel, which address the world sees. */
import {Resolver} from 'node:dns/promises';
import {get as getHttp, type RequestOptions} from 'node:http';
import {get as getHttps} from 'node:https';
import type {Duplex} from 'node:stream';
import {connect as connectTls} from 'node:tls';
import {familyOf, isIpv4, parseIp, type IpAddress} from '../net/address.ts';
import {fixedLookup} from '../net/fixed-lookup.ts';
import {z} from 'zod';
import {lookUpMarked, reachMarked, type OwnWay} from './own-way.ts';

export interface ExitIdentity {
	readonly address: IpAddress;
	readonly city: string | null;
	readonly country: string | null;
}

const answerSchema = z.object({ip: z.string(), city: z.string().nullish(), country: z.string().nullish()});
const largestAnswer = 64 * 1024;
const deadlineMs = 5000;

type Reached = Duplex | {readonly from: IpAddress | undefined};

/** How the question finds its tunnel. */
export interface ExitWay {
	/** With the tunnel's resolvers and never the system's, which may still name another. */
	resolve(host: string): Promise<IpAddress | null>;
	/** A connection, or the address to make one from; null when there is none to be had. */
	reach(address: IpAddress, port: number): Promise<Reached | null>;
}

/** Null when nobody answered within five seconds, or not in the expected form (`{"ip", "city", "country"}`). */
export async function askExit(url: string, way: ExitWay): Promise<ExitIdentity | null> {
	const target = new URL(url);
	const address = literalIn(target.hostname) ?? (await way.resolve(target.hostname));
	if (address === null) return null;
	const reached = await way.reach(address, target.port === '' ? (target.protocol === 'https:' ? 443 : 80) : Number(target.port));
	const text = reached === null ? null : await fetchText(target, address, reached);
	return text === null ? null : parseExit(text);
}

const literalIn = (host: string): IpAddress | null => parseIp(host.replace(/^\[|\]$/g, ''));

/** Where the routes lead: through the tunnel that carries. */
export function wayOfRoutes({addresses, resolvers}: {readonly addresses: readonly IpAddress[]; readonly resolvers: readonly IpAddress[]}, own: OwnWay | null): ExitWay {
	const from = addresses.find(isIpv4);
	return {
		resolve: host => resolveThrough(host, resolvers, from, own),
		reach: async (address, port) => (own === null ? {from} : reachMarked(own, {address, port, addresses})),
	};
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

/** With these resolvers and never the system's, which may still name another. */
export async function resolveThrough(host: string, resolvers: readonly IpAddress[], localAddress: IpAddress | undefined, own: OwnWay | null = null): Promise<IpAddress | null> {
	const literal = literalIn(host);
	if (literal !== null) return literal;
	if (resolvers.length === 0) return null;
	if (own !== null) return resolveMarked(own, {host, resolvers, source: localAddress});
	const resolver = new Resolver({timeout: 2000, tries: 2});
	resolver.setServers([...resolvers]);
	if (localAddress !== undefined) resolver.setLocalAddress(localAddress);
	const [first] = await resolver.resolve4(host).catch(() => []);
	return first === undefined ? null : parseIp(first);
}

/** As often, and for as long, as c-ares would. */
async function resolveMarked(own: OwnWay, {host, resolvers, source}: {readonly host: string; readonly resolvers: readonly IpAddress[]; readonly source: IpAddress | undefined}): Promise<IpAddress | null> {
	for (const resolver of [...resolvers, ...resolvers]) {
		if (source === undefined || familyOf(resolver) !== familyOf(source)) continue;
		const found = await lookUpMarked(own, host, {resolver, source, withinMs: 2000});
		if (found !== null) return found[0] ?? null;
	}
	return null;
}

function fetchText(url: URL, address: IpAddress, reached: Reached): Promise<string | null> {
	return new Promise(resolve => {
		const get = url.protocol === 'https:' ? getHttps : getHttp;
		const options = {
			signal: AbortSignal.timeout(deadlineMs),
			headers: {accept: 'application/json'},
			// The address was resolved through the tunnel; TLS still checks the name.
			lookup: fixedLookup(address),
			...connectionBy(url, address, reached),
		};
		const done = (text: string | null): void => {
			if (!('from' in reached)) reached.destroy();
			resolve(text);
		};
		const request = get(url, options, response => {
			let text = '';
			response.setEncoding('utf8');
			response.on('data', (chunk: string) => {
				text += chunk;
				if (text.length > largestAnswer) request.destroy();
			});
			response.on('end', () => done(response.statusCode === 200 ? text : null));
			response.on('error', () => done(null));
		});
		request.on('error', () => done(null));
		request.on('close', () => done(null));
	});
}

/** A connection that was made is used as it is; one that is yet to be made is kept by nobody, or it would be taken for an application's. */
function connectionBy({protocol, hostname}: URL, address: IpAddress, reached: Reached): RequestOptions {
	if ('from' in reached) return {agent: false, ...(reached.from === undefined || !isIpv4(address) ? {} : {localAddress: reached.from})};
	// Whatever ends it is told by the request, and after that by nobody.
	reached.on('error', () => undefined);
	const named = literalIn(hostname) === null ? {servername: hostname} : {};
	return {createConnection: () => (protocol === 'https:' ? connectTls({socket: reached, host: hostname, ...named}) : reached)};
}
